"""An attribution carried back to the frames of its clip, exactly.

An affective-motion image is linear in its frames once its display constants are held fixed:
`A = s * sum_t w_t f_t + c`. Its baseline is B = c everywhere. Where an attribution of A is
`(A - B) * g`, as integrated gradients, DeepLift and input x gradient are,

    share_t = s * w_t * f_t * g        sum over t of share_t = attribution, pixel by pixel.

Shares are made from g and never by dividing by A - B, which is near 0 where nothing moved.

Frames of one face are almost equal and their weights cancel, so raw shares are huge and opposite
and show the face, not its motion. The form "clip-mean" shares out the departure of each frame
from the clip's mean frame m instead; what weights that do not sum to 0 make of m is one further
share, appearance:

    share_t = s * w_t * (f_t - m) * g      appearance = s * (sum of w) * m * g

Everything happens on the unrounded image: rounding to 8 bit is not linear. Resizing is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mer_core.ami import AffectiveMotionImage, frame_weights
from mer_core.attribution.catalog import METHODS, applicable_method
from mer_core.attribution.engine import find
from mer_core.attribution.method import Mask, Method, Values
from mer_core.errors import NotApplicableError, SettingsError
from mer_core.inputs.tensors import clip_frames, frames_tensor
from mer_core.models.key_frames import KeyFrames
from mer_core.models.loaded import LoadedModel
from mer_core.records import AttributionMap, AttributionRequest, Clip, InputKind, InputSpec
from mer_core.resizing import resize

Plane = npt.NDArray[np.float32]
Form = Literal["clip-mean", "raw"]

_GREY = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, eq=False, kw_only=True)
class FrameShares:
    """What each frame contributes to an attribution.

    Attributes:
        map: The attribution, of the unrounded image where the network takes one.
        shares: T x H x W; with `appearance` they sum to `map.values`.
        appearance: H x W, what the clip's mean frame contributes by itself.
        frame_numbers: The recording's own numbers.
        form: "clip-mean" or "raw"; "own" for networks that read the frames themselves.
        weights: The weight of each frame in the image, or None where there is none.
        key_frames: What a network that mines key frames has found.
    """

    map: AttributionMap
    shares: Plane
    appearance: Plane
    frame_numbers: tuple[int, ...]
    form: Literal["clip-mean", "raw", "own"]
    weights: npt.NDArray[np.float64] | None = None
    key_frames: KeyFrames | None = None

    @property
    def selected(self) -> tuple[int, ...]:
        """Numbers of the frames that the network chose to read; empty where it does not choose."""
        found = self.key_frames.selected if self.key_frames else ()
        return tuple(self.frame_numbers[position] for position in found)

    @property
    def total(self) -> Plane:
        """The sum of everything: `map.values` again."""
        return (self.shares.sum(axis=0, dtype=np.float64) + self.appearance).astype(np.float32)

    def curve(self, mask: Mask | None = None) -> npt.NDArray[np.float64]:
        """Signed contribution of each frame, over the whole face or inside `mask`."""
        return self._over(self.shares, mask)

    def relative(self, mask: Mask | None = None) -> npt.NDArray[np.float64]:
        """`curve` over the sum of its absolute values: comparable between networks."""
        curve = self.curve(mask)
        return curve / max(float(np.abs(curve).sum()), 1e-12)

    def strength(self, mask: Mask | None = None) -> npt.NDArray[np.float64]:
        """Sum of |share| of each frame: how much it matters, whatever the sign."""
        return self._over(np.abs(self.shares), mask)

    def _over(self, planes: Plane, mask: Mask | None) -> npt.NDArray[np.float64]:
        inside = planes.reshape(len(planes), -1) if mask is None else planes[:, mask]
        return inside.sum(axis=1, dtype=np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class PartialMap:
    """The attribution of an image to which a range of frames contributes alone.

    Attributes:
        map: The attribution.
        levels: H x W x C grey levels of that image, unrounded and possibly outside 0 to 255,
            because the display constants are those of the whole clip.
    """

    map: AttributionMap
    levels: npt.NDArray[np.float64]


def decomposing_methods() -> tuple[Method, ...]:
    """The methods whose attributions can be carried back to the frames of an image."""
    return tuple(method for method in METHODS if method.decomposes_over_frames)


def frame_shares(
    model: LoadedModel,
    clip: Clip,
    *,
    method: str = "integrated-gradients",
    target: str | None = None,
    weighting: str | None = None,
    form: Form = "clip-mean",
    parameters: Values | None = None,
    seed: int = 0,
) -> FrameShares:
    """The contribution of each frame of `clip` to the attribution of what the network sees of it.

    Args:
        model: A network that takes an accumulated image, or one that takes the clip itself.
        clip: The frames that are accumulated: the expression, cropped as the network wants it.
        method: One of `decomposing_methods`; for clip networks any.
        target: The target class; the predicted one by default.
        weighting: Frame weights of the image; the network's own by default.
        form: How the shares of an image are told apart; see above.
        parameters: Parameters of the method. The baseline of an image is always zero
            accumulation.
        seed: Seed of random samples.
    """
    request = AttributionRequest(
        method=method,
        target=target,
        parameters=parameters or {},
        seed=seed,
        input_digest=clip.digest,
    )
    applicable_method(method, model)
    match model.entry.input.kind:
        case InputKind.CLIP:
            return _own_shares(model, clip, request)
        case InputKind.FLOW:
            raise NotApplicableError(
                f"{model.entry.title} sees the flow between two frames only",
                where="shares of frames",
            )
        case _:
            motion = _Motion.of(clip, model.entry.input, weighting)
            return _image_shares(model, motion, request, form)


def partial_map(
    model: LoadedModel,
    clip: Clip,
    *,
    first: int,
    last: int,
    method: str = "integrated-gradients",
    target: str | None = None,
    layer: str | None = None,
    weighting: str | None = None,
    form: Form = "clip-mean",
    parameters: Values | None = None,
    seed: int = 0,
    regions: Mapping[str, Mask] | None = None,
) -> PartialMap:
    """The attribution of the image that frames numbered `first`..`last` make by themselves.

    Weights and display constants stay those of the whole clip. With form "clip-mean" every other
    frame is replaced by the clip's mean frame, so the face stays and its motion outside the range
    goes; with "raw" it is left out. The whole range gives the image of the whole clip. Any method
    will do.
    """
    if model.entry.input.kind not in (InputKind.AMI, InputKind.DYNAMIC_IMAGE):
        raise NotApplicableError(
            f"{model.entry.title} takes no accumulated image", where="partial images"
        )
    motion = _Motion.of(clip, model.entry.input, weighting)
    levels = motion.partial(first, last, form)
    request = AttributionRequest(
        method=method,
        target=target,
        layer=layer,
        parameters=parameters or {},
        seed=seed,
        input_digest=clip.digest,
        zero_level=motion.offset,
        regions=regions or {},
    )
    applicable_method(method, model)
    found = find(model, motion.tensor(levels), request)
    return PartialMap(map=found.map, levels=levels)


@dataclass(frozen=True, eq=False)
class _Motion:
    """A clip at a network's size, with its weights and the constants of its image."""

    name: str
    frames: npt.NDArray[np.float32]  # T x H x W x C
    numbers: tuple[int, ...]
    weights: npt.NDArray[np.float64]
    scale: float
    offset: float
    spec: InputSpec

    @classmethod
    def of(cls, clip: Clip, spec: InputSpec, weighting: str | None) -> _Motion:
        name = weighting or spec.weighting
        frames = np.stack([resize(frame.astype(np.float32), spec.size) for frame in clip.frames])
        weights = frame_weights(len(clip), name)
        image = AffectiveMotionImage(
            total=_weighted(weights, frames).astype(np.float32),
            weights=weights,
            weighting=name,
            frame_numbers=clip.frame_numbers,
        )
        if spec.channels == 1:
            frames = (frames @ _GREY)[..., None].astype(np.float32)
        numbers = clip.frame_numbers
        return cls(clip.name, frames, numbers, weights, image.scale, image.offset, spec)

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """The clip's mean frame."""
        return self.frames.mean(axis=0, dtype=np.float64)

    def levels(self) -> npt.NDArray[np.float64]:
        """The unrounded image, in grey levels."""
        return self.scale * _weighted(self.weights, self.frames) + self.offset

    def partial(self, first: int, last: int, form: Form) -> npt.NDArray[np.float64]:
        """The image that frames `first`..`last` make alone."""
        numbers = np.asarray(self.numbers)
        inside = (first <= numbers) & (numbers <= last)
        if not inside.any():
            raise SettingsError(
                f"no frame is numbered {first} to {last}",
                where=self.name,
                remedy=f"choose within {numbers.min()} to {numbers.max()}",
            )
        total = _weighted(np.where(inside, self.weights, 0.0), self.frames)
        if form == "clip-mean":
            total = total + self.weights[~inside].sum() * self.mean
        return self.scale * total + self.offset

    def tensor(self, levels: npt.NDArray[np.float64]) -> Tensor:
        """Grey levels as the batch of one that the network takes."""
        mean, std = np.asarray(self.spec.mean), np.asarray(self.spec.std)
        values = ((levels / 255 - mean) / std).astype(np.float32)
        return torch.from_numpy(values.transpose(2, 0, 1).copy())[None]


def _image_shares(
    model: LoadedModel, motion: _Motion, request: AttributionRequest, form: Form
) -> FrameShares:
    method = METHODS.get(request.method)
    if not method.decomposes_over_frames:
        names = ", ".join(other.name for other in decomposing_methods())
        raise NotApplicableError(
            f"{method.title} is not the input times a slope",
            where="shares of frames",
            remedy=f"choose one of: {names}",
        )
    settings = {"baseline": "zero", **request.parameters}
    if settings["baseline"] not in ("zero", "auto"):
        raise SettingsError("shares of frames are relative to zero accumulation, and nothing else")
    if settings.get("smoothing_samples"):
        raise SettingsError("a smoothed attribution has no one slope", remedy="smooth nothing")
    request = replace(request, parameters=settings, zero_level=motion.offset)
    found = find(model, motion.tensor(motion.levels()), request)
    assert found.multiplier is not None  # method.decomposes_over_frames
    slope = found.multiplier[0].double().numpy().transpose(1, 2, 0)  # H x W x C
    per_level = motion.scale / 255 * slope / np.asarray(motion.spec.std)
    mean = motion.mean
    taken = motion.frames - (mean if form == "clip-mean" else 0.0)
    shares = motion.weights[:, None, None] * np.einsum("thwc,hwc->thw", taken, per_level)
    still = motion.weights.sum() * (mean * per_level).sum(-1)
    return FrameShares(
        map=found.map,
        shares=shares.astype(np.float32),
        appearance=(still if form == "clip-mean" else np.zeros_like(still)).astype(np.float32),
        frame_numbers=motion.numbers,
        form=form,
        weights=motion.weights,
    )


def _own_shares(model: LoadedModel, clip: Clip, request: AttributionRequest) -> FrameShares:
    """Return the shares of a network that reads frames: its attribution has a value for each."""
    spec = model.entry.input
    inputs = torch.from_numpy(frames_tensor(clip_frames(clip, spec), spec))[None]
    found = find(model, inputs, request)
    assert found.map.channels is not None
    planes = found.map.channels
    if planes.ndim != 4:
        raise NotApplicableError(
            f"{METHODS.get(request.method).title} covers all frames together",
            where="shares of frames",
        )
    shares = planes.sum(axis=1) if found.map.signed else np.abs(planes).max(axis=1) / len(planes)
    return FrameShares(
        map=found.map,
        shares=shares,
        appearance=np.zeros_like(found.map.values),
        frame_numbers=clip.frame_numbers,
        form="own",
        key_frames=_key_frames(model, inputs),
    )


def _key_frames(model: LoadedModel, inputs: Tensor) -> KeyFrames | None:
    mine = getattr(model.module, "key_frames", None)
    if mine is None:
        return None
    with model.lock:
        return mine(inputs)[0]


def _weighted(
    weights: npt.NDArray[np.float64], frames: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    return np.einsum("t,thwc->hwc", weights, frames)
