"""A network as a diagram whose layers can be pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from mer_core.models.entry import ModelEntry
from mer_core.records import Layer
from workbench.tiles import PIXELS
from workbench.titles import kernel_title

HERE = Path(__file__)
_diagram = component(
    "mer_workbench_diagram",
    html='<div class="mer-diagram"></div>\n',
    css=HERE.with_name("diagram.css").read_text("utf-8"),
    js=PIXELS + HERE.with_name("diagram.js").read_text("utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Node:
    """One box: where it stands, what is written in it, which boxes lead to it."""

    name: str
    title: str
    lines: tuple[str, ...]
    column: int
    row: float
    after: tuple[str, ...]
    press: bool = True


def draw_diagram(
    entry: ModelEntry, *, key: str, current: str, on_layer: Callable[[str], None]
) -> None:
    """Draw the network, mark its `current` layer, and report the layer that is pressed."""
    nodes = diagram_nodes(entry)
    names = {node.name for node in nodes if node.press}

    def pressed() -> None:
        name: Any = st.session_state[key].get("layer")
        if name in names:
            on_layer(name)

    data = {
        "title": f"{entry.title}, layer by layer",
        "nodes": [asdict(node) for node in nodes],
        "columns": 1 + max(node.column for node in nodes),
        "rows": 1 + max(int(node.row + 0.5) for node in nodes),
        "current": current,
    }
    _diagram(key=key, data=data, on_layer_change=pressed)


def diagram_nodes(entry: ModelEntry) -> list[Node]:
    """Return the layers of a network as boxes, parallel branches below each other."""
    rows = max(1, len(entry.branches()))
    middle = (rows - 1) / 2
    size = " × ".join(map(str, entry.input.size))
    found = [Node("input", "Input", ("Input", size), 0, middle, (), press=False)]
    ends, column = ("input",), 1
    for run in _runs(entry.layers):
        if not run[0].branch:
            for layer in run:
                found.append(_node(entry, layer, column, middle, ends))
                ends, column = (layer.name,), column + 1
            continue
        last: dict[str, str] = {}
        place: dict[str, int] = {}
        branches = list(dict.fromkeys(layer.branch for layer in run))
        starts = ends
        for layer in run:
            at = place.get(layer.branch, column)
            after = (last[layer.branch],) if layer.branch in last else starts
            row = branches.index(layer.branch) + (rows - len(branches)) / 2
            found.append(_node(entry, layer, at, row, after))
            last[layer.branch], place[layer.branch] = layer.name, at + 1
        ends, column = tuple(last.values()), max(place.values())
    return [*found, Node("output", "Classes", ("Classes",), column, middle, ends, press=False)]


def _runs(layers: tuple[Layer, ...]) -> list[list[Layer]]:
    """Neighbouring layers that all lie in branches, or all in none."""
    runs: list[list[Layer]] = []
    for layer in layers:
        if runs and bool(runs[-1][0].branch) == bool(layer.branch):
            runs[-1].append(layer)
        else:
            runs.append([layer])
    return runs


def _node(entry: ModelEntry, layer: Layer, column: int, row: float, after: tuple[str, ...]) -> Node:
    cells = [-(-side // layer.stride) for side in entry.input.size]
    short = layer.title.rpartition(", ")[2]
    if layer.branch:
        short = f"{kernel_title(layer.branch)} · {layer.name.rpartition('.')[2]}"
    short = short if len(short) < 18 else f"{short[:16]}…"
    shape = f"{layer.channels} maps, {cells[0]} × {cells[1]}"
    return Node(layer.name, f"{layer.title}: {shape}", (short, shape), column, row, after)
