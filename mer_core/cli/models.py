"""`mer models` and `mer export`: the networks, what they cost, and as ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mer_core.cli.names import NETWORK
from mer_core.cli.output import CommandOutput, check_target, prints_output, table
from mer_core.models.summaries import CLASSES, NetworkSummary, network_summaries

# The networks need PyTorch, which takes seconds to load; a list of them does not.
if TYPE_CHECKING:
    from mer_core.models.entry import ModelEntry

# The paper's four groups of emotions; only their number matters to an untrained network.
PAPER_CLASSES = ("negative", "others", "positive", "surprise")


@click.command()
@prints_output
@click.argument("names", nargs=-1, metavar="[NAME]...", type=NETWORK)
@click.option(
    "--classes",
    type=click.IntRange(min=2),
    default=CLASSES,
    show_default=True,
    help="Number of classes to measure the networks with.",
)
def models(names: tuple[str, ...], classes: int) -> CommandOutput:
    """List the networks and what each costs; given NAMEs, those only, with their layers.

    Costs are measured on the network itself at batch 1 in 32-bit numbers.

    \b
    JSON keys, one object per network:
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
    chosen = _summaries(names, classes)
    return CommandOutput(
        document=lambda: [_document(network, classes) for network in chosen],
        text=lambda: "\n\n".join([_overview(chosen), *map(_layers, names)]),
    )


def _summaries(names: Sequence[str], classes: int) -> Sequence[NetworkSummary]:
    if classes == CLASSES:
        known = {network.name: network for network in network_summaries()}
        if set(names) <= set(known):
            return [known[name] for name in names] if names else list(known.values())
    from mer_core.models.catalog import list_models, model_entry
    from mer_core.models.summaries import measured

    entries = [model_entry(name) for name in names] if names else list_models()
    return [measured(entry, classes=classes) for entry in entries]


def _document(network: NetworkSummary, classes: int) -> dict[str, Any]:
    from mer_core.models.catalog import model_entry

    entry = model_entry(network.name)
    published = entry.published
    return {
        "name": entry.name,
        "title": entry.title,
        "paper": entry.paper,
        "input": entry.input.kind,
        "input_spec": asdict(entry.input),
        "classes": classes,
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
        "flops": 2 * network.multiply_adds,
        "weight_bytes": network.weight_bytes,
        "activation_bytes": network.activation_bytes,
        "memory": network.weight_bytes + network.activation_bytes,
        "layers": [asdict(layer) for layer in entry.layers],
        "published": published and {"hub_id": published.hub_id, "trained_on": published.trained_on},
        "trains": entry.trains,
        "notes": entry.notes,
    }


def _overview(chosen: Sequence[NetworkSummary]) -> str:
    rows = [
        (
            network.title,
            network.name,
            network.input,
            f"{network.parameters:,}",
            f"{network.multiply_adds / 1e6:,.1f}",
            f"{network.weight_bytes / 1e6:,.1f}",
        )
        for network in chosen
    ]
    header = (
        *("Network", "Name", "Input", "Parameters"),
        *("Multiply-adds, M", "Weights, MB"),
    )
    return table(header, rows)


def _layers(name: str) -> str:
    from mer_core.models.catalog import model_entry

    entry: ModelEntry = model_entry(name)
    rows = [
        (
            *(layer.title, layer.name, layer.stage, layer.channels),
            *(layer.kernel, layer.receptive_field),
        )
        for layer in entry.layers
    ]
    header = ("Layer", "Name", "Scale", "Maps", "Kernel", "Receptive field, px")
    return f"{entry.title}. {entry.paper}\n{entry.notes}\n\n{table(header, rows)}"


@click.command()
@prints_output
@click.argument("model", type=NETWORK)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--weights",
    default="random",
    show_default=True,
    help="random, synthetic (shipped, trained on generated faces), imagenet, or a checkpoint file "
    "(.safetensors).",
)
@click.option("--classes", help="Class names, comma-separated; a checkpoint knows its own.")
@click.option("--seed", default=0, show_default=True, help="Seed of random weights.")
@click.option("--overwrite", is_flag=True, help="Replace OUT if it exists.")
def export(
    model: str, out: Path, weights: str, classes: str | None, seed: int, overwrite: bool
) -> CommandOutput:
    """Write MODEL to OUT as ONNX and compare it with PyTorch in ONNX Runtime.

    The graph takes `input`, a batch of already normalised float32 images, and gives `logits`. Its
    metadata carry the classes, the input's size and normalisation, and the state of the weights.
    AKMNet cannot be exported: it chooses frames by their values, which a graph cannot express.

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

    check_target(out, suffix=".onnx", overwrite=overwrite)
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
    return CommandOutput(document=document, text=text)
