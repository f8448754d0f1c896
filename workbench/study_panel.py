"""Studies as pages draw them: the one at work, and what a finished one found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from mer_core.errors import MerError
from mer_core.models.catalog import model_entry
from mer_core.plots.matrices import Matrix, confusion_figure
from mer_core.protocols import find_protocol
from mer_core.protocols.intervals import SCORE_NAMES
from mer_core.reproduction.counterpart import counterpart
from mer_core.training import Study, StudyResult
from mer_core.training.script import study_script
from workbench import address, cached_results, panels, selection

FOLD_COLUMNS = ("name", "seed", "state", "n_train", "n_test", "right", "epoch", "seconds", "error")

PER_SHEET = 10
BRIEF = {
    "accuracy_pooled": "accuracy",
    "accuracy_subject_mean": "per subject",
    "uar": "UAR",
    "uf1": "UF1",
}
TITLES = {
    "accuracy_pooled": "Accuracy, pooled",
    "accuracy_subject_mean": "Accuracy, mean of subjects",
    "uar": "UAR",
    "uf1": "UF1",
}


def draw_work() -> None:
    """The study at work in this process, or how the last one ended."""
    run = cached_results.study_runner().run
    if run is None:
        return
    if not run.ended:
        _watch()
    elif run.failure:
        st.error(f"{run.name}: {run.failure}", icon=":material/error:")
    elif run.stopped:
        st.caption(f":material/stop: {run.name} was stopped; finished folds are kept.")
    else:
        st.caption(f":material/check: {run.name} has ended; what it found is in the list.")


@st.fragment(run_every=2)
def _watch() -> None:
    """The study at work, if there is one."""
    run = cached_results.study_runner().run
    if run is None or run.ended:
        st.rerun()
    progress = run.progress
    text, stop = st.columns([5, 1], vertical_alignment="bottom")
    done = progress.done / max(progress.total, 1) if progress else 0.0
    left = f", about {progress.eta:.0f} s left" if progress and progress.eta else ""
    folds = f"{progress.done} of {progress.total} folds" if progress else "no fold yet"
    text.progress(done, text=f"{run.name}: {folds}{left}. {run.doing}.")
    if run.stopping:
        stop.caption("Stopping.")
    elif stop.button("Stop", icon=":material/stop:", width="stretch"):
        cached_results.study_runner().cancel()
        st.rerun(scope="fragment")


def draw_overview(names: Sequence[str]) -> None:
    """All studies in one table, newest scores beside what guessing would get."""
    rows = []
    for name in names:
        try:
            result = cached_results.study_result(name)
        except MerError as error:
            panels.refusal(error)
            continue
        rows.append(
            {
                "study": name,
                "network": model_entry(result.definition["experiment"]["model"]).title,
                "folds": f"{result.completed} of {len(result.folds)}",
                **{f"{BRIEF[score]}, %": _percent(result.means[score]) for score in SCORE_NAMES},
                "largest class, %": _percent(result.majority_rate),
                **_asked(result),
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(
        "Each study leaves somebody out, trains on the others and asks about whoever was left out. "
        "It has learned something where its accuracy is above what answering the largest class "
        "every time would score. UAR and UF1 weigh all classes alike."
    )


def _asked(result: StudyResult) -> dict[str, str]:
    """What a study asks, as the first cells of its row."""
    experiment = result.definition["experiment"]
    names = " + ".join(one["name"] for one in experiment["datasets"])
    return {
        "data": f"{names}, {'synthetic' if result.synthetic else 'recorded'}",
        "protocol": find_protocol(result.definition["protocol"]).title,
        "control": result.definition["control"],
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def draw_scores(result: StudyResult) -> None:
    """The four scores with their intervals, and what constant guessing would get."""
    for column, name in zip(st.columns(len(SCORE_NAMES)), SCORE_NAMES, strict=True):
        value = result.means[name]
        if value is None:
            column.metric(TITLES[name], "none yet")
            continue
        column.metric(TITLES[name], f"{value:.1%}")
        if result.intervals:
            span = result.intervals[name]
            column.caption(f"{span.level:.0%} interval {span.low:.1%} to {span.high:.1%}")
    if result.majority_rate is not None:
        st.caption(
            f"Always answering **{next(iter(result.by_seed.values())).majority_class}** would "
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
        {"method": method, "accuracy, %": str(cell), "by": "paper"}
        for method, cell in peer.column.items()
    ]
    if ours is not None:
        kind = "this study, synthetic data" if result.synthetic else "this study"
        rows.append({"method": result.name, "accuracy, %": f"{100 * ours:.2f}", "by": kind})
        rows.append(
            {
                "method": "always the largest class",
                "accuracy, %": f"{100 * (result.majority_rate or 0):.2f}",
                "by": kind,
            }
        )
    rows.append(
        {
            "method": "always the largest class",
            "accuracy, %": f"{peer.majority_rate:.2f}",
            "by": "paper's class counts",
        }
    )
    rows.sort(key=lambda row: (row["by"] == "paper", -float(row["accuracy, %"])))
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
        st.caption("No wrong answer.")
        return
    sheets = -(-len(wrong) // PER_SHEET)
    place, _ = st.columns([1, 4])
    sheet = (
        address.number(f"Sheet, of {sheets}", 1, sheets, key="wrong_sheet", default=1, where=place)
        if sheets > 1
        else 1
    )
    st.caption(
        f"{len(wrong)} wrong answers. Each opens with the network that never saw this person."
    )
    for answer in wrong[(sheet - 1) * PER_SHEET : sheet * PER_SHEET]:
        dataset, subject, clip = answer.key.split("/", 2)
        link = {"source": dataset, "person": subject, "clip": clip, selection.RUN: result.name}
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"{subject} {clip}: **{answer.predicted}** "
                f"({answer.probabilities[answer.predicted]:.0%}), truly **{answer.truth}**",
                width=340,
            )
            panels.open_elsewhere(link, SHORT)


SHORT = {"affective_motion_image": "Image", "feature_maps": "Maps", "attributions": "Attributions"}


def draw_study(name: str) -> None:
    """One study: scores, the paper's side, matrices, folds, mistakes."""
    result = cached_results.study_result(name)
    if result.synthetic:
        st.warning(
            "Synthetic data: these figures say nothing about real faces.",
            icon=":material/science:",
        )
    left = len(result.folds) - result.completed
    if left:
        note, more = st.columns([5, 1], vertical_alignment="center")
        note.caption(f"{result.completed} of {len(result.folds)} folds are finished.")
        run = cached_results.study_runner().run
        busy = run.name if run is not None and not run.ended and not run.stopping else ""
        if busy != name and more.button(
            "Continue",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=bool(busy),
            help=f"{busy} is at work; stop it first, or wait." if busy else None,
        ):
            cached_results.study_runner().start(Study.open(name))
            st.rerun()
    if not result.by_seed:
        st.info("No fold is finished yet.")
        return
    draw_scores(result)
    st.header("Beside the paper")
    draw_paper(result)
    st.header("What was taken for what")
    shares, counts = st.columns(2, gap="large")
    with shares:
        draw_matrix(
            Matrix.counted("This study", result.classes, result.confusion),
            key="ours",
            synthetic=result.synthetic,
        )
    with counts:
        st.caption("Counts over all seeds; rows true, columns predicted.")
        cells = [
            {"true": true} | dict(zip(result.classes, row, strict=True))
            for true, row in zip(result.classes, result.confusion.tolist(), strict=True)
        ]
        st.dataframe(cells, hide_index=True, width="stretch")
        panels.downloads(
            f"confusion_{result.name}",
            table=panels.csv_text(cells),
            script=study_script(result.name),
            synthetic=result.synthetic,
        )
    st.header("Wrong answers")
    draw_wrong(result)
    st.header("Folds")
    shown = FOLD_COLUMNS if result.failed else FOLD_COLUMNS[:-1]
    folds = [{key: row[key] for key in shown} for row in result.as_dict()["fold_results"]]
    st.dataframe(folds, hide_index=True, width="stretch")
    st.caption("One fold per held-out group; one subject's accuracy alone says little.")
    panels.downloads(
        f"folds_{result.name}",
        table=panels.csv_text(folds),
        record=json.dumps(result.as_dict(), indent=1, default=str),
        synthetic=result.synthetic,
    )
