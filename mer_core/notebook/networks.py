"""What a network does with a clip, as notebooks show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
import torch

from mer_core.attribution.catalog import METHODS
from mer_core.attribution.control_maps import CONTROL_MAPS
from mer_core.attribution.frames import FrameShares
from mer_core.attribution.inspection import Inspection
from mer_core.attribution.localisation import METRICS
from mer_core.datasets.label_schemes import class_for
from mer_core.errors import UnknownNameError
from mer_core.features import RANKINGS, feature_maps
from mer_core.inputs import Recording, recording_input, synthetic_recording
from mer_core.lessons import agreement
from mer_core.models.catalog import model_entry
from mer_core.models.complexity import CLIP_FRAMES, measure
from mer_core.models.key_frames import KeyFrames
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.models.shipped import shipped_classes, shown_weighting
from mer_core.notebook.explorer import STRONGEST
from mer_core.notebook.pictures import Picture, pictures
from mer_core.plots.attributions import map_scale
from mer_core.plots.curves import share_curve
from mer_core.plots.raster import overlay
from mer_core.plots.static import StaticFigure
from mer_core.records import InputKind
from mer_core.seeding import generator


def inspect(model: LoadedModel, subject: int, emotion: str, *, seed: int = 1) -> Inspection:
    """Return a network looking at a generated person who shows `emotion`."""
    recording = synthetic_recording(subject=subject, emotion=emotion, seed=seed)
    return Inspection(model=model, recording=recording)


def channel_view(
    model: LoadedModel, recording: Recording, layer: str, channel: int = STRONGEST
) -> StaticFigure:
    """Draw what a network reads, the mean of a layer's channels, and one or three of them.

    Args:
        model: The network.
        recording: The clip.
        layer: Public name of the layer.
        channel: Number of the channel, counted on from the first where a layer has fewer;
            `STRONGEST` for the three that respond most where the face moves, or most of all
            where that is not known.
    """
    region, size = recording.region, model.entry.input.size
    inputs = torch.from_numpy(recording_input(recording, model.entry.input))[None]
    found = feature_maps(model, inputs, [layer])[layer]
    ranking = RANKINGS.get("activation" if region is None else "region")
    strongest = channel == STRONGEST
    picks = found.top(3, ranking, region) if strongest else [channel % len(found.values)]
    weighting = model.entry.input.weighting
    named: dict[str, Picture] = {
        "image": recording.image(weighting, size=size).image,
        "mean of all channels": found.values.mean(axis=0),
        **{f"channel {pick} of {len(found.values)}": found.values[pick] for pick in picks},
    }
    note = f"{found.layer.title}; {model.entry.title}, {model.weights.label}."
    return pictures(
        named, region=region, synthetic=recording.clip.synthetic, note=note, own_scales=True
    )


def answer_frame(inspection: Inspection) -> pd.DataFrame:
    """Return the probability of each class, and which one the clip shows."""
    classes = inspection.model.classes
    shares = [f"{100 * inspection.answer[name]:.1f} %" for name in classes]
    marks = ["predicted" if name == inspection.predicted else "" for name in classes]
    return pd.DataFrame({"class": classes, "probability": shares, "": marks}).set_index("class")


def predictions_frame(inspections: Sequence[Inspection]) -> pd.DataFrame:
    """Return what networks predict for one clip, how sure each is, and whether it is right."""
    lines = []
    for one in inspections:
        truth = class_for(one.recording.label, one.model.classes)
        lines.append(
            {
                "network": one.model.entry.title,
                "predicts": one.predicted,
                "probability": f"{100 * one.answer[one.predicted]:.1f} %",
                "is": "" if truth is None else "right" if one.predicted == truth else "wrong",
            }
        )
    return pd.DataFrame(lines).set_index("network")


def scores_frame(inspection: Inspection, methods: Sequence[str]) -> pd.DataFrame:
    """Return how well maps find what moves, with maps that no network made; 1 is chance."""
    found = {METHODS.get(n).title: np.asarray(inspection.explain(n).values) for n in methods}
    controls = inspection.distinct_control_maps()
    plain = {CONTROL_MAPS[name]: values for name, values in controls.items()}
    lines = {}
    for name, values in {**found, **plain}.items():
        scored = inspection.localise(values)
        if scored is not None:
            scores = scored.scores.items()
            lines[name] = {METRICS.get(key).title: score.normalised for key, score in scores}
    return pd.DataFrame(lines).T.rename_axis("map").round(2)


def cost_frame(names: Sequence[str], *, classes: int = 4) -> pd.DataFrame:
    """Return what networks take in and what one input costs; a clip is of `CLIP_FRAMES` frames."""
    lines = []
    for name in names:
        entry = model_entry(name)
        cost = measure(entry, classes=classes)
        rows, columns = entry.input.size
        several = f"{CLIP_FRAMES} " if entry.input.kind is InputKind.CLIP else ""
        size = f"{entry.input.channels} × {rows} × {columns}"
        lines.append(
            {
                "network": entry.title,
                "reads": f"{several}{entry.input.kind.label}, {size}",
                "parameters": cost.parameters,
                "million multiply-adds": round(cost.multiply_adds / 1e6),
                "weighted layers with maps": len(entry.layers),
            }
        )
    return pd.DataFrame(lines).set_index("network")


def key_frames(recording: Recording, model: LoadedModel) -> KeyFrames:
    """Return which frames of a clip a network that mines key frames reads."""
    inputs = torch.from_numpy(recording_input(recording, model.entry.input))[None]
    module: Any = model.module
    with model.lock, torch.no_grad():
        (found,) = module.key_frames(inputs)
    return found


def key_frame_chart(recording: Recording, found: KeyFrames) -> go.Figure:
    """Return how far each frame lies above the line; frames at or above it are read."""
    return share_curve(
        recording.expression.frame_numbers,
        {"similarity above the mean": np.asarray(found.margin)},
        key_frames=recording.key_frames,
        synthetic=recording.clip.synthetic,
        title="similarity above the mean",
    )


def untrained(name: str, *, seed: int = 0) -> LoadedModel:
    """Return a network with random weights that reads the images of those that ship."""
    model = load_model(name, classes=shipped_classes(), weights="random", seed=seed)
    seen = replace(model.entry.input, weighting=shown_weighting())
    return replace(model, entry=replace(model.entry, input=seen))


def share_chart(shares: FrameShares, inspection: Inspection) -> go.Figure:
    """Return what each frame contributes, in the whole image and where the face moves."""
    curves = {"whole image": shares.curve()}
    if inspection.regions is not None:
        curves["moving region"] = shares.curve(inspection.regions.union)
    recording = inspection.recording
    return share_curve(
        shares.frame_numbers,
        curves,
        key_frames=recording.key_frames,
        synthetic=recording.clip.synthetic,
    )


def key_frame_strip(recording: Recording, found: KeyFrames, *, most: int = 8) -> StaticFigure:
    """Draw the frames that a network keeps, evenly chosen where they are many."""
    clip = recording.expression
    picks = np.unique(
        np.linspace(0, len(found.selected) - 1, min(most, len(found.selected))).round()
    )
    selected = [found.selected[int(at)] for at in picks]
    named: dict[str, Picture] = {f"frame {clip.frame_numbers[i]}": clip.frames[i] for i in selected}
    note = f"{len(found.selected)} of {len(found)} frames are read."
    return pictures(named, region=recording.region, synthetic=clip.synthetic, note=note)


def layer_of(model: LoadedModel, branch: str, part: str) -> str:
    """Return the layer of a branch whose name ends in `part`.

    Raises:
        UnknownNameError: There is none.
    """
    for layer in model.entry.branches().get(branch, ()):
        if layer.name.rsplit(".", 1)[-1] == part:
            return layer.name
    raise UnknownNameError(f"{model.entry.title} has no layer {part!r} in a branch {branch!r}")


def field_words(model: LoadedModel, part: str) -> dict[str, str]:
    """Return what the lesson on kernels says of a network."""
    entry = model.entry
    sides = {name: entry.layer(layer_of(model, name, part)) for name in entry.branches()}
    listed = ", ".join(
        f"{one.receptive_field} pixels for {name.replace('x', '×')}" for name, one in sides.items()
    )
    return {"fields": listed, "side": str(entry.input.size[0])}


def agreement_words(inspections: Sequence[Inspection]) -> dict[str, str]:
    """Return what the lesson on three networks says of those that look at one clip."""
    return {"agreeing": agreement([one.predicted for one in inspections])}


def guess_maps(inspection: Inspection, *, method: str = "grad-cam") -> StaticFigure:
    """Draw the map of a network among maps that no network made, without telling which is which."""
    seen = inspection.recording.image(
        inspection.weighting or inspection.model.entry.input.weighting, size=inspection.size
    ).image
    named: dict[str, Picture] = {}
    for letter, name in _shuffle_maps(inspection).items():
        values = _candidates(inspection, method)[name]
        named[f"Map {letter}"] = overlay(seen, values, map_scale(values, signed=False))
    region = None if inspection.regions is None else inspection.regions.union
    return pictures(named, region=region, synthetic=inspection.recording.clip.synthetic)


def guess_words(inspection: Inspection, *, method: str = "grad-cam") -> str:
    """Return which of the maps of `guess_maps` is which, and how well each finds what moves."""
    titles = {
        **CONTROL_MAPS,
        _OWN: f"{METHODS.get(method).title} of {inspection.model.entry.title}",
    }
    lines = []
    for letter, name in _shuffle_maps(inspection).items():
        scored = inspection.localise(_candidates(inspection, method)[name])
        mass = "" if scored is None else f": mass {scored.scores['mass'].normalised:.2f} × chance"
        lines.append(f"- **{letter}** is {titles[name]}{mass}")
    return "\n".join(lines)


_OWN = "network"


def _shuffle_maps(inspection: Inspection) -> dict[str, str]:
    """Return letter -> map, in an order that depends on the clip alone."""
    names = [_OWN, *inspection.distinct_control_maps()]
    seed = sum(inspection.recording.clip.name.encode())
    generator(seed, "lesson order").shuffle(names)
    return dict(zip("ABCDEFGH", names, strict=False))


def _candidates(inspection: Inspection, method: str) -> dict[str, npt.NDArray[np.floating]]:
    found = np.asarray(inspection.explain(method).values)
    return {_OWN: found, **inspection.distinct_control_maps()}
