"""`mer models` and `mer export`: the networks, what they cost, and as ONNX."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mer_core.cli.answer import Answer, answers, table
from mer_core.errors import SettingsError
from mer_core.models.catalog import list_models, model_entry
from mer_core.models.complexity import CLIP_FRAMES, Complexity, measure
from mer_core.models.entry import ModelEntry
from mer_core.records import InputKind

# The paper's four groups of emotions; only their number matters to an untrained network.
PAPER_CLASSES = ("negative", "others", "positive", "surprise")


@click.command()
@answers
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--classes",
    type=click.IntRange(min=2),
    default=len(PAPER_CLASSES),
    show_default=True,
    help="Number of classes the networks are measured with.",
)
def models(names: tuple[str, ...], classes: int) -> Answer:
    """List the networks and what each costs; with NAMEs, those only, with their layers.

    Costs are measured on the network itself at batch 1 in 32-bit numbers.

    \b
    JSON: a list with one object per network:
      name, title, paper       identity and citation
      input                    ami, dynamic image, clip or flow
      input_spec               size, channels, mean, std, weighting
      classes                  number of logits measured with
      parameters               trainable values
      multiply_adds, flops     of one input; flops are twice the multiply-adds
      weight_bytes             parameters and running statistics
      activation_bytes         everything the innermost modules give out
      memory                   the two together
      layers                   attributable layers: name, module, title, stage, channels, stride,
                               kernel, receptive_field, branch
      published                weights that others trained: hub_id, trained_on; or null
      trains                   false for networks listed for their cost only
      notes                    readings and choices
    """  # noqa: D301 - the backspace tells click to keep the lines below it
    entries = [model_entry(name) for name in names] if names else list(list_models())
    costs = [measure(entry, classes=classes) for entry in entries]
    document = [_document(*pair, classes) for pair in zip(entries, costs, strict=True)]
    text = _overview(entries, costs)
    if names:
        text = "\n\n".join([text, *(_layers(entry) for entry in entries)])
    return Answer(document=document, text=text)


def _document(entry: ModelEntry, cost: Complexity, classes: int) -> dict[str, Any]:
    published = entry.published
    return {
        "name": entry.name,
        "title": entry.title,
        "paper": entry.paper,
        "input": entry.input.kind,
        "input_spec": asdict(entry.input),
        "classes": classes,
        "parameters": cost.parameters,
        "multiply_adds": cost.multiply_adds,
        "flops": cost.flops,
        "weight_bytes": cost.weight_bytes,
        "activation_bytes": cost.activation_bytes,
        "memory": cost.weight_bytes + cost.activation_bytes,
        "layers": [asdict(layer) for layer in entry.layers],
        "published": published and {"hub_id": published.hub_id, "trained_on": published.trained_on},
        "trains": entry.trains,
        "notes": entry.notes,
    }


def _overview(entries: list[ModelEntry], costs: list[Complexity]) -> str:
    rows = [
        (
            entry.name,
            entry.title,
            _input(entry),
            f"{cost.parameters:,}",
            f"{cost.multiply_adds / 1e6:,.1f}",
            f"{cost.weight_bytes / 1e6:,.1f}",
            f"{cost.activation_bytes / 1e6:,.1f}",
            len(entry.layers),
        )
        for entry, cost in zip(entries, costs, strict=True)
    ]
    header = (
        *("name", "network", "input", "parameters"),
        *("multiply-adds, M", "weights, MB", "maps, MB", "layers"),
    )
    return table(header, rows)


def _input(entry: ModelEntry) -> str:
    height, width = entry.input.size
    frames = f"{CLIP_FRAMES} x " if entry.input.kind is InputKind.CLIP else ""
    return f"{entry.input.kind}, {frames}{height}x{width}x{entry.input.channels}"


def _layers(entry: ModelEntry) -> str:
    rows = [
        (
            *(layer.name, layer.title, layer.stage, layer.channels),
            *(layer.kernel, layer.receptive_field),
        )
        for layer in entry.layers
    ]
    listing = table(("layer", "what it is", "scale", "maps", "kernel", "sees, px"), rows)
    return f"{entry.title}. {entry.paper}\n{entry.notes}\n{listing}"


@click.command()
@answers
@click.argument("model")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--weights",
    default="random",
    show_default=True,
    help="random, imagenet, or a checkpoint file (.safetensors).",
)
@click.option("--classes", help="Class names, comma-separated; a checkpoint knows its own.")
@click.option("--seed", default=0, show_default=True, help="Of random weights.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def export(
    model: str, out: Path, weights: str, classes: str | None, seed: int, force: bool
) -> Answer:
    """Write MODEL to OUT as ONNX and compare it with PyTorch in ONNX Runtime.

    The graph takes `input`, a batch of already normalised float32 images, and gives `logits`. Its
    metadata carry the classes, the input's size and normalisation, and the state of the weights.

    \b
    JSON keys:
      model, file, bytes, opset
      classes      in the order of the logits
      weights      what the weights are, in words
      digest       SHA-256 of the weights
      synthetic    whether they were trained on generated clips
      deviation    largest logit difference from PyTorch, as a share of the largest logit
    """  # noqa: D301 - the backspace tells click to keep the lines below it
    from mer_core.models.export import export_onnx
    from mer_core.models.loaded import load_model

    if out.suffix.lower() != ".onnx":
        raise SettingsError("the network is written as ONNX", where=out, remedy="name it *.onnx")
    if out.exists() and not force:
        raise SettingsError("exists already", where=out, remedy="pass --force to replace it")
    untrained = weights in ("random", "imagenet")
    given = [name.strip() for name in classes.split(",")] if classes else None
    names = given or (PAPER_CLASSES if untrained else None)
    loaded = load_model(model, classes=names, weights=weights, seed=seed)
    written = export_onnx(loaded, out)
    document = {
        "model": model,
        "file": out,
        "bytes": written.bytes,
        "opset": written.opset,
        "classes": loaded.classes,
        "weights": loaded.weights.label,
        "digest": loaded.weights.digest,
        "synthetic": loaded.weights.synthetic,
        "deviation": written.deviation,
    }
    text = (
        f"{out}: {loaded.entry.title}, {loaded.weights.label}, {written.bytes / 1e6:.1f} MB; "
        f"ONNX Runtime agrees with PyTorch within {written.deviation:.1g} of the largest logit"
    )
    return Answer(document=document, text=text)
