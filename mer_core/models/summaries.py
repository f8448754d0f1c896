"""What a list of networks shows, as data: importing and measuring them takes seconds.

The numbers are those of `complexity.measure`; a test measures every network and compares. After a
change to a network, `python -m mer_core.models.summaries` writes them anew.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mer_core.models.entry import ModelEntry

CLASSES = 4
"""Number of classes the networks are measured with: the paper's four groups of emotions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSummary:
    """A network as one line of a list.

    Attributes:
        name: Catalogue name.
        title: The name as papers print it.
        input: Description of its input: kind and size.
        parameters: Trainable values.
        multiply_adds: Multiply-adds of one input.
        weight_bytes: Parameters and running statistics as stored.
        activation_bytes: Sum of what every innermost module gives out.
        layers: Number of attributable layers.
    """

    name: str
    title: str
    input: str
    parameters: int
    multiply_adds: int
    weight_bytes: int
    activation_bytes: int
    layers: int


@cache
def network_summaries() -> tuple[NetworkSummary, ...]:
    """List all networks with what they cost, in the order of the catalogue, without PyTorch.

    Returns:
        One line per network, measured with four classes.

    Example:
        >>> network_summaries()[0].parameters
        2271296
    """
    text = (files("mer_core.models") / "summaries.toml").read_text(encoding="utf-8")
    return tuple(NetworkSummary(**row) for row in tomllib.loads(text)["network"])


def measured(entry: ModelEntry, *, classes: int = CLASSES) -> NetworkSummary:
    """Return the summary of one network, measured now on the network itself."""
    from mer_core.models.complexity import CLIP_FRAMES, measure
    from mer_core.records import InputKind

    cost = measure(entry, classes=classes)
    height, width = entry.input.size
    size = f"{height} px" if height == width else f"{height} x {width} px"
    frames = f"{CLIP_FRAMES} x " if entry.input.kind is InputKind.CLIP else ""
    return NetworkSummary(
        name=entry.name,
        title=entry.title,
        input=f"{entry.input.kind.label}, {frames}{size}",
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        weight_bytes=cost.weight_bytes,
        activation_bytes=cost.activation_bytes,
        layers=len(entry.layers),
    )


def write_summaries() -> None:
    """Measure every network and write the data file of this package anew."""
    from pathlib import Path

    import tomli_w

    from mer_core.atomic import write_text
    from mer_core.models.catalog import list_models

    rows = [asdict(measured(entry)) for entry in list_models()]
    write_text(
        Path(__file__).with_name("summaries.toml"),
        "# Written by `python -m mer_core.models.summaries`; a test compares it with networks.\n\n"
        + tomli_w.dumps({"network": rows}),
    )


if __name__ == "__main__":
    write_summaries()
