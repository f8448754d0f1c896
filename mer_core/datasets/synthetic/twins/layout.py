"""What a release looks like on disk: the promises each dataset's file in this package keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

import numpy as np

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.workbook import Cell, Sheet, Workbook
from mer_core.records import ActionUnit, Expression

Row = Mapping[str, Cell]
"""A sheet's row by field: subject, clip, onset, apex, offset, action_units, label, ..."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its header cell, None for a blank one, and the field below it."""

    header: str | None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A class of the release: the coder's word, how many clips carry it, what a face acts.

    Where `emotions` has several entries each clip draws one: labels such as "others" name no
    single expression.
    """

    label: str
    count: int
    emotions: tuple[str, ...]


class Layout(ABC):
    """One dataset's folders, file names and sheets.

    Subjects are numbered from `first_subject`, which lies outside the numbers of the release,
    so that no invented row can be taken for a real one.

    Attributes:
        dataset: Name on the command line.
        subjects: Number of people in the release.
        first_subject: Number of the twin's first subject.
        shares: Classes with their published counts.
        fps: Frames per second.
        seconds: Shortest and longest usual duration of a clip.
        first_frame: Range in which the recording's number of a clip's first frame lies.
        camera: Height and width of a full frame.
        crop: Height and width of a face crop.
        grey: Whether images have one channel.
        one_tree: Whether full frames and face crops would lie in the same place.
    """

    dataset: ClassVar[str]
    subjects: ClassVar[int]
    first_subject: ClassVar[int]
    shares: ClassVar[tuple[Share, ...]]
    fps: ClassVar[float]
    seconds: ClassVar[tuple[float, float]]
    first_frame: ClassVar[tuple[int, int]]
    camera: ClassVar[tuple[int, int]]
    crop: ClassVar[tuple[int, int]]
    grey: ClassVar[bool] = False
    one_tree: ClassVar[bool] = False

    @abstractmethod
    def subject_key(self, number: int) -> str:
        """The subject's folder, which readers take for its key."""

    @abstractmethod
    def name_clips(
        self, number: int, labels: Sequence[str], random: np.random.Generator
    ) -> list[str]:
        """A name for each clip of one subject, in the order of its `labels`; all different."""

    @abstractmethod
    def clip_folder(self, spec: ClipSpec, variant: Variant) -> PurePosixPath:
        """Return the folder of the clip's frames below the root."""

    @abstractmethod
    def frame_name(self, spec: ClipSpec, number: int, variant: Variant) -> str:
        """The file name of frame `number`."""

    @abstractmethod
    def row(self, spec: ClipSpec) -> Row:
        """The fields of the clip's row, as the sheet spells them."""

    @abstractmethod
    def workbook(self, rows: Sequence[Row]) -> Workbook | None:
        """The annotation workbook that holds `rows`; None where a release has none."""

    def words(self, label: str, emotion: str, random: np.random.Generator) -> Mapping[str, str]:
        """The coder's other words for a clip, by source."""
        return {}

    def expression(self, random: np.random.Generator) -> Expression:
        """Whether the next clip is a micro- or a macro-expression."""
        return Expression.MICRO

    def duration(self, expression: Expression) -> tuple[float, float]:
        """Shortest and longest usual duration in seconds."""
        return self.seconds

    def digits(self, random: np.random.Generator) -> int:
        """Digits to which the frame numbers of the next clip are padded; 0 for none."""
        return 0

    def shape(self, variant: Variant, size: int | None) -> tuple[int, int]:
        """Height and width of a frame when face crops are `size` pixels high."""
        height, width = self.crop if variant is Variant.CROPPED else self.camera
        scale = 1.0 if size is None else size / self.crop[0]
        return round(height * scale), round(width * scale)


def table(name: str, columns: Sequence[Column], rows: Sequence[Row]) -> Sheet:
    """A sheet with its header in the first row."""
    header = tuple(column.header for column in columns)
    body = tuple(
        tuple(None if column.field is None else row[column.field] for column in columns)
        for row in rows
    )
    return Sheet(name, (header, *body))


def join_units(units: Sequence[ActionUnit]) -> Cell:
    """Action units as coders type them: joined by "+"; a lone plain one is a number."""
    if len(units) == 1 and str(units[0]).isdigit():
        return units[0].number
    return "+".join(str(unit) for unit in units) or None


def episodes(
    count: int, random: np.random.Generator, *, highest: int, repeats: int
) -> list[tuple[int, int]]:
    """Pairs (episode, clip within it), increasing, as if cut from one recording session.

    Grows beyond `highest` episodes only if `count` does not fit into them.
    """
    highest = max(highest, -(-count // repeats))
    slots = random.choice(highest * repeats, size=count, replace=False)
    return [(int(slot) // repeats + 1, int(slot) % repeats + 1) for slot in sorted(slots)]
