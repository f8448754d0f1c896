"""Frozen values that every layer speaks: what was recorded, what was asked, what came out.

Images are RGB everywhere inside the workbench; only the files that decode and encode know that
OpenCV speaks BGR.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.frame_numbering import positions_between
from mer_core.provenance import canonical_json

Frames = npt.NDArray[np.uint8]
"""T x H x W x 3, RGB."""

FloatArray = npt.NDArray[np.floating]


class Expression(StrEnum):
    """Whether a clip shows a micro- or a macro-expression, where a dataset mixes the two."""

    MICRO = "micro"
    MACRO = "macro"


class Derived(StrEnum):
    """Key frames that a reader inferred because the annotation does not give them."""

    OFFSET = "offset"


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """One coded action unit, as FACS writes it: side, number, intensity, and doubt.

    `side` is "L", "R", "T" (top, SAMM), "B" (bottom) or "" for both; `intensity` is a letter
    A to E or ""; `certain` is False where the coder wrote "?" or "or".
    """

    number: int
    side: str = ""
    intensity: str = ""
    certain: bool = True

    def __str__(self) -> str:
        return f"{self.side}{self.number}{self.intensity.lower()}{'' if self.certain else '?'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One annotated clip of a dataset: where its frames lie and what the coders said of it.

    `frame_numbers` are the recording's own numbers, parsed from the file names; `onset`, `apex`
    and `offset` are on that same scale. `label` is the coder's word, untouched; schemes turn it
    into a class. `cropped` is False where the frames show more than the face, so that it has to be
    found first. `source_row` keeps the annotation cells as read, for the record.
    """

    dataset: str
    subject: str
    clip: str
    frames: tuple[Path, ...]
    frame_numbers: tuple[int, ...]
    onset: int | None
    apex: int | None
    offset: int | None
    label: str
    action_units: tuple[ActionUnit, ...] = ()
    expression: Expression = Expression.MICRO
    fps: float | None = None
    derived: frozenset[Derived] = frozenset()
    synthetic: bool = False
    truth: Path | None = None
    cropped: bool = True
    notes: tuple[str, ...] = ()
    source_row: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """`dataset/subject/clip`: unique in a table, stable across machines."""
        return f"{self.dataset}/{self.subject}/{self.clip}"

    def expression_frames(self) -> tuple[Path, ...]:
        """The frames from onset to offset; the whole clip where either is unknown."""
        inside = positions_between(self.frame_numbers, self.onset, self.offset)
        return tuple(self.frames[position] for position in inside)


@dataclass(frozen=True, eq=False)
class Clip:
    """Decoded frames in memory, with the numbers their recording gave them."""

    name: str
    frames: Frames
    frame_numbers: tuple[int, ...]
    fps: float | None = None
    synthetic: bool = False

    def __len__(self) -> int:
        return len(self.frames)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over shape and pixels; the identity of a clip in caches and provenance."""
        return array_digest(self.frames)


class InputKind(StrEnum):
    """Kind of a network's input."""

    AMI = "ami"
    DYNAMIC_IMAGE = "dynamic image"
    CLIP = "clip"
    FLOW = "flow"

    @property
    def label(self) -> str:
        """Name that readers see."""
        return {"ami": "AMI", "clip": "frames", "flow": "optical flow"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """Specification of the tensor a network expects; declared by the network as data.

    The value fed in is `(pixel / 255 - mean) / std` per channel. `weighting` names the frame
    weights where the kind is an accumulated image. Flow keeps its zero and one unit for both
    directions, or it could not be mirrored and turned.
    """

    kind: InputKind
    size: tuple[int, int]
    channels: int = 3
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    weighting: str = "full"

    def __post_init__(self) -> None:
        if self.kind is InputKind.FLOW and (any(self.mean) or len(set(self.std[:2])) > 1):
            raise SettingsError(
                "flow has its zero at rest and one unit for both directions",
                where="input specification",
                remedy="give mean 0, and one std for horizontal and vertical flow",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """An attributable layer of a network.

    Attributes:
        name: Stable public name, e.g. "micro.k3.f1".
        module: Dotted path inside the `nn.Module`.
        title: Display title, e.g. "MICRoFeat 3x3, EncapFeat f1".
        stage: Depth group shared across networks, so that matched stages can be compared.
        channels: Number of maps.
        stride: Input pixels per map cell.
        offset: Input pixel in the middle of what the map's first cell sees, were the input to go
            on beyond its border; cell i has pixel offset + i * stride. 0 where "same" padding is
            symmetric.
        kernel: Kernel side of the convolution, or None where the layer is not one.
        receptive_field: Side, in input pixels, of what one cell can see.
        branch: The parallel branch it belongs to ("3x3", "5x5", ...), or "".
    """

    name: str
    module: str
    title: str
    stage: str
    channels: int
    stride: int
    kernel: int | None = None
    receptive_field: int | None = None
    branch: str = ""
    offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A network's answer for one held-out clip."""

    key: str
    subject: str
    truth: str
    predicted: str
    probabilities: Mapping[str, float]

    @property
    def correct(self) -> bool:
        """Whether the predicted class is the annotated one."""
        return self.truth == self.predicted


@dataclass(frozen=True, eq=False, kw_only=True)
class AttributionRequest:
    """Request for one attribution; see `mer_core.attribution.explain`.

    Attributes:
        method: Name of the method.
        target: Class to explain; None for the predicted one.
        layer: Public layer name, for methods that need one; None for the last.
        parameters: Parameters of the method that are not to have their default.
        seed: Seed of random samples and noise.
        input_digest: Identity of the clip or image; None for that of the tensor.
        zero_level: Grey level of zero accumulation, for the baseline of accumulated images.
        regions: Named masks, for methods that ablate regions.
    """

    method: str
    target: str | None = None
    layer: str | None = None
    parameters: Mapping[str, float | int | str | bool] = field(default_factory=dict)
    seed: int = 0
    input_digest: str | None = None
    zero_level: float | None = None
    regions: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """One string for caches, where input and seed are the same."""
        return canonical_json([self.method, self.target, self.layer, dict(self.parameters)])


@dataclass(frozen=True, eq=False, kw_only=True)
class AttributionMap:
    """Attribution of a network's answer for one input, as numbers per pixel.

    `values` is H x W at input resolution; `signed` says whether negative values speak against
    the target. `channels` has the shape of the input, C x H x W or T x C x H x W, with C = 1 for
    methods that know no channels. `threads` is how many PyTorch computed with, on which the last
    bit of a sum depends. `difference` is F(x) - F(baseline) and `delta` the completeness
    error, sum less difference, where the method promises completeness, else None.
    """

    values: npt.NDArray[np.float32]
    method: str
    model: str
    target: str
    signed: bool
    layer: str | None
    delta: float | None
    seconds: float
    model_digest: str
    input_digest: str
    parameters: Mapping[str, float | int | str | bool]
    threads: int
    channels: npt.NDArray[np.float32] | None = None
    difference: float | None = None

    @property
    def constant(self) -> bool:
        """Whether the map has one value everywhere, and so says nothing about where."""
        return not np.ptp(self.values)


def array_digest(array: npt.NDArray[np.generic]) -> str:
    """SHA-256 of dtype, shape and bytes: equal for equal arrays, whatever their strides."""
    block = np.ascontiguousarray(array)
    head = f"{block.dtype.str}{block.shape}".encode()
    return hashlib.sha256(head + block.tobytes()).hexdigest()
