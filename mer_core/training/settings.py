"""Training settings: what the paper states, and by name what it leaves open.

The paper states stochastic gradient descent, a learning rate of 1e-3, the softmax loss, and that
affective-motion images are augmented (Sec. 4). Everything else here is a choice of this
workbench, not of the paper: epochs, batch, momentum, weight decay, schedule, which
augmentations, class weights, when to stop, initial seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

from mer_core.bfloat16 import has_matrix_units
from mer_core.errors import SettingsError
from mer_core.models.catalog import model_entry
from mer_core.models.entry import ModelEntry
from mer_core.provenance import settings_digest
from mer_core.records import InputKind
from mer_core.registry import Registry


class Schedule(StrEnum):
    """Course of the learning rate over the epochs."""

    CONSTANT = "constant"
    COSINE = "cosine"


class Optimiser(StrEnum):
    """Rule by which a step follows from its gradient.

    SGD is what the paper states. ADAMW (Loshchilov and Hutter, ICLR 2019) divides each weight's
    step by the size of its recent gradients and decays weights apart from them; it takes no
    momentum from the settings.
    """

    SGD = "sgd"
    ADAMW = "adamw"


class ClassWeights(StrEnum):
    """Whether rare classes weigh more in the loss."""

    NONE = "none"
    BALANCED = "balanced"


class Selection(StrEnum):
    """Choice of the epoch whose weights answer for the held-out subject.

    LAST takes the last. INNER takes the epoch with the best unweighted average recall on
    subjects set aside from the training side. TEST takes the epoch that scores best on the
    held-out subject itself; it is the leak that `mer study controls` measures and is refused
    everywhere else.
    """

    LAST = "last"
    INNER = "inner"
    TEST = "test"


class Precision(StrEnum):
    """Arithmetic of the forward and backward pass; weights are always 32-bit.

    BFLOAT16 runs convolutions and matrix products with 8-bit mantissas. Where the processor has
    units for it (AMX, or a GPU) that is about 2.5 times the throughput, elsewhere nine tenths of
    it (see `mer_core.bfloat16`), and it gives other weights. AffectiveNet under the standard
    profile, one subject of a twin left out at a time, one seed: FLOAT32 scored a UAR of 0.33 where
    BFLOAT16 had 0.37 on 23 clips of CASME (difference -0.18 to 0.09 at 95 %), and 0.49 against 0.42
    on 24 clips of SAMM (0.00 to 0.13). So every profile computes with FLOAT32, and studies of two
    precisions are two studies. AUTO is BFLOAT16 where that is quicker on this machine and FLOAT32
    elsewhere; settings decide it as soon as they are made and never hold it.
    """

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    AUTO = "auto"


_ENUMS: dict[str, type[StrEnum]] = {
    "optimiser": Optimiser,
    "schedule": Schedule,
    "class_weights": ClassWeights,
    "selection": Selection,
    "precision": Precision,
}

_RANGES: dict[str, tuple[float, float]] = {
    "learning_rate": (1e-8, 10),
    "epochs": (1, 10_000),
    "batch": (1, 4096),
    "momentum": (0, 0.9999),
    "weight_decay": (0, 1),
    "copies": (1, 1000),
    "frames": (0, 10_000),
    "shift": (0, 64),
    "rotation": (0, 45),
    "scale": (0, 0.5),
    "inner_share": (0.01, 0.9),
    "threads": (1, 1024),
}


ADDED_LATER: Mapping[str, Any] = {"frames": 0}
"""Settings that earlier versions did not have -> what those trained with.

Where a setting has this value it is no part of the digest, so that studies keep their identity and
can be opened and continued.
"""


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """Settings by which one fold is trained.

    Attributes:
        learning_rate: 1e-3 in the paper.
        epochs: Passes over the training side. Open in the paper.
        batch: Images per step; for clip networks, clips whose gradients are summed before a
            step. Open in the paper.
        optimiser: Rule by which a step follows from its gradient.
        momentum: Momentum of SGD; 0 is plain SGD. Open in the paper, and at 1e-3 plain SGD needs
            many times the epochs.
        weight_decay: L2 penalty on all weights. Open in the paper.
        schedule: Schedule of the learning rate, per epoch. Open in the paper.
        copies: Number of visits of an epoch to each image, each time augmented anew. The paper
            enlarges its data by augmentation and names no factor.
        frames: Number of frames of a clip that a visit reads, for networks that read clips: one
            drawn from each of as many equal parts (Wang et al., Temporal Segment Networks, ECCV
            2016). 0 reads all. What is predicted always rests on all.
        flip: Mirror half of the images. A smile is a smile in a mirror; one-sided action units
            change side, which no label here depends on.
        shift: Largest shift in pixels, either way, along both axes.
        rotation: Largest rotation in degrees, either way.
        scale: Largest relative change of size, either way.
        class_weights: Weights of the classes in the loss, from the training side alone.
        selection: Choice of the epoch that answers.
        inner_share: Share of the training clips set aside where `selection` is inner.
        precision: Arithmetic; see `Precision`. "auto" is decided for this machine and the device.
        channels_last: Memory layout of images; faster on most processors.
        threads: Threads per fold. They change the last bits, so they belong to the settings.
        device: "cpu" or "cuda".
    """

    learning_rate: float = 1e-3
    epochs: int = 40
    batch: int = 16
    optimiser: Optimiser = Optimiser.SGD
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: Schedule = Schedule.CONSTANT
    copies: int = 1
    frames: int = 0
    flip: bool = True
    shift: int = 4
    rotation: float = 5.0
    scale: float = 0.0
    class_weights: ClassWeights = ClassWeights.NONE
    selection: Selection = Selection.LAST
    inner_share: float = 0.2
    precision: Precision = Precision.FLOAT32
    channels_last: bool = True
    threads: int = 1
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, kind in _ENUMS.items():
            object.__setattr__(self, name, _member(name, kind, getattr(self, name)))
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise SettingsError(f"{value!r} is not a number", where=name)
            if not low <= value <= high:
                raise SettingsError(f"{value} is not between {low:g} and {high:g}", where=name)
        for name in ("epochs", "batch", "copies", "frames", "shift", "threads"):
            if not isinstance(getattr(self, name), int):
                raise SettingsError(f"{getattr(self, name)} is not a whole number", where=name)
        if self.device.split(":")[0] not in ("cpu", "cuda"):
            raise SettingsError(
                f"there is no device {self.device!r}", where="device", remedy="use cpu or cuda"
            )
        if self.precision is Precision.AUTO:
            fast = self.device != "cpu" or has_matrix_units()
            decided = Precision.BFLOAT16 if fast else Precision.FLOAT32
            object.__setattr__(self, "precision", decided)

    @property
    def digest(self) -> str:
        """SHA-256 of all values; equal settings have equal digests on every machine."""
        return settings_digest(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON, without those of `ADDED_LATER` that change nothing."""
        values = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return {
            name: value
            for name, value in values.items()
            if name not in ADDED_LATER or value != ADDED_LATER[name]
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The settings that `as_dict` wrote; an unknown name is refused, not dropped."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise SettingsError(
                f"unknown: {', '.join(unknown)}",
                where="training settings",
                remedy=f"use {', '.join(sorted(known))}",
            )
        return cls(**values)


def _member(name: str, kind: type[StrEnum], value: object) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise SettingsError(
            f"{value!r} is not a choice", where=name, remedy=f"use {', '.join(kind)}"
        ) from None


def _plain(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value


PROFILES: Registry[TrainingSettings] = Registry("training profile")
"""quick: a minute or two for a small set on two cores, to see that everything works. standard: what
the tables of this workbench are made with. paper: what the paper states, plus the open values at
their longest. All of networks that read images; see `profile` for clips.

`standard` is a cheap recipe, so that two cores can do a table. AffectiveNet on full images, 24 of
the cohort's inner people (192 clips) for training and the other 36 for testing, in bfloat16;
unweighted average recall for each draw of the 24 that was tried (chance is 0.25):

    AdamW at 3e-4, 6 visits to each image    0.34, 0.35, 0.36, 0.31
    AdamW at 5e-4, 6 visits                  0.35, 0.35, 0.32, 0.29
    AdamW at 3e-4, 8 visits                  0.35, 0.34, 0.37, 0.31
    SGD at 1e-3, 12 visits                   0.39, 0.29
    SGD at 1e-3, 60 visits                   0.47, 0.31

Ten times as many visits learn more from some draws. On images of the zero-sum weighting the first
recipe reaches 0.50, 0.46, 0.51.
"""

_SMALL_SETS = {"batch": 8, "schedule": Schedule.COSINE}
PROFILES.register("quick", TrainingSettings(epochs=2, copies=2, **_SMALL_SETS))
PROFILES.register(
    "standard",
    TrainingSettings(
        epochs=6,
        learning_rate=3e-4,
        optimiser=Optimiser.ADAMW,
        weight_decay=0.01,
        **_SMALL_SETS,
    ),
)
PROFILES.register("paper", TrainingSettings(epochs=100, copies=2, **_SMALL_SETS))

_OF_CLIPS: dict[str, dict[str, Any]] = {
    "quick": {"copies": 1},
    "standard": {"epochs": 1, "frames": 4},
}
"""Networks that read every frame take a second for a clip, a hundred times as long as others for
its image, and AKMNet's authors visit a clip once an epoch. So cheap a recipe teaches AKMNet
nothing: trained on 10 people of the SAMM twin, which is in no table of AKMNet, it gave the
largest class to every clip of the other 6. So it did with 8 and 16 frames a visit, 2 and 4 epochs
and 2 clips to a step; one epoch of 8 frames scored a UAR of 0.26 (chance 0.25)."""


def profile(name: str, *, model: str = "", **changes: Any) -> TrainingSettings:
    """Return training settings by name, with some values changed.

    Args:
        name: "quick", "standard" or "paper".
        model: Network they are for; by default one that reads images.
        **changes: Settings that are to differ. What means nothing to `model` is left out: frames
            where it reads no clips, and precision where it knows but one.

    Returns:
        Validated settings.

    Raises:
        UnknownNameError: There is no such profile.
        SettingsError: A setting does not exist, or has a value that cannot be used.

    Example:
        >>> profile("quick", epochs=3).epochs
        3
    """
    own, fixed = _of_network(name, model_entry(model)) if model else ({}, {})
    asked = TrainingSettings.from_dict({**PROFILES.get(name).as_dict(), **own, **changes})
    return replace(asked, **fixed)


def _of_network(name: str, entry: ModelEntry) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a network has of its own in a profile, and what it has in any settings."""
    clips = entry.input.kind is InputKind.CLIP
    fixed: dict[str, Any] = {} if clips else {"frames": 0}
    if entry.float32_only:
        fixed["precision"] = Precision.FLOAT32
    return (_OF_CLIPS.get(name, {}) if clips else {}), fixed
