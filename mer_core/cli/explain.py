"""`mer explain`: why a network answers a clip as it does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mer_core.ami import WEIGHTINGS
from mer_core.cli.ami import FrameRange
from mer_core.cli.explanation import answer_of_explanation, explanation_picture, write_explanation
from mer_core.cli.held_out import find_held_out
from mer_core.cli.models import PAPER_CLASSES
from mer_core.cli.names import METHOD, NETWORK
from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.cli.progress import Progress
from mer_core.errors import SettingsError

if TYPE_CHECKING:
    from mer_core.attribution import MethodAvailability, Parameter
    from mer_core.inputs import Recording
    from mer_core.inputs.clip_code import ClipCode
    from mer_core.models.loaded import LoadedModel


@click.command()
@prints_output
@click.argument("clip", required=False, type=click.Path(path_type=Path))
@click.argument("out", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="Show the methods instead.")
@click.option("--model", type=NETWORK, help="Network; see `mer models`.")
@click.option(
    "--method",
    type=METHOD,
    default="integrated-gradients",
    show_default=True,
    help="Attribution method; see --list.",
)
@click.option(
    "--weights",
    help="synthetic (shipped, trained on generated faces), random, imagenet, or a checkpoint file "
    "(.safetensors).  [default: synthetic where the network ships, else random]",
)
@click.option(
    "--study",
    help="Use the network of this study that has not seen the clip's subject, and its input.",
)
@click.option("--classes", help="Class names, comma-separated; a checkpoint knows its own.")
@click.option("--target", help="Class to explain.  [default: the predicted one]")
@click.option("--layer", help="Layer to explain, for methods that need one.  [default: the last]")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Parameter of the method; repeatable.",
)
@click.option(
    "--weighting",
    type=click.Choice(WEIGHTINGS.names()),
    help="Frame weights of the image; shipped weights are those trained on it, where some are.  "
    "[default: the network's own, or the study's]",
)
@click.option("--frames", "span", type=FrameRange(), help="Frame numbers to use, both included.")
@click.option(
    "--crop/--no-crop",
    default=None,
    help="Find the face and align it.  [default: crop; with --study, as in the study]",
)
@click.option(
    "--seed", default=0, show_default=True, help="Seed of random weights, samples and noise."
)
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
def explain(
    clip: Path | None,
    out: Path | None,
    listing: bool,
    model: str | None,
    method: str,
    weights: str | None,
    study: str | None,
    classes: str | None,
    target: str | None,
    layer: str | None,
    settings: tuple[str, ...],
    weighting: str | None,
    span: tuple[int | None, int | None] | None,
    crop: bool | None,
    seed: int,
    overwrite: bool,
) -> CommandOutput:
    """Explain the answer of a network to CLIP, and write the map to the folder OUT.

    CLIP is a folder of images, a video or a zip of images. OUT gets four files: the map over the
    input (.png), its numbers (.npy), how it was made (.json), and a Python script that computes
    the same numbers again (.py). Where anything was generated, their names say "synthetic".

    With --study, CLIP is the folder of one of its clips, and the network sees what it saw when it
    answered: the annotated frames from onset to offset under the study's settings.

    With --list: the methods, and with --model which of them apply to it, and why not.

    \b
    JSON keys:
      files                PNG, array, record and script
      model, weights       the network, and what its weights are
      method, layer        what was asked, and where
      target, probability  the class asked about, and the network's answer for it
      parameters           every parameter of the method with its value
      signed               whether negative values speak against the class
      low, high            of the colour scale; the strongest 1 % of pixels lie beyond
      difference, delta    logit less that of the baseline, and how far the sum misses it; or null
      seconds, synthetic, notes
    \b
    With --list, per method: name, title, paper, says, applies, reason, signed, resolution,
    needs_layer, needs_regions, complete, forwards, parameters.
    """  # noqa: D301 - the backspace tells click to keep the lines below it
    held_out = None
    if study is not None and clip is not None:
        if model is not None or weights is not None or span is not None:
            raise SettingsError(
                "--study brings its own network, weights and frames",
                remedy="leave out --model, --weights and --frames",
            )
        held_out = find_held_out(study, clip)
        model, weights = held_out.experiment.model, str(held_out.weights)
        weighting = weighting or held_out.experiment.weighting
    elif weights is None:
        weights = default_weights(model)
    loaded = _load_network(model, weights, classes, weighting, seed, needed=not listing)
    if listing:
        return _list(loaded)
    if clip is None or out is None or loaded is None:
        raise SettingsError("give CLIP and OUT", remedy="or --list to see the methods")
    from mer_core.attribution.recording import Recipe, explain_recording

    if held_out is None:
        recording, source = _open_file(clip, span or (None, None), crop=crop is not False)
    else:
        recording, source = held_out.open(crop)
    found = explain_recording(
        loaded,
        recording,
        method=method,
        target=target,
        layer=layer,
        weighting=weighting,
        parameters=_parse_parameters(method, loaded, settings),
        seed=seed,
    )
    recipe = Recipe(
        clip=source,
        model=loaded,
        weights=_absolute(loaded.weights.source),
        weights_seed=seed,
        weighting=weighting,
        map=found,
        synthetic=recording.clip.synthetic,
    )
    picture = explanation_picture(recipe, recording)
    files = write_explanation(out, recipe, picture, overwrite=overwrite)
    return answer_of_explanation(recipe, recording, files)


def _open_file(
    clip: Path, span: tuple[int | None, int | None], *, crop: bool
) -> tuple[Recording, ClipCode]:
    """Open a clip of one's own; return it with the code that does so again."""
    from mer_core.inputs.clip_code import ClipFile
    from mer_core.inputs.own_clip import open_recording

    first, last = span
    with Progress("searching for the expression", unit="frames") as progress:
        recording = open_recording(clip, first=first, last=last, crop=crop, progress=progress.show)
    return recording, ClipFile(path=clip.resolve(), first=first, last=last, crop=crop)


def _load_network(
    name: str | None,
    weights: str,
    classes: str | None,
    weighting: str | None,
    seed: int,
    *,
    needed: bool,
) -> LoadedModel | None:
    if name is None and not needed:
        return None
    if name is None:
        raise SettingsError("say which network", remedy="give --model; `mer models` lists them")
    from mer_core.models.loaded import load_model
    from mer_core.models.shipped import fitting_weighting

    given = [part.strip() for part in classes.split(",")] if classes else None
    untrained = weights in ("random", "imagenet")
    names = given or (PAPER_CLASSES if untrained else None)
    fitting = fitting_weighting(name, weighting)
    return load_model(name, classes=names, weights=weights, weighting=fitting, seed=seed)


def _absolute(weights: str) -> str:
    from mer_core.models.loaded import is_named

    return weights if is_named(weights) else str(Path(weights).resolve())


def default_weights(model: str | None) -> str:
    """The shipped weights of a network, or random ones where none are shipped."""
    from mer_core.models.loaded import SYNTHETIC
    from mer_core.models.shipped import is_shipped

    return SYNTHETIC if model is not None and is_shipped(model) else "random"


def _parse_parameters(method: str, model: LoadedModel, written: Sequence[str]) -> dict[str, Any]:
    from mer_core.attribution import METHODS

    chosen = METHODS.get(method)
    known = {one.name: one for one in chosen.parameters(model.entry)}
    values: dict[str, Any] = {}
    for item in written:
        name, equals, text = item.partition("=")
        if not equals or name not in known:
            raise SettingsError(
                f"--set {item!r} is no parameter of {chosen.title}",
                remedy=f"write one of {', '.join(known)}, then = and its value",
            )
        values[name] = known[name].parse(text)
    return values


def _list(model: LoadedModel | None) -> CommandOutput:
    from mer_core.attribution import METHODS, list_methods

    if model is None:
        rows = [(method.title, method.name, method.description) for method in METHODS]
        document = [_describe_properties(method) for method in METHODS]
        return CommandOutput(
            document=document, text=table(("Method", "Name", "Meaning of a value"), rows)
        )
    availability = list_methods(model)
    rows = [
        (
            available.method.title,
            available.method.name,
            "yes" if available.applies else "no",
            _describe_availability(available),
        )
        for available in availability
    ]
    return CommandOutput(
        document=[
            _describe_properties(available.method)
            | {
                "applies": available.applies,
                "reason": available.reason or None,
                "forwards": available.forwards,
                "parameters": [_describe_parameter(one) for one in available.parameters],
            }
            for available in availability
        ],
        text=table(("Method", "Name", "Applies", f"On {model.entry.title}"), rows),
    )


def _describe_availability(available: MethodAvailability) -> str:
    if not available.applies:
        return available.reason
    method = available.method
    defaults = ", ".join(f"{one.name}={one.default}" for one in available.parameters)
    sign = "signed" if method.signed else "unsigned"
    return f"{sign}, per {method.resolution}, about {available.forwards:.0f} forwards; {defaults}"


def _describe_properties(method: Any) -> dict[str, Any]:
    return {
        "name": method.name,
        "title": method.title,
        "paper": method.paper,
        "says": method.description,
        "signed": method.signed,
        "resolution": method.resolution,
        "needs_layer": method.needs_layer,
        "needs_regions": method.needs_regions,
        "complete": method.complete,
    }


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    names = ("name", "title", "kind", "default", "low", "high", "choices", "help")
    return {name: getattr(parameter, name) for name in names}
