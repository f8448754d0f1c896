"""What a study found, as the Results page shows it."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import streamlit as st

from mer_core.plots.matrices import Matrix, confusion_figure
from mer_core.protocols.intervals import SCORE_NAMES, SCORE_TITLES
from mer_core.reproduction.counterpart import counterpart
from mer_core.training import Study, StudyResult
from mer_core.training.export import study_script
from workbench import address, cached_results, panels, selection, widgets
from workbench.cached_results import study_title
from workbench.study_runner import Run
from workbench.titles import fold_title, network_title, sentence_case

FOLD_COLUMNS = ("name", "seed", "state", "n_train", "n_test", "right", "epoch", "seconds", "error")

COLUMN_TITLES = {
    "name": "Held out",
    "seed": "Seed",
    "state": "State",
    "n_train": "Trained on",
    "n_test": "Tested on",
    "right": "Right",
    "epoch": "Epoch kept",
    "seconds": "Seconds",
    "error": "Error",
}
PER_SHEET = 10


def draw_scores(result: StudyResult) -> None:
    """The four scores with their intervals, and what constant guessing would get."""
    for column, name in zip(st.columns(len(SCORE_NAMES)), SCORE_NAMES, strict=True):
        value = result.means[name]
        if value is None:
            column.metric(SCORE_TITLES[name], "none yet")
            continue
        column.metric(SCORE_TITLES[name], f"{value:.1%}")
        if result.intervals:
            span = result.intervals[name]
            column.caption(f"{span.level:.0%} interval {span.low:.1%} to {span.high:.1%}")
    if result.majority_rate is not None:
        st.caption(
            "Always answering "
            f"**{sentence_case(next(iter(result.by_seed.values())).majority_class)}** would "
            f"score {result.majority_rate:.1%} in pooled accuracy and "
            f"{1 / len(result.classes):.1%} in UAR. Intervals: bootstrap over subjects."
        )


def draw_paper(result: StudyResult) -> None:
    """The paper's column for the same experiment, ours among it."""
    peer = counterpart(result.definition)
    if peer is None:
        st.caption("The paper has no such experiment.")
        return
    ours = result.means["accuracy_pooled"]
    rows = [
        {"Method": method, "Accuracy, %": str(cell), "By": "paper"}
        for method, cell in peer.column.items()
    ]
    if ours is not None:
        kind = "this study, synthetic data" if result.synthetic else "this study"
        rows.append(
            {
                "Method": network_title(result.definition["experiment"]["model"]),
                "Accuracy, %": f"{100 * ours:.2f}",
                "By": kind,
            }
        )
        rows.append(
            {
                "Method": "always the largest class",
                "Accuracy, %": f"{100 * (result.majority_rate or 0):.2f}",
                "By": kind,
            }
        )
    rows.append(
        {
            "Method": "always the largest class",
            "Accuracy, %": f"{peer.majority_rate:.2f}",
            "By": "paper's class counts",
        }
    )
    rows.sort(key=lambda row: (row["By"] == "paper", -float(row["Accuracy, %"])))
    table, matrix = st.columns(2, gap="large")
    with table:
        st.dataframe(rows, hide_index=True, width="stretch", height="content")
        st.caption(
            f"{peer.place}."
            + (
                " Data here are synthetic: the two columns say nothing about each other."
                if result.synthetic
                else ""
            )
        )
    if peer.matrix is not None:
        printed = Matrix(
            title=f"{peer.matrix.place}: {peer.matrix.setup}",
            classes=peer.matrix.classes,
            shares=np.array(peer.matrix.cells, float),
        )
        with matrix:
            draw_matrix(printed, key="theirs", synthetic=False)
            st.caption("In each cell: its share of the true class, and in brackets of all clips.")


def draw_matrix(matrix: Matrix, *, key: str, synthetic: bool) -> None:
    """A confusion matrix with its numbers in the alternative text."""
    panels.chart(
        partial(confusion_figure, matrix, synthetic=synthetic),
        key=key,
        alt=f"{matrix.title}; rows true, columns predicted: "
        + "; ".join(
            f"{name} " + " ".join(f"{share:.2f}" for share in row)
            for name, row in zip(matrix.classes, matrix.shares, strict=True)
        ),
    )


def draw_wrong(result: StudyResult) -> None:
    """Every wrong answer with links to its image, its maps and its attributions."""
    wrong = [answer for answer in result.predictions() if not answer.correct]
    if not wrong:
        st.caption("No wrong prediction.")
        return
    sheets = -(-len(wrong) // PER_SHEET)
    place, _ = st.columns([1, 4])
    sheet = (
        widgets.number(
            f"Page (1 to {sheets})", 1, sheets, key="wrong_sheet", default=1, where=place
        )
        if sheets > 1
        else 1
    )
    st.caption(
        f"{len(wrong)} wrong predictions. Each opens with the network that never saw this person."
    )
    for answer in wrong[(sheet - 1) * PER_SHEET : sheet * PER_SHEET]:
        dataset, subject, clip = answer.key.split("/", 2)
        link = {"source": dataset, "person": subject, "clip": clip, selection.RUN: result.name}
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"{subject} {clip}: predicts **{sentence_case(answer.predicted)}** "
                f"({answer.probabilities[answer.predicted]:.0%}), true label "
                f"**{sentence_case(answer.truth)}**",
                width=520,
            )
            panels.open_elsewhere(link, SHORT)


SHORT = {"affective_motion_image": "Image", "feature_maps": "Maps", "attributions": "Attributions"}


def draw_study(name: str, run: Run | None) -> None:
    """One study: scores, the paper's side, matrices, folds, mistakes.

    Args:
        name: Name of the study.
        run: Run shown at the top of this page. A study that another window began since then still
            has its button: pressing it draws the page again, with that run on top.
    """
    result = cached_results.study_result(name)
    if result.synthetic:
        address.mark_synthetic()
        st.caption("Generated faces: these figures say nothing about real ones.")
    left = len(result.folds) - result.completed
    if left:
        note, more = st.columns([5, 1], vertical_alignment="center")
        note.caption(f"{result.completed} of {len(result.folds)} folds are finished.")
        busy = run.name if run is not None and not run.ended and not run.stopping else ""
        if busy != name and more.button(
            "Continue",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=bool(busy),
            help=f"{study_title(busy)} is at work; stop it first, or wait." if busy else None,
        ):
            cached_results.study_runner().start(Study.open(name))
            st.rerun()
    if not result.by_seed:
        st.info("No fold is finished yet.")
        return
    draw_scores(result)
    st.header("Confusion matrix", anchor=False)
    classes = [sentence_case(name) for name in result.classes]
    shares, counts = st.columns(2, gap="large")
    with shares:
        draw_matrix(
            Matrix.counted("This study", classes, result.confusion),
            key="ours",
            synthetic=result.synthetic,
        )
    with counts:
        st.caption(
            "Rows are true classes, columns predictions. In each cell of the matrix: its share of "
            "the true class, and how many clips that is; here the same clips, over all seeds."
        )
        cells = [
            {"True": true} | dict(zip(classes, row, strict=True))
            for true, row in zip(classes, result.confusion.tolist(), strict=True)
        ]
        st.dataframe(cells, hide_index=True, width="stretch")
        panels.downloads(
            f"confusion_{result.name}",
            table=panels.csv_text(cells),
            script=study_script(result.name),
            synthetic=result.synthetic,
        )
    st.header("Wrong predictions", anchor=False)
    draw_wrong(result)
    st.header("Compared with the paper", anchor=False)
    draw_paper(result)
    st.header("Folds", anchor=False)
    shown = FOLD_COLUMNS if result.failed else FOLD_COLUMNS[:-1]
    folds = [{key: row[key] for key in shown} for row in result.as_dict()["fold_results"]]
    st.dataframe(
        [row | {"name": fold_title(row["name"])} for row in folds],
        hide_index=True,
        width="stretch",
        column_config={
            **{key: COLUMN_TITLES[key] for key in shown},
            "seconds": st.column_config.NumberColumn(COLUMN_TITLES["seconds"], format="%.0f"),
        },
    )
    st.caption(
        "One fold for each group that is held out; one subject's accuracy alone says little. "
        f"The same on the command line: `mer study show {result.name}`."
    )
    panels.downloads(
        f"folds_{result.name}",
        table=panels.csv_text(folds),
        record=json.dumps(result.as_dict(), indent=1, default=str),
        synthetic=result.synthetic,
    )
