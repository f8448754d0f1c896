"""What a network does with a clip, as notebooks show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import torch

from mer_core.attribution.baselines import BASELINES
from mer_core.attribution.catalog import METHODS
from mer_core.attribution.inspection import Inspection
from mer_core.features import RANKINGS, feature_maps
from mer_core.inputs import Recording, recording_input, synthetic_recording
from mer_core.models.catalog import model_entry
from mer_core.models.complexity import measure
from mer_core.models.key_frames import KeyFrames
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.models.shipped import shipped_classes
from mer_core.notebook.pictures import Picture, pictures
from mer_core.plots.curves import share_curve
from mer_core.plots.static import StaticFigure


def look(model: LoadedModel, subject: int, emotion: str, *, seed: int = 1) -> Inspection:
    """Return a network looking at a generated person who shows `emotion`."""
    recording = synthetic_recording(subject=subject, emotion=emotion, seed=seed)
    return Inspection(model=model, recording=recording)


def channel_view(
    model: LoadedModel, recording: Recording, layer: str, channel: int | None = None
) -> StaticFigure:
    """Draw what a network reads, the mean of a layer's channels, and one or three of them.

    Args:
        model: The network.
        recording: The clip.
        layer: Public name of the layer.
        channel: Number of the channel; by default the three that respond most where the face
            moves, or most of all where that is not known.
    """
    region, size = recording.region, model.entry.input.size
    inputs = torch.from_numpy(recording_input(recording, model.entry.input))[None]
    found = feature_maps(model, inputs, [layer])[layer]
    ranking = RANKINGS.get("activation" if region is None else "region")
    picks = found.top(3, ranking, region) if channel is None else [channel % len(found.values)]
    weighting = model.entry.input.weighting
    named: dict[str, Picture] = {
        "image": recording.image(weighting, size=size).image,
        "mean of all channels": found.values.mean(axis=0),
        **{f"channel {pick} of {len(found.values)}": found.values[pick] for pick in picks},
    }
    note = f"{found.layer.title}. {model.weights.label}."
    return pictures(
        named, region=region, synthetic=recording.clip.synthetic, note=note, own_scales=True
    )


def answer_frame(inspection: Inspection) -> pd.DataFrame:
    """Return the probability of each class, and which one the clip shows."""
    classes = inspection.model.classes
    shares = [f"{inspection.answer[name]:.0%}" for name in classes]
    marks = ["predicted" if name == inspection.predicted else "" for name in classes]
    return pd.DataFrame({"class": classes, "probability": shares, "": marks}).set_index("class")


def scores_frame(inspection: Inspection, methods: Sequence[str]) -> pd.DataFrame:
    """Return how well maps find what moves, with maps that no network made; 1 is chance."""
    found = {METHODS.get(n).title: np.asarray(inspection.explain(n).values) for n in methods}
    plain = {BASELINES[name]: values for name, values in inspection.baselines().items()}
    lines = {}
    for name, values in {**found, **plain}.items():
        scored = inspection.localise(values)
        if scored is not None:
            lines[name] = {k: score.normalised for k, score in scored.scores.items()}
    return pd.DataFrame(lines).T.rename_axis("map").round(2)


def cost_frame(names: Sequence[str], *, classes: int = 4) -> pd.DataFrame:
    """Return what networks take in and what they cost."""
    lines = []
    for name in names:
        entry = model_entry(name)
        cost = measure(entry, classes=classes)
        rows, columns = entry.input.size
        lines.append(
            {
                "network": entry.title,
                "reads": f"{entry.input.kind}, {entry.input.channels} × {rows} × {columns}",
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
    """Return a network with random weights and the classes of those that ship."""
    return load_model(name, classes=shipped_classes(), weights="random", seed=seed)
