"""What was reproduced, what was not, and why: one page for reviewers, read from the results.

The first part has every table and figure, the second every claim of the paper with the verdict of
its own numbers and that of our tables. It is `reproduced.md` in a folder of results, and the first
page of the report.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from mer_core.errors import StoreError
from mer_core.plots.tables import Words, html_lines, markdown_lines
from mer_core.registry import Registry
from mer_core.reproduction.cells import Status
from mer_core.reproduction.claim_verdicts import (
    ClaimVerdict,
    claim_lines,
    claim_verdicts,
    table_rows,
    tally,
)
from mer_core.reproduction.job import ArtifactBuilder
from mer_core.reproduction.manifest import Artifact, Manifest

PAGE = "reproduced.md"
TITLE = "What was reproduced, what was not, and why"

_HOW = (
    "A claim holds here where our difference has the claimed sign and its 95 % interval over "
    "people excludes zero; it is opposite where the sign is the other one and zero is excluded, "
    "and undecided otherwise. The size of a difference is not compared."
)
_SYNTHETIC = (
    "Ours are run on generated faces. Whether a claim holds there says nothing about real faces; "
    "it says what the tables would show if real ones came out so."
)


class ReproductionState(StrEnum):
    """How far a result of the paper got here."""

    REPRODUCED = "reproduced"
    PARTLY = "partly reproduced"
    COMPARED = "run on the data, compared with the paper"
    CHECKED = "recomputed from the paper's own numbers"
    METHOD = "method only, on synthetic data"
    MADE = "made"
    ABSENT = "not made"


@dataclass(frozen=True, kw_only=True)
class ReviewedResult:
    """One table or figure.

    Attributes:
        paper_reference: Where the paper has it, or "".
        title: What it shows.
        state: How far it got.
        why: What is behind that, with numbers.
    """

    paper_reference: str
    title: str
    state: ReproductionState
    why: str


def reviewed_results(
    entries: Sequence[Artifact],
    contents: Mapping[str, bytes],
    missing: Mapping[str, str],
    builders: Registry[ArtifactBuilder],
) -> list[ReviewedResult]:
    """Every table and figure in the order in which they are made.

    Args:
        entries: Entries of the manifest.
        contents: File -> its bytes.
        missing: Name of a builder -> why there is no result.
        builders: Everything that can be made, in its order.
    """
    ordered = sorted(entries, key=lambda entry: entry.maker_name)
    groups = {name: list(found) for name, found in groupby(ordered, lambda e: e.maker_name)}
    found = []
    for name in (*builders.names(), *sorted(set(groups) - set(builders.names()))):
        if name in groups:
            first = groups[name][0]
            state, why = _state(name, groups[name], contents)
            found.append(
                ReviewedResult(paper_reference=first.place, title=first.title, state=state, why=why)
            )
        elif name in missing:
            builder = builders.get(name)
            why = missing[name]
            found.append(
                ReviewedResult(
                    paper_reference=builder.paper_reference,
                    title=builder.title,
                    state=ReproductionState.ABSENT,
                    why=why,
                )
            )
    return found


def _state(
    name: str, entries: Sequence[Artifact], contents: Mapping[str, bytes]
) -> tuple[ReproductionState, str]:
    for entry in entries:
        read = _READERS.get((name, entry.file.rpartition(".")[2]))
        if read is not None:
            return read(contents[entry.file].decode())
    if not entries[0].synthetic:
        return ReproductionState.MADE, ""
    networks = entries[0].provenance["settings"].get("networks", ())
    untrained = sum("untrained" in network for network in networks)
    why = "The recordings are licensed; generated faces stand in for them."
    if untrained:
        why += f" {untrained} of {len(networks)} networks are untrained."
    return ReproductionState.METHOD, why


def _accuracies(text: str) -> tuple[ReproductionState, str]:
    frame: Any = pd.read_csv(io.StringIO(text))
    own, run = frame[frame["network"].notna()], frame[frame["ours"].notna()]
    quoted = frame[frame["data"] == str(Status.QUOTED)]["method"].nunique()
    unstated = frame[frame["data"] == str(Status.UNSTATED)]["method"].nunique()
    parts = [f"{len(run)} of {len(own)} cells with a network behind them are run."]
    if quoted:
        parts.append(f"{quoted} rows are quoted by the paper and were not run there either.")
    if unstated:
        parts.append(f"{unstated} row has an experimental setup that the paper does not state.")
    if (run["data"] == str(Status.SYNTHETIC)).any():
        parts.append("The data are synthetic: differences from the paper mean nothing.")
        return ReproductionState.METHOD, " ".join(parts)
    inside = run["paper"].between(run["low"], run["high"]).sum()
    parts.append(f"{inside} printed figures lie within our 95 % interval.")
    return ReproductionState.COMPARED, " ".join(parts)


def _costs(text: str) -> tuple[ReproductionState, str]:
    frame: Any = pd.read_csv(io.StringIO(text), keep_default_na=False)
    chosen = frame[frame["chosen"].astype(str) == "True"]
    differ = chosen[chosen["agreement"] == "none"]["network"]
    why = f"{len(chosen) - len(differ)} of {len(chosen)} parameter counts are the printed ones"
    why += f"; not {', '.join(differ)}. " if len(differ) else ". "
    memory = (chosen["memory_consistent"].astype(str) == "True").sum()
    why += f"{memory} memory figures are consistent. The paper does not say what its seconds are."
    return ReproductionState.PARTLY if len(differ) else ReproductionState.REPRODUCED, why


def _claims(text: str) -> tuple[ReproductionState, str]:
    verdicts = pd.read_csv(io.StringIO(text), keep_default_na=False)["verdict"].value_counts()
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    return ReproductionState.CHECKED, f"{verdicts.sum()} claims: {counted}."


def _stages(text: str) -> tuple[ReproductionState, str]:
    total = sum(stage["parameters"] for stage in json.loads(text))
    return ReproductionState.REPRODUCED, f"Traced from the network: {total:,} parameters."


def _confusions(text: str) -> tuple[ReproductionState, str]:
    panels = json.loads(text)
    counted = [panel for panel in panels if panel["counts"] is not None]
    why = f"{len(counted)} of {len(panels)} matrices are run."
    if any(panel["data"] == str(Status.SYNTHETIC) for panel in counted):
        return ReproductionState.METHOD, f"{why} The data are synthetic."
    return ReproductionState.COMPARED, why


_READERS: dict[tuple[str, str], Callable[[str], tuple[ReproductionState, str]]] = {
    ("table1", "csv"): _accuracies,
    ("table2", "csv"): _accuracies,
    ("table3", "csv"): _costs,
    ("claims_audit", "csv"): _claims,
    ("fig2", "json"): _stages,
    ("fig5", "json"): _confusions,
}


@dataclass(frozen=True, kw_only=True)
class Review:
    """Both parts of the page.

    Attributes:
        results: Every table and figure.
        claims: What ours were run on -> every claim.
    """

    results: Sequence[ReviewedResult]
    claims: Mapping[str, Sequence[ClaimVerdict]]

    @classmethod
    def of(
        cls,
        entries: Sequence[Artifact],
        contents: Mapping[str, bytes],
        missing: Mapping[str, str],
        builders: Registry[ArtifactBuilder],
    ) -> Review:
        """Read the page from files of results; `builders` lists what can be made."""
        claims = {}
        for name, synthetic in (("real data", False), ("synthetic data", True)):
            rows = table_rows(contents, synthetic=synthetic)
            if any(row.ours is not None for row in rows):
                claims[name] = claim_verdicts(rows)
        results = reviewed_results(entries, contents, missing, builders)
        return cls(results=results, claims=claims or {"no data": claim_verdicts(())})

    def markdown(self) -> str:
        """Return the page as Markdown."""
        header = ("Paper", "Result", "State", "Why")
        parts = [
            f"# {TITLE}",
            "Written from the tables in this folder by `mer reproduce`; every number stands in one "
            "of them.",
            "## Tables and figures",
            markdown_lines(header, self._result_lines()),
        ]
        for name, verdicts in self.claims.items():
            parts += [f"## Claims, beside {name}", tally(verdicts), *_notes(name)]
            parts.append(markdown_lines(_claim_header(name), claim_lines(verdicts)))
        return "\n\n".join(parts) + "\n"

    def html(self) -> str:
        """Return the page as the opening of a report."""
        parts = [f"<h2>{TITLE}</h2>"]
        parts.append(html_lines(("Paper", "Result", "State", "Why"), self._result_lines()))
        for name, verdicts in self.claims.items():
            claims = html_lines(_claim_header(name), claim_lines(verdicts))
            parts += [
                f"<h2>Claims of the paper, beside {escape(name)}</h2>",
                f"<p><b>{escape(tally(verdicts))}</b></p>",
                *(f"<p>{escape(note)}</p>" for note in _notes(name)),
                f"<details open><summary>Every claim</summary>{claims}</details>",
            ]
        return "".join(parts)

    def _result_lines(self) -> list[tuple[Words, ...]]:
        return [
            (Words(one.paper_reference), Words(one.title), Words(str(one.state)), Words(one.why))
            for one in self.results
        ]


def _claim_header(data: str) -> tuple[str, ...]:
    return ("Claim", "Printed", "The paper's own numbers", f"Ours, on {data}")


def _notes(data: str) -> tuple[str, ...]:
    return (_HOW, _SYNTHETIC) if data == "synthetic data" else (_HOW,)


def review(manifest: Manifest, builders: Registry[ArtifactBuilder]) -> Review:
    """Read the page from a folder of results.

    Raises:
        StoreError: The manifest names a file that cannot be read.
    """
    entries = manifest.entries()
    contents = {entry.file: read_result(manifest, entry.file) for entry in entries}
    return Review.of(entries, contents, manifest.missing(), builders)


def read_result(manifest: Manifest, file: str) -> bytes:
    """Return the bytes of a file that the manifest names.

    Raises:
        StoreError: It cannot be read.
    """
    path = manifest.folder / file
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the manifest names a file that cannot be read ({error.strerror})",
            where=path,
            remedy="run `mer reproduce all --overwrite`",
        ) from error
