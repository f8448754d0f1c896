"""`mer paper`: the AffectiveNet publication, its numbers, their audit, and our readings of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mer_core.cli.groups import SuggestingGroup
from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.paper.audit import audit as audit_claims
from mer_core.paper.audit import tally
from mer_core.paper.findings import Finding, Verdict
from mer_core.paper.published import Published, load_published
from mer_core.paper.readings import TOPICS, Reading
from mer_core.paper.readings import readings as all_readings
from mer_core.paper.tables import AccuracyRow


@click.group(cls=SuggestingGroup)
def paper() -> None:
    """Show the paper: its tables, an audit of its claims, how ambiguous passages are read."""


_data_option = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the paper's numbers, laid out like mer_core/paper/data.",
)


@paper.command()
@prints_output
@click.option(
    "--verdict",
    type=click.Choice([str(verdict) for verdict in Verdict]),
    multiple=True,
    help="Verdict to show; repeatable.  [default: all]",
)
@_data_option
def audit(verdict: tuple[str, ...], data: Path | None) -> CommandOutput:
    """Recompute the numeric claims of the paper from its own numbers, where it has them.

    Verdicts: ok, the recomputed value is the printed one; rounding, digits cut off instead of
    rounded, or sums of rounded cells, explain the difference; partly, one part of the sentence
    holds and another does not; mismatch, the paper's numbers contradict each other; unverifiable,
    the paper has no numbers to check against. A mismatch is a finding about the paper, not a fault
    of this run: the exit code is 0 either way.

    \b
    JSON keys, one object per claim:
      id, claim, place, printed, computed, verdict, note
      working   the sum itself
      basis     stated or implied
    """
    findings = audit_claims(load_published(data))
    chosen = [finding for finding in findings if not verdict or finding.verdict in verdict]
    return CommandOutput(
        document=[asdict(finding) for finding in chosen], text=_report(chosen, findings)
    )


@paper.command()
@prints_output
@_data_option
def tables(data: Path | None) -> CommandOutput:
    """Print the paper's Tables 1 to 3 and the matrices of Fig. 5.

    \b
    JSON keys:
      table1, table2   method, task, quoted, accuracies (setup -> value or null)
      table3           network, parameters_m, memory_mb, speed_s
      figure5          letter, setup, classes, cells (shares of all clips, rows true)
    """
    published = load_published(data)
    return CommandOutput(document=_as_document(published), text=_as_text(published))


@paper.command()
@prints_output
@click.option("--topic", type=click.Choice(TOPICS), help="Topic to show.  [default: all]")
@click.argument("name", required=False)
def readings(topic: str | None, name: str | None) -> CommandOutput:
    """List how ambiguous passages are read, or explain the reading called NAME.

    \b
    JSON keys, one object per reading:
      id, topic, passage, question, default, evidence
      choices   name -> meaning
      switch    "module:object.field" in code, or "" where nothing is to be switched
    """
    chosen = (
        [all_readings().get(name)]
        if name
        else [r for r in all_readings() if topic in (None, r.topic)]
    )
    text = _explanation(chosen[0]) if name else _overview(chosen)
    return CommandOutput(document=[asdict(reading) for reading in chosen], text=text)


def _report(chosen: Iterable[Finding], findings: Iterable[Finding]) -> str:
    rows = [(f.verdict, f.id, f.printed, f.computed, f.note or f.working) for f in chosen]
    counts = [
        f"{basis}: " + ", ".join(f"{count} {verdict}" for verdict, count in by_verdict.items())
        for basis, by_verdict in tally(findings).items()
    ]
    listing = table(("Verdict", "Claim", "Printed", "Computed", "Note or working"), rows)
    return "\n".join([listing, "", *counts])


def _as_document(published: Published) -> Mapping[str, Any]:
    return {
        "table1": [asdict(row) for row in published.table1],
        "table2": [asdict(row) for row in published.table2],
        "table3": [asdict(row) for row in published.table3],
        "figure5": [asdict(matrix) for matrix in published.figure5],
    }


def _as_text(published: Published) -> str:
    costs = [
        (row.network, row.parameters_m.text, row.memory_mb.text, row.speed_s.text)
        for row in published.table3
    ]
    return "\n\n".join(
        [
            "Table 1. Accuracy in per cent, leave-one-subject-out; * quoted by the paper\n"
            + _accuracies(published.table1),
            "Table 2. Accuracy in per cent; leave-one-subject-out, then training 2 test\n"
            + _accuracies(published.table2),
            "Table 3. Cost\n"
            + table(("Network", "Parameters, M", "Memory, MB", "Speed, s"), costs),
            *(_matrix(published, matrix.letter) for matrix in published.figure5),
        ]
    )


def _accuracies(rows: tuple[AccuracyRow, ...]) -> str:
    setups = list(rows[0].accuracies)
    tasks = any(row.task for row in rows)
    header = ["Method", *(["Task"] if tasks else []), *setups]
    return table(
        header,
        (
            [
                f"{row.method}{'*' if row.quoted else ''}",
                *([" ".join(row.task)] if tasks else []),
                *(cell.text if cell is not None else "" for cell in row.accuracies.values()),
            ]
            for row in rows
        ),
    )


def _matrix(published: Published, letter: str) -> str:
    matrix = published.matrix(letter)
    rows = [
        [name, *(cell.text for cell in cells)]
        for name, cells in zip(matrix.classes, matrix.cells, strict=True)
    ]
    title = f"{matrix.place}. {matrix.setup}, shares of all clips, rows true"
    return f"{title}\n{table(('', *matrix.classes), rows)}"


def _overview(chosen: Iterable[Reading]) -> str:
    rows = [(r.topic, r.id, r.passage, r.default) for r in chosen]
    return table(("Topic", "Reading", "Passage", "Default"), rows)


def _explanation(reading: Reading) -> str:
    marks = {name: "*" if name == reading.default else " " for name in reading.choices}
    return "\n".join(
        [
            f"{reading.id}: {reading.passage}",
            reading.question,
            "",
            *(f" {marks[name]} {name}: {text}" for name, text in reading.choices.items()),
            "",
            reading.evidence,
            f"Switch: {reading.switch or 'none'}",
        ]
    )
