"""All studies in one table."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mer_core.datasets.catalog import DATASETS
from mer_core.errors import MerError
from mer_core.protocols.intervals import SCORE_NAMES
from mer_core.training import StudyResult
from mer_core.training.controls import CONTROLS
from workbench import address, cached_results, panels
from workbench.titles import network_title, protocol_title

BRIEF = {
    "accuracy_pooled": "Accuracy",
    "accuracy_subject_mean": "Per subject",
    "uar": "UAR",
    "uf1": "UF1",
}


def draw_overview(names: Sequence[str]) -> None:
    """Draw the scores of all studies beside what guessing would get."""
    rows = []
    for name in names:
        try:
            rows.append(_row(name, cached_results.study_result(name)))
        except MerError as error:
            panels.refusal(error)
    if any(row["Data are"] == "synthetic" for row in rows):
        address.mark_synthetic()
    per_cent = st.column_config.NumberColumn(format="%.1f")
    scores = (*BRIEF.values(), "Largest class")
    st.dataframe(
        rows, hide_index=True, width="stretch", column_config=dict.fromkeys(scores, per_cent)
    )
    st.caption(
        "Each study leaves somebody out, trains on the others and predicts whoever was left out. "
        "It has learned something where its accuracy is above what answering the largest class "
        "every time would score. UAR and UF1 weigh all classes alike. Scores are in per cent."
    )


def _row(name: str, result: StudyResult) -> dict[str, str | float | None]:
    experiment = result.definition["experiment"]
    control = result.definition["control"]
    return {
        "Network": network_title(experiment["model"]),
        "Data": " + ".join(DATASETS.get(one["name"]).title for one in experiment["datasets"]),
        "Data are": "synthetic" if result.synthetic else "recorded",
        "Protocol": protocol_title(result.definition["protocol"]),
        "Control": "" if control == "none" else CONTROLS.get(control).title,
        "Folds": f"{result.completed} of {len(result.folds)}",
        **{BRIEF[score]: percent(result.means[score]) for score in SCORE_NAMES},
        "Largest class": percent(result.majority_rate),
        "Folder": name,
    }


def percent(share: float | None) -> float | None:
    """Return a share in per cent to one decimal."""
    return None if share is None else round(100 * share, 1)
