"""The settings of a twin, and the specification of each of its clips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from mer_core.errors import SettingsError
from mer_core.records import ActionUnit, Expression

Variants = Literal["raw", "cropped", "both"]


class Variant(StrEnum):
    """Full camera frames, or the face crops a release gives beside them."""

    RAW = "raw"
    CROPPED = "cropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinSettings:
    """Everything a twin follows from; equal settings give equal files.

    Attributes:
        dataset: Dataset whose layout is written.
        subjects: Number of people; as many as in the release if `full`.
        clips_per_subject: Number of clips of each; not used if `full`.
        seed: Source of every face, motion, name and number.
        defects: Names of injected defects, see `mer_core.datasets.synthetic.twins.defects`.
        variant: Variant of the frames: "raw", "cropped" or "both".
        size: Height of a face crop in pixels; camera frames keep their ratio to it. None for
            the sizes of the release.
        frames: Smallest and largest number of frames of a clip; None for the durations that
            are typical of the release.
        balance: Exponent on the published class proportions: 1 keeps them, 0 makes all
            classes equal, 0.5 lies between.
        full: Whether the twin has the published number of clips in every class.
    """

    dataset: str
    subjects: int = 0
    clips_per_subject: int = 0
    seed: int = 0
    defects: tuple[str, ...] = ()
    variant: Variants = "cropped"
    size: int | None = None
    frames: tuple[int, int] | None = None
    balance: float = 1.0
    full: bool = False

    def __post_init__(self) -> None:
        for name in ("subjects", "clips_per_subject"):
            value = getattr(self, name)
            if self.full and value:
                raise SettingsError(
                    f"{name} is {value} although the full number of clips is asked for",
                    remedy="give either the numbers or the full twin",
                )
            if not self.full and value < 1:
                raise SettingsError(f"{name} is {value}", remedy="give at least 1")
        if self.variant not in ("raw", "cropped", "both"):
            raise SettingsError(
                f"variant is {self.variant!r}", remedy="choose raw, cropped or both"
            )
        if self.size is not None and self.size < 48:
            raise SettingsError(f"size is {self.size} pixels", remedy="give at least 48")
        if self.frames is not None and not 3 <= self.frames[0] <= self.frames[1]:
            raise SettingsError(
                f"frames is {self.frames}", remedy="give two numbers, 3 or more, in order"
            )
        if not 0 <= self.balance <= 1:
            raise SettingsError(f"balance is {self.balance}", remedy="give a number from 0 to 1")

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The kinds of frames to write."""
        return tuple(Variant) if self.variant == "both" else (Variant(self.variant),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSpec:
    """One clip as it was acted, before any defect touches its files or its row.

    Attributes:
        number: The subject's number in the sheet.
        subject: The subject's folder, such as "sub31"; also the key readers use.
        clip: The clip's name.
        emotion: Acted emotion.
        label: The coder's word, in the spelling of the sheet.
        words: The coder's other words, by source, where a sheet has several.
        onset: Frame number of the first frame, on the recording's count.
        apex: Frame number of the strongest frame.
        offset: Frame number of the last frame.
        fps: Frames per second.
        digits: Digits to which frame numbers are padded in file names; 0 for none.
        seed: Source of the clip's motion.
        identity: Source of the subject's face.
    """

    number: int
    subject: str
    clip: str
    emotion: str
    label: str
    onset: int
    apex: int
    offset: int
    fps: float
    seed: int
    identity: int
    digits: int = 0
    expression: Expression = Expression.MICRO
    action_units: tuple[ActionUnit, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """`subject/clip`, unique in a twin."""
        return f"{self.subject}/{self.clip}"

    @property
    def frame_numbers(self) -> tuple[int, ...]:
        """The recording's numbers of all frames, onset to offset."""
        return tuple(range(self.onset, self.offset + 1))
