"""All studies in one table."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mer_core.errors import MerError
from mer_core.protocols.intervals import SCORE_NAMES
from mer_core.training import StudyResult
from workbench import address, cached_results, panels
from workbench.titles import sentence_case, study_parts

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
    kinds = {row["Data are"] for row in rows}
    if "synthetic" in kinds:
        address.mark_synthetic()
    columns = [name for name in (rows[0] if rows else {}) if any(row[name] for row in rows)]
    if len(kinds) == 1:
        columns.remove("Data are")  # the badge says so
    per_cent = st.column_config.NumberColumn(format="%.1f")
    scores = (*BRIEF.values(), "Largest class")
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        column_order=columns,
        column_config=dict.fromkeys(scores, per_cent),
    )
    st.caption(
        "Each study leaves somebody out, trains on the others and predicts whoever was left out. "
        "It has learned something where its accuracy is above what answering the largest class "
        "every time would score. UAR and UF1 weigh all classes alike. Scores are in per cent."
    )


def _row(name: str, result: StudyResult) -> dict[str, str | float | None]:
    parts = study_parts(name, result.definition)
    scores = {BRIEF[score]: percent(result.means[score]) for score in SCORE_NAMES}
    return {
        "Network": parts.network,
        "Trained": sentence_case(parts.start),
        "Accuracy": scores.pop("Accuracy"),
        "Largest class": percent(result.majority_rate),
        **scores,
        "Data": parts.data,
        "Data are": "synthetic" if result.synthetic else "recorded",
        "Protocol": parts.protocol,
        "Control": parts.control,
        "Folds": f"{result.completed} of {len(result.folds)}",
        "Name": parts.own_name,
    }


def percent(share: float | None) -> float | None:
    """Return a share in per cent to one decimal."""
    return None if share is None else round(100 * share, 1)
