"""CAS(ME)^2's layout (Qu et al., IEEE Transactions on Affective Computing 9(4), 2018).

Macro- and micro-expressions cut from long videos at 30 frames per second, in a workbook of
three sheets without a header row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.layout import Layout, Row, Share, join_units
from mer_core.datasets.synthetic.twins.workbook import Cell, Sheet, Workbook
from mer_core.records import Expression

VIDEOS = {
    "0101": "disgust1",
    "0102": "disgust2",
    "0401": "anger1",
    "0402": "anger2",
    "0502": "happy1",
    "0503": "happy2",
    "0505": "happy3",
    "0507": "happy4",
    "0508": "happy5",
}
"""Stimulus videos: code, and the prefix of the clips they gave."""

FOLDERS = dict(
    enumerate([15, 16, *range(19, 28), *range(29, 39), 40], start=1),
)
"""Folder number of the release's subjects, by their number in the sheet."""

_MICRO = 57 / 357
_FIELDS = (
    "subject",
    "clip",
    "onset",
    "apex",
    "offset",
    "action_units",
    "estimated",
    "expression",
    "self-report",
)
_ESTIMATED = {"happiness": "positive", "anger": "negative", "disgust": "negative"}
_REPORTED = {
    "happy": ("happiness", "happiness", "sympathy"),
    "anger": ("anger", "anger", "helpless"),
    "disgust": ("disgust", "disgust", "fear"),
}


def folder_number(number: int) -> int:
    """The number in the folder name of the subject that the sheet calls `number`."""
    return FOLDERS.get(number, number + 20)


class CasmeSquared(Layout):
    """The label is the clip's prefix: the stimulus video's emotion, which the face acts."""

    dataset = "casme-squared"
    subjects = 22
    first_subject = 31
    shares = (
        Share("happy", 167, ("happiness",)),
        Share("anger", 102, ("anger",)),
        Share("disgust", 88, ("disgust",)),
    )
    fps = 30.0
    seconds = (0.2, 0.5)
    first_frame = (1, 2400)
    camera = (480, 640)
    crop = (240, 200)

    def subject_key(self, number: int) -> str:
        return f"s{folder_number(number):02d}"

    def digits(self, random: np.random.Generator) -> int:
        return 3

    def expression(self, random: np.random.Generator) -> Expression:
        return Expression.MICRO if random.random() < _MICRO else Expression.MACRO

    def duration(self, expression: Expression) -> tuple[float, float]:
        return self.seconds if expression is Expression.MICRO else (0.5, 2.0)

    def name_clips(
        self, number: int, labels: Sequence[str], random: np.random.Generator
    ) -> list[str]:
        seen: Counter[str] = Counter()
        names = []
        for label in labels:
            prefix = str(random.choice([p for p in VIDEOS.values() if p.startswith(label)]))
            seen[prefix] += 1
            names.append(f"{prefix}_{seen[prefix]}")
        return names

    def words(self, label: str, emotion: str, random: np.random.Generator) -> Mapping[str, str]:
        surest = random.random() < 0.75
        return {
            "estimated": _ESTIMATED[emotion] if surest else "others",
            "self-report": str(random.choice(_REPORTED[label])),
        }

    def clip_folder(self, spec: ClipSpec, variant: Variant) -> PurePosixPath:
        if variant is Variant.RAW:
            return PurePosixPath("selectedpic", "selectedpic", spec.subject, spec.clip)
        return PurePosixPath("cropped", "cropped", spec.subject.removeprefix("s"), spec.clip)

    def frame_name(self, spec: ClipSpec, number: int, variant: Variant) -> str:
        return f"img{number:0{spec.digits}d}.jpg"

    def row(self, spec: ClipSpec) -> Row:
        return {
            "subject": spec.number,
            "clip": spec.clip,
            "onset": spec.onset,
            "apex": spec.apex,
            "offset": spec.offset,
            "action_units": join_units(spec.action_units) or "NULL",
            "expression": f"{spec.expression}-expression",
            **spec.words,
        }

    def workbook(self, rows: Sequence[Row]) -> Workbook:
        codes = tuple(tuple(row[field] for field in _FIELDS) for row in rows)
        return Workbook(
            "CAS(ME)^2code_final(Updated).xlsx",
            (
                Sheet("CASFEcode_final", codes),
                Sheet("naming rule1", tuple(_naming(row["subject"]) for row in _first(rows))),
                Sheet("naming rule2", tuple(VIDEOS.items())),
            ),
        )


def _first(rows: Sequence[Row]) -> list[Row]:
    return list({row["subject"]: row for row in rows}.values())


def _naming(subject: Cell) -> tuple[Cell, ...]:
    number = int(str(subject))
    return folder_number(number), f"s{folder_number(number)}", number
