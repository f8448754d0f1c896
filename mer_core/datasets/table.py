"""A dataset as one table: the clips kept, the rows left out and why, the values corrected.

    clips kept + rows excluded = rows of the annotation sheet

holds for every table, or the table cannot be made.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from mer_core.file_digests import file_digests, joint_digest
from mer_core.provenance import canonical_json
from mer_core.records import Sample


class Reason(StrEnum):
    """Reason why a sheet row or a clip folder is not among a table's clips."""

    NO_FRAMES = "no-frames"
    NO_CROP = "no-crop"
    NO_SHEET_ROW = "no-sheet-row"
    LABEL_UNMAPPED = "label-unmapped"
    ONSET_MISSING = "onset-missing"
    OFFSET_MISSING = "offset-missing"
    APEX_MISSING = "apex-missing"
    TYPE_FILTERED = "type-filtered"
    USER_OVERRIDE = "user-override"
    DUPLICATE_ROW = "duplicate-row"
    ROW_UNREADABLE = "row-unreadable"


REQUESTED = frozenset({Reason.TYPE_FILTERED, Reason.USER_OVERRIDE, Reason.LABEL_UNMAPPED})
"""Reasons that follow from what the user chose; they are reported and warn of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A sheet row or clip folder left out. `row` is None for a folder without a row."""

    subject: str
    clip: str
    reason: Reason
    detail: str = ""
    label: str = ""
    row: int | None = None

    @property
    def code(self) -> str:
        """The reason's code."""
        return self.reason.value

    @property
    def key(self) -> str:
        """`subject/clip`."""
        return f"{self.subject}/{self.clip}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A value of a kept clip that differs from the sheet's, with the ground for it.

    `code` names the defect: the field and what is wrong with it, as in `apex-after-offset`.
    """

    subject: str
    clip: str
    field: str
    old: str
    new: str
    code: str
    reason: str
    source: str

    @property
    def key(self) -> str:
        """`subject/clip`."""
        return f"{self.subject}/{self.clip}"

    @property
    def detail(self) -> str:
        """The change and its reason in words."""
        return f"{self.field} {self.old or 'blank'} -> {self.new}: {self.reason} [{self.source}]"


class DataIssue(StrEnum):
    """Kind of issue that a check found in a kept clip without changing anything."""

    APEX_MISSING = "apex-missing"
    OFFSET_DERIVED = "offset-derived"
    FRAME_GAP = "frame-gap"
    FRAME_DUPLICATE = "frame-duplicate"
    FRAME_BASE = "frame-base"
    EXTENT = "extent"
    DOUBLE_EXTENSION = "double-extension"
    STRAY_FILE = "stray-file"
    IMAGE_SIZE = "image-size"
    IMAGE_UNREADABLE = "image-unreadable"
    LABEL_TYPO = "label-typo"
    LABEL_SPELLING = "label-spelling"
    LABEL_UNKNOWN = "label-unknown"
    AU_UNCERTAIN = "au-uncertain"
    AU_UNREADABLE = "au-unreadable"
    DURATION_MISMATCH = "duration-mismatch"
    CELL_UNREADABLE = "cell-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One issue of one clip."""

    subject: str
    clip: str
    issue: DataIssue
    detail: str

    @property
    def code(self) -> str:
        """Code of the issue."""
        return self.issue.value

    @property
    def key(self) -> str:
        """`subject/clip`."""
        return f"{self.subject}/{self.clip}"


@dataclass(frozen=True, kw_only=True)
class DatasetTable:
    """Table that a reader made of a root.

    Attributes:
        name: The dataset's name in the catalog.
        root: Folder of the dataset.
        variant: Variant of the frames: "cropped", "raw" or "long".
        sheet: The annotation file, None where folders say it all.
        sheet_version: Release identified by the counts; "unknown version" where they fit no
            release.
        sheet_rows: Rows of the sheet that speak of a clip (clip folders where there is no sheet).
        options: The reader's choices that decide what is in the table.
        remarks: Remarks on the whole table.
    """

    name: str
    root: Path
    samples: tuple[Sample, ...]
    excluded: tuple[Exclusion, ...] = ()
    corrected: tuple[Correction, ...] = ()
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    variant: str = ""
    sheet: Path | None = None
    sheet_version: str = ""
    sheet_rows: int = 0
    synthetic: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = sum(exclusion.row is not None for exclusion in self.excluded)
        if len(self.samples) + rows != self.sheet_rows:
            raise ValueError(
                f"{self.name}: {len(self.samples)} clips kept and {rows} rows excluded do not "
                f"make {self.sheet_rows} sheet rows"
            )

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Subjects with at least one clip, sorted."""
        return tuple(sorted({sample.subject for sample in self.samples}))

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Warnings to read before trusting a number from this table, a line per kind."""
        excluded = Counter(e.code for e in self.excluded if e.reason not in REQUESTED)
        corrected = Counter(correction.code for correction in self.corrected)
        found = Counter(finding.code for finding in self.findings)
        kinds = (("excluded", excluded), ("corrected", corrected), ("found", found))
        lines = [
            f"{count} clip{'s' if count > 1 else ''} {verb}: {code}"
            for verb, counts in kinds
            for code, count in counts.items()
        ]
        return (*self.remarks, *lines)

    def codes(self) -> tuple[tuple[str, str, str], ...]:
        """(code, subject, clip) of every exclusion, correction and finding."""
        lines = (*self.excluded, *self.corrected, *self.findings)
        return tuple((line.code, line.subject, line.clip) for line in lines)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what was annotated and of the contents of the frame files.

        The root is not part of it: a copy of the data elsewhere is the same data. The first time
        every frame is read, later only what has changed (see `file_digests`).
        """
        return hashlib.sha256(
            canonical_json([_identity(s) for s in self.samples]).encode()
        ).hexdigest()

    def without(
        self, keys: Mapping[str, str], reason: Reason, *, options: Mapping[str, str] | None = None
    ) -> DatasetTable:
        """A table in which the samples of `keys` (sample key -> detail) are excluded."""
        gone = [
            Exclusion(
                subject=sample.subject,
                clip=sample.clip,
                reason=reason,
                detail=keys[sample.key],
                label=sample.label,
                row=_row_of(sample, index),
            )
            for index, sample in enumerate(self.samples)
            if sample.key in keys
        ]
        return replace(
            self,
            samples=tuple(sample for sample in self.samples if sample.key not in keys),
            excluded=(*self.excluded, *gone),
            options={**self.options, **(options or {})},
        )


ROW = "#"
"""The entry of `Sample.source_row` that holds the row's number, beside the sheet's own columns."""


def _row_of(sample: Sample, index: int) -> int:
    return int(sample.source_row.get(ROW, index + 1))


def _identity(sample: Sample) -> Sequence[object]:
    return (
        sample.key,
        sample.onset,
        sample.apex,
        sample.offset,
        sample.label,
        [str(unit) for unit in sample.action_units],
        sample.expression.value,
        sample.frame_numbers,
        joint_digest(file_digests(sample.frames)),
    )
