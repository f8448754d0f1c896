"""What of the paper was reproduced, what was not, and why: read from the files of a folder."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

import pandas as pd

from mer_core.registry import Registry
from mer_core.reproduction.cells import Status
from mer_core.reproduction.job import ArtifactBuilder
from mer_core.reproduction.manifest import Artifact


class State(StrEnum):
    """How far a result of the paper got here."""

    REPRODUCED = "reproduced"
    PARTLY = "partly reproduced"
    COMPARED = "run on the data, compared with the paper"
    CHECKED = "recomputed from the paper's own numbers"
    METHOD = "method only, on synthetic data"
    MADE = "made"
    ABSENT = "not made"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One table or figure.

    Attributes:
        place: Where the paper has it, or "".
        title: What it shows.
        state: How far it got.
        why: What is behind that, with numbers.
    """

    place: str
    title: str
    state: State
    why: str


def standings(
    entries: Sequence[Artifact],
    contents: Mapping[str, bytes],
    missing: Mapping[str, str],
    builders: Registry[ArtifactBuilder],
) -> list[Standing]:
    """Every table and figure in the order in which they are made.

    Args:
        entries: Of the manifest.
        contents: File -> its bytes.
        missing: ArtifactBuilder -> why there is no result.
        builders: Everything that can be made, in its order.
    """
    ordered = sorted(entries, key=lambda entry: entry.maker_name)
    groups = {name: list(found) for name, found in groupby(ordered, lambda e: e.maker_name)}
    found = []
    for name in (*builders.names(), *sorted(set(groups) - set(builders.names()))):
        if name in groups:
            first = groups[name][0]
            state, why = _state(name, groups[name], contents)
            found.append(Standing(place=first.place, title=first.title, state=state, why=why))
        elif name in missing:
            builder = builders.get(name)
            why = missing[name]
            found.append(
                Standing(
                    place=builder.paper_reference, title=builder.title, state=State.ABSENT, why=why
                )
            )
    return found


def _state(
    name: str, entries: Sequence[Artifact], contents: Mapping[str, bytes]
) -> tuple[State, str]:
    for entry in entries:
        look = _LOOKS.get((name, entry.file.rpartition(".")[2]))
        if look is not None:
            return look(contents[entry.file].decode())
    if not entries[0].synthetic:
        return State.MADE, ""
    networks = entries[0].provenance["settings"].get("networks", ())
    untrained = sum("untrained" in network for network in networks)
    why = "The recordings are licensed; generated faces stand in for them."
    if untrained:
        why += f" {untrained} of {len(networks)} networks are untrained."
    return State.METHOD, why


def _accuracies(text: str) -> tuple[State, str]:
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
        return State.METHOD, " ".join(parts)
    inside = run["paper"].between(run["low"], run["high"]).sum()
    parts.append(f"{inside} printed figures lie within our 95 % interval.")
    return State.COMPARED, " ".join(parts)


def _costs(text: str) -> tuple[State, str]:
    frame: Any = pd.read_csv(io.StringIO(text), keep_default_na=False)
    chosen = frame[frame["chosen"].astype(str) == "True"]
    differ = chosen[chosen["agreement"] == "none"]["network"]
    why = f"{len(chosen) - len(differ)} of {len(chosen)} parameter counts are the printed ones"
    why += f"; not {', '.join(differ)}. " if len(differ) else ". "
    memory = (chosen["memory_consistent"].astype(str) == "True").sum()
    why += f"{memory} memory figures are consistent. The paper does not say what its seconds are."
    return State.PARTLY if len(differ) else State.REPRODUCED, why


def _claims(text: str) -> tuple[State, str]:
    verdicts = pd.read_csv(io.StringIO(text), keep_default_na=False)["verdict"].value_counts()
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    return State.CHECKED, f"{verdicts.sum()} claims: {counted}."


def _stages(text: str) -> tuple[State, str]:
    total = sum(stage["parameters"] for stage in json.loads(text))
    return State.REPRODUCED, f"Traced from the network: {total:,} parameters."


def _confusions(text: str) -> tuple[State, str]:
    panels = json.loads(text)
    counted = [panel for panel in panels if panel["counts"] is not None]
    why = f"{len(counted)} of {len(panels)} matrices are run."
    if any(panel["data"] == str(Status.SYNTHETIC) for panel in counted):
        return State.METHOD, f"{why} The data are synthetic."
    return State.COMPARED, why


_LOOKS: dict[tuple[str, str], Callable[[str], tuple[State, str]]] = {
    ("table1", "csv"): _accuracies,
    ("table2", "csv"): _accuracies,
    ("table3", "csv"): _costs,
    ("claims_audit", "csv"): _claims,
    ("fig2", "json"): _stages,
    ("fig5", "json"): _confusions,
}
