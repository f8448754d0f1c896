"""An explanation as `mer explain` hands it back: its files, its record, its text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mer_core.atomic import atomic_path, write_bytes, write_text
from mer_core.cli.names import METHOD_TITLES
from mer_core.cli.output import CommandOutput, as_document
from mer_core.errors import SettingsError
from mer_core.records import AttributionMap, InputKind

if TYPE_CHECKING:
    from mer_core.attribution.recording import Recipe
    from mer_core.inputs import Recording


def write_explanation(
    out: Path, recipe: Recipe, picture: bytes, *, overwrite: bool
) -> dict[str, Path]:
    """Write picture, array, record and script to the folder `out`; return their paths."""
    if out.exists() and not out.is_dir():
        raise SettingsError("is not a folder", where=out)
    found = recipe.map
    words = [found.model, found.method, found.target, "synthetic" if recipe.synthetic else ""]
    name = "-".join(re.sub(r"[^\w]+", "-", word).strip("-") for word in words if word)
    kinds = {"png": "png", "array": "npy", "record": "json", "script": "py"}
    files = {kind: out / f"{name}.{suffix}" for kind, suffix in kinds.items()}
    for file in files.values():
        if file.exists() and not overwrite:
            raise SettingsError(
                "exists already", where=file, remedy="pass --overwrite to replace it"
            )
    write_bytes(files["png"], picture)
    with atomic_path(files["array"]) as partial:
        np.save(partial, found.values, allow_pickle=False)
    write_text(files["record"], as_document(recipe.record()) + "\n")
    write_text(files["script"], recipe.script(name))
    return files


def explanation_picture(recipe: Recipe, recording: Recording) -> bytes:
    """Draw the network's input, and the map beside it and over it, as a PNG file."""
    from mer_core.inputs.prediction import UNSEEN_REALITY
    from mer_core.plots.attributions import map_scale
    from mer_core.plots.raster import enlarge, overlay
    from mer_core.plots.static import ONE_COLUMN
    from mer_core.plots.static.tiles import Tile, TileBlock, tile_figure

    found, spec = recipe.map, recipe.model.entry.input
    if spec.kind in (InputKind.AMI, InputKind.DYNAMIC_IMAGE):
        seen = recording.image(recipe.weighting or spec.weighting, size=spec.size).image
    else:
        frames = recording.expression.frames
        seen = enlarge(frames[len(frames) // 2], spec.size, smooth=True)
    scale = map_scale(found.values, signed=found.signed)
    where = f", {found.layer}" if found.layer else ""
    over = Tile(values=overlay(seen, found.values, scale), caption="map over the input")
    tiles = [Tile(values=seen, caption="input"), over, Tile(values=found.values, caption="map")]
    real = recipe.model.weights.synthetic and not recipe.synthetic
    mark = f"\n{UNSEEN_REALITY[0].upper()}{UNSEEN_REALITY[1:]}." if real else ""
    drawn = tile_figure(
        [[TileBlock(rows=[tiles], scale=scale, title=recipe.model.entry.title)]],
        synthetic=recipe.synthetic,
        width=1.4 * ONE_COLUMN,
        note=f"{found.method}{where}, for {found.target}.\n{recipe.model.weights.label}.{mark}",
    )
    return drawn.png


def answer_of_explanation(
    recipe: Recipe, recording: Recording, files: dict[str, Path]
) -> CommandOutput:
    """Return what the command prints, and its record."""
    from mer_core.plots.attributions import map_scale

    found, model = recipe.map, recipe.model
    scale = map_scale(found.values, signed=found.signed)
    probability = _probability(recipe, recording)
    notes = list(recording.doubts)
    notes += _reservations(recipe, recording)
    if not model.weights.trained:
        notes.append(f"{model.weights.label}: the map says nothing about expressions")
    if not np.ptp(found.values):
        notes.append("every value of the map is the same")
    document = {
        "files": files,
        "model": found.model,
        "weights": model.weights.label,
        "method": found.method,
        "layer": found.layer,
        "target": found.target,
        "probability": probability,
        "parameters": dict(found.parameters),
        "signed": found.signed,
        "low": scale.low,
        "high": scale.high,
        "difference": found.difference,
        "delta": found.delta,
        "seconds": found.seconds,
        "synthetic": recipe.synthetic,
        "notes": notes,
    }
    return CommandOutput(
        document=document, text=_text(found, recipe, probability, files), warnings=notes
    )


def _reservations(recipe: Recipe, recording: Recording) -> list[str]:
    """List the remarks of `mer predict` about the answer that is explained."""
    from mer_core.inputs.prediction import marks, network_refusals
    from mer_core.inputs.refusals import clip_refusals

    model = recipe.model
    if recording.clip.synthetic or not model.weights.trained:
        return []
    refusals = (*clip_refusals(recording), *network_refusals(model, recording, recipe.weighting))
    return [
        *marks(model, recording),
        *(f"`mer predict` withholds this answer: {one.reason}" for one in refusals),
    ]


def _text(found: AttributionMap, recipe: Recipe, probability: float, files: dict[str, Path]) -> str:
    generated = " (synthetic data)" if recipe.synthetic else ""
    adds_up = ""
    if found.delta is not None and found.difference is not None:
        adds_up = f"; sums to {found.difference:.4g} within {found.delta:.2g}"
    return (
        f"{recipe.model.entry.title} gives {found.target} {probability:.1%}{generated}\n"
        f"{METHOD_TITLES.get(found.method, found.method)} in {found.seconds:.2f} s{adds_up}\n"
        + "\n".join(str(file) for file in files.values())
    )


def _probability(recipe: Recipe, recording: Recording) -> float:
    import torch

    from mer_core.inputs import recording_input

    model = recipe.model
    numbers = recording_input(recording, model.entry.input, weighting=recipe.weighting)
    shares = model.probabilities(torch.from_numpy(numbers)[None])[0]
    return float(shares[model.classes.index(recipe.map.target)])
