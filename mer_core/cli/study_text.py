"""Studies as a person reads them; and, on standard error, how far a running one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mer_core.ami import WEIGHTINGS
from mer_core.cli.output import CommandOutput, table
from mer_core.cli.progress import Progress, resumable
from mer_core.protocols import Interval
from mer_core.protocols.intervals import SCORE_NAMES, SCORE_TITLES
from mer_core.training import events
from mer_core.training.comparison import Compared
from mer_core.training.control_studies import ControlRow, IdentityRow
from mer_core.training.result import StudyResult
from mer_core.training.study import Study

SYNTHETIC = "SYNTHETIC DATA: these figures say nothing about real faces."


def describe_study(result: StudyResult) -> CommandOutput:
    """Describe one study: its scores, their intervals, and its confusion matrix."""
    document = result.as_dict()
    lines = [
        f"{result.name}: {result.completed} of {len(result.folds)} folds",
        f"{document['n']} predictions for {document['subjects']} subjects, "
        f"{len(result.seeds)} seed{'s' * (len(result.seeds) > 1)}",
        "",
        table(
            ("Score", "Value", "95 % interval over subjects"),
            [(SCORE_TITLES[name], result.means[name], _span(result, name)) for name in SCORE_NAMES]
            + [("Majority rate", result.majority_rate, f"always {document['majority_class']}")],
        ),
        "",
        "Confusion matrix: rows true, columns predicted",
        table(
            ("", *result.classes),
            [(name, *row) for name, row in zip(result.classes, document["confusion"], strict=True)],
        ),
    ]
    if document["absent_classes"]:
        lines += ["", f"never tested, {result.absent}: {', '.join(document['absent_classes'])}"]
    failed = [f"{fold.name} failed: {fold.error}" for fold in result.failed]
    return CommandOutput(
        document=document, text=mark_synthetic("\n".join(lines), result.synthetic), warnings=failed
    )


def _span(result: StudyResult, name: str) -> str:
    return _range(result.intervals[name]) if result.intervals else ""


def _range(interval: Interval) -> str:
    return f"{interval.low:.3f} to {interval.high:.3f}"


def comparison_cells(row: Compared) -> tuple[object, ...]:
    """Return one line of a comparison."""
    distance = row.difference
    return (
        row.result.name,
        *(row.result.means[name] for name in SCORE_NAMES),
        row.result.majority_rate,
        f"{distance.value:+.3f} ({_range(distance)})" if distance else "",
    )


def controls_text(controls: Sequence[ControlRow], identity: Sequence[IdentityRow]) -> str:
    """Return the table of controls, and that of the identity probe."""
    changes = table(
        (
            *("Control", "UAR", "Interval", "Chance", "Accuracy"),
            *("Majority rate", "Change", "Expected"),
        ),
        [
            (
                row.title,
                row.uar.value,
                _range(row.uar),
                row.chance,
                row.accuracy.value,
                row.majority_rate,
                f"{row.change.value:+.3f} ({_range(row.change)})" if row.change else "",
                row.expectation,
            )
            for row in controls
        ],
    )
    probed = table(
        ("Identity from", "Accuracy", "Interval", "Chance"),
        [
            (
                WEIGHTINGS.get(row.weighting).title,
                row.accuracy.value,
                _range(row.accuracy),
                row.chance,
            )
            for row in identity
        ],
    )
    return f"{changes}\n\n{probed}"


def mark_synthetic(text: str, synthetic: bool) -> str:
    """Return `text` under the word that a synthetic result carries everywhere."""
    return f"{SYNTHETIC}\n{text}" if synthetic else text


def follow(study: Study, *, label: str = "", resume: str | None = None, **place: Any) -> None:
    """Run `study` to its end.

    Args:
        study: Study to run.
        label: Title of the progress; by default the name of the study.
        resume: The command that goes on after Ctrl-C.
        place: Options of the executor; see `Study.run`.
    """
    with resumable(resume), Progress(label or study.name, unit="folds") as progress:
        note = ""
        for event in study.run(**place):
            note = _note(event, note)
            progress.show(event.progress.done, event.progress.total, note)
            line = _line(event)
            if line:
                progress.write_line(line)


def _note(event: events.Event, note: str) -> str:
    """Say what is going on now."""
    match event:
        case events.InputsBuilt():
            return f"inputs {event.built} of {event.total}"
        case events.EpochFinished():
            running = f"{event.progress.running} running"
            return f"{running}, {event.name} epoch {event.epoch} of {event.epochs}"
        case _:
            return note


def _line(event: events.Event) -> str:
    """Say what should stay on the screen, if anything."""
    match event:
        case events.StudyStarted(dashboard=address) if event.slots > 1:
            return f"{event.slots} workers" + (f", dashboard {address}" if address else "")
        case events.FoldFailed():
            return f"{event.name}: {event.error}"
        case events.WorkerLost():
            return f"lost worker {event.worker}; another takes its place"
        case events.WaitingForOthers():
            return f"waiting for {event.folds} folds of another process"
        case _:
            return ""
