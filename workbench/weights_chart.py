"""The weight of each frame, over the intensity of each action unit where that is known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mer_core.ami import WEIGHTINGS, AffectiveMotionImage
from mer_core.inputs import Recording
from mer_core.plots.curves import weight_curves, weights_and_intensities
from workbench import panels


def draw_weights_chart(
    recording: Recording, images: Mapping[str, AffectiveMotionImage], *, key: str
) -> None:
    """Draw the curves of the weightings that `images` are named after."""
    truth, clip = recording.truth, recording.expression
    weights = {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()}
    said = weights_in_words(images)
    if truth is None:
        make = partial(weight_curves, clip.frame_numbers, weights, key_frames=recording.key_frames)
    else:
        units = dict(zip(truth.action_units, truth.curves.T, strict=True))
        make = partial(
            weights_and_intensities,
            weights,
            clip.frame_numbers,
            units,
            recording.clip.frame_numbers,
            key_frames=recording.key_frames,
            synthetic=False,  # the page's badge says it
        )
        said += ". Intensity of each action unit over time: " + ", ".join(
            f"{name} peaks at {curve.max():.2f}" for name, curve in units.items()
        )
    panels.chart(make, key=key, alt=said)


def draw_brushable(
    recording: Recording, images: Mapping[str, AffectiveMotionImage], *, key: str
) -> Any:
    """Draw the curves of the weights alone, across which a reader can drag; returns the gesture."""
    weights = {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()}
    return panels.chart(
        partial(
            weight_curves,
            recording.expression.frame_numbers,
            weights,
            key_frames=recording.key_frames,
        ),
        key=key,
        on_select="rerun",
        selection_mode="box",
        alt=weights_in_words(images),
    )


def weights_in_words(images: Mapping[str, AffectiveMotionImage]) -> str:
    """Return the curves for whoever does not see them."""
    return "Weight of each frame: " + "; ".join(
        f"{name} from {image.weights.min():.2f} to {image.weights.max():.2f}, "
        f"sum {image.weights.sum():.2f}"
        for name, image in images.items()
    )
