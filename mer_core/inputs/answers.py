"""A network's answer about one recording, and how firmly it holds.

A softmax says how the classes compare and not how often such an answer is right. What can be seen
on a single clip is whether the answer survives changes that must not matter: a frame more or
less at either end, a mirror, a shift of the picture by a few pixels, a little light.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from mer_core.inputs.recording import Recording, recording_input
from mer_core.models.loaded import LoadedModel
from mer_core.records import Clip, Frames

_SHIFT = 1 / 50  # of the picture's width
_VARIANTS_NEED = 4  # frames, below which none is left out


@dataclass(frozen=True, eq=False, kw_only=True)
class Answer:
    """What a network says of one recording.

    Attributes:
        classes: In the order of the columns below.
        probabilities: Softmax for the recording itself.
        variants: Name of each harmless change -> softmax after it.
    """

    classes: tuple[str, ...]
    probabilities: npt.NDArray[np.float64]
    variants: Mapping[str, npt.NDArray[np.float64]]

    @property
    def predicted(self) -> str:
        """The most probable class."""
        return self.classes[int(self.probabilities.argmax())]

    @property
    def agreement(self) -> float:
        """Share of the harmless changes after which the answer is the same."""
        same = [self.classes[int(p.argmax())] == self.predicted for p in self.variants.values()]
        return float(np.mean(same)) if same else 1.0

    @property
    def entropy(self) -> float:
        """0 for one class alone, 1 where all classes are equally probable."""
        shares = np.clip(self.probabilities, 1e-12, 1)
        return float(-(shares * np.log(shares)).sum() / np.log(len(shares)))

    def span(self, name: str) -> tuple[float, float]:
        """Least and greatest probability of a class over the recording and all changes."""
        place = self.classes.index(name)
        seen = [self.probabilities[place], *(p[place] for p in self.variants.values())]
        return float(min(seen)), float(max(seen))


def answer_of(model: LoadedModel, recording: Recording, *, weighting: str | None = None) -> Answer:
    """Asks `model` about a recording and about harmless changes of it."""

    def ask(one: Recording) -> npt.NDArray[np.float64]:
        seen = recording_input(one, model.entry.input, weighting=weighting)
        return model.probabilities(torch.from_numpy(seen)[None])[0].double().numpy()

    return Answer(
        classes=model.classes,
        probabilities=ask(recording),
        variants={name: ask(changed) for name, changed in _variants(recording).items()},
    )


def _variants(recording: Recording) -> dict[str, Recording]:
    changed = {
        "mirrored": _painted(recording, lambda frames: frames[:, :, ::-1]),
        "brighter": _painted(recording, lambda frames: _gain(frames, 1.05)),
        "darker": _painted(recording, lambda frames: _gain(frames, 0.95)),
    }
    step = max(1, round(_SHIFT * recording.clip.frames.shape[2]))
    for name, axis, by in (
        ("shifted left", 2, -step),
        ("shifted right", 2, step),
        ("shifted up", 1, -step),
        ("shifted down", 1, step),
    ):
        changed[name] = _painted(recording, lambda frames, a=axis, b=by: _moved(frames, a, b))
    numbers = recording.expression.frame_numbers
    if len(numbers) > _VARIANTS_NEED:
        changed["begins a frame later"] = replace(recording, onset=numbers[1])
        changed["ends a frame earlier"] = replace(recording, offset=numbers[-2])
    return changed


def _painted(recording: Recording, paint: Callable[[Frames], Frames]) -> Recording:
    clip = recording.clip
    frames = np.ascontiguousarray(paint(clip.frames))
    changed = Clip(clip.name, frames, clip.frame_numbers, clip.fps, clip.synthetic)
    return replace(recording, clip=changed)


def _gain(frames: Frames, factor: float) -> Frames:
    return np.clip(frames * factor, 0, 255).round().astype(np.uint8)


def _moved(frames: Frames, axis: int, by: int) -> Frames:
    """The frames moved by `by` pixels; what comes in repeats the edge."""
    margins = [(0, 0)] * frames.ndim
    margins[axis] = (max(by, 0), max(-by, 0))
    padded = np.pad(frames, margins, mode="edge")
    start = max(-by, 0)
    kept = [slice(None)] * frames.ndim
    kept[axis] = slice(start, start + frames.shape[axis])
    return padded[tuple(kept)]
