"""Fig. 2, the network, drawn from the network itself and not from a description of it.

`torch.fx` traces one pass, shapes come from running it on tensors without values, and parameters
are counted on the modules. If the code changes, the picture changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from mer_core.models.catalog import model_entry
from mer_core.models.complexity import measure
from mer_core.plots.static.network import Box, network_figure
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import Product, figure_files

CLASSES = 4

_SILENT = (nn.ReLU, nn.ReLU6, nn.Identity, nn.Flatten)
"""Modules that a reader expects behind every convolution and does not look for."""

_KINDS = {
    "input": "image",
    "conv": "convolution",
    "sum": "sum",
    "concat": "concatenation",
    "norm": "batch normalisation",
    "dense": "fully connected",
}

# What the paper calls the output of a stage.
_LABELS = {"cat": "MICRoFeat", "fm2.conv": "Fm2", "fm3.conv": "Fm3"}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One operation of a network.

    Attributes:
        name: Dotted name of the module; of the operation where it is none.
        kind: "input", "conv", "sum", "concat", "norm" or "dense".
        title: In words, e.g. "conv 5x5 /2".
        shape: What comes out, without the batch.
        parameters: Trainable values.
        after: Names of the stages it reads.
    """

    name: str
    kind: str
    title: str
    shape: tuple[int, ...]
    parameters: int
    after: tuple[str, ...]


def stages(name: str, classes: int = CLASSES) -> tuple[Stage, ...]:
    """The operations of a network in the order in which they run, activations left out."""
    entry = model_entry(name)
    with torch.device("meta"):
        network = entry.build(classes).eval()
        image = torch.empty(1, entry.input.channels, *entry.input.size)
    traced = fx.symbolic_trace(network)
    ShapeProp(traced).propagate(image)
    shown: dict[fx.Node, str] = {}
    found = []
    for node in traced.graph.nodes:
        if node.op == "output":
            continue
        module = traced.get_submodule(node.target) if node.op == "call_module" else None
        sources = tuple(dict.fromkeys(shown[source] for source in node.all_input_nodes))
        if module is not None and not _speaks(module, node):
            shown[node] = sources[0]
            continue
        stage = _stage(node, module, sources)
        shown[node] = stage.name
        found.append(stage)
    return tuple(found)


def _speaks(module: nn.Module, node: fx.Node) -> bool:
    if isinstance(module, _SILENT):
        return False
    source = node.all_input_nodes[0]
    held = sum(value.numel() for value in module.parameters())
    # A reduction that changes nothing but the number of axes is a flattening by another name.
    return bool(held) or len(node.all_input_nodes) > 1 or _size(node) != _size(source)


def _size(node: fx.Node) -> int:
    return int(node.meta["tensor_meta"].shape.numel())


def _stage(node: fx.Node, module: nn.Module | None, sources: tuple[str, ...]) -> Stage:
    shape = tuple(node.meta["tensor_meta"].shape)[1:]
    held = 0 if module is None else sum(p.numel() for p in module.parameters())
    kind, title = _words(node, module)
    name = str(node.target) if module is not None else node.name
    return Stage(name=name, kind=kind, title=title, shape=shape, parameters=held, after=sources)


def _words(node: fx.Node, module: nn.Module | None) -> tuple[str, str]:
    match module:
        case nn.Conv2d():
            side, step = module.kernel_size[0], module.stride[0]
            return "conv", f"conv {side}\N{MULTIPLICATION SIGN}{side}" + (
                f" /{step}" if step > 1 else ""
            )
        case nn.BatchNorm2d() | nn.BatchNorm1d():
            return "norm", "batch norm"
        case nn.Linear():
            return "dense", f"FC {module.out_features}"
        case None if node.op == "placeholder":
            return "input", "image"
        case None if "cat" in node.name:
            return "concat", "concat"
        case None:
            return "sum", "+" if "add" in node.name else node.name
        case _:
            return "sum", type(module).__name__.lower()


def boxes(found: Sequence[Stage]) -> tuple[Box, ...]:
    """Where each stage goes: columns by the longest way from the input, heights by branch.

    A stage that feeds several gives each of them an equal part of its own height, and one that
    joins several stands in the middle of theirs.
    """
    readers = {stage.name: [s.name for s in found if stage.name in s.after] for stage in found}
    column: dict[str, int] = {}
    bands: dict[str, tuple[float, float]] = {}
    placed = []
    for stage in found:
        column[stage.name] = max((column[name] + 1 for name in stage.after), default=0)
        bands[stage.name] = _band(stage, readers, bands)
        low, high = bands[stage.name]
        shape = "\N{MULTIPLICATION SIGN}".join(map(str, stage.shape))
        lines = (stage.title, shape, f"{stage.parameters:,}" if stage.parameters else "")
        placed.append(
            Box(
                name=stage.name,
                lines=tuple(filter(None, lines)),
                column=column[stage.name],
                height=(low + high) / 2,
                kind=stage.kind,
                after=stage.after,
                label=_LABELS.get(stage.name, ""),
            )
        )
    return tuple(placed)


def _band(
    stage: Stage, readers: dict[str, list[str]], bands: dict[str, tuple[float, float]]
) -> tuple[float, float]:
    joined = [bands[name] for name in stage.after]
    if not joined:
        return 0.0, 1.0
    low, high = min(band[0] for band in joined), max(band[1] for band in joined)
    if len(joined) > 1:
        return low, high
    fellows = next(readers[name] for name in stage.after)
    part = (high - low) / len(fellows)
    start = low + part * fellows.index(stage.name)
    return start, start + part


def make_figure2(_job: Job) -> BuildResult:
    """The diagram and its stages as JSON."""
    found = stages("affectivenet")
    cost = measure(model_entry("affectivenet"), classes=CLASSES)
    drawn = network_figure(
        boxes(found),
        kinds=_KINDS,
        note=f"AffectiveNet: {cost.parameters:,} parameters, {cost.multiply_adds / 1e6:,.1f} "
        f"million multiply-adds per image, {CLASSES} classes. Traced from the network.\n"
        "In a box: operation and /stride; channels\N{MULTIPLICATION SIGN}height"
        "\N{MULTIPLICATION SIGN}width; parameters. ReLU follows every convolution and both FC 32.",
    )
    document: list[dict[str, Any]] = [asdict(stage) for stage in found]
    return BuildResult(
        products=(
            *figure_files(drawn),
            Product(suffix=".json", content=(json.dumps(document, indent=1) + "\n").encode()),
        ),
        data_digest="none: no clip takes part",
        synthetic=False,
        settings={"network": "affectivenet", "classes": CLASSES},
        values=found,
    )


FIGURE2_BUILDER = ArtifactBuilder(
    name="fig2",
    title="AffectiveNet as it is built here, traced from the network: shapes and parameters",
    paper_reference="Fig. 2",
    make=make_figure2,
    needs=lambda _job: {"network": "affectivenet", "classes": CLASSES},
)
