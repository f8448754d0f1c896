"""SAMM's layout (Davison et al., IEEE Transactions on Affective Computing 9(1), 2018).

Grey frames at 200 per second; the sheet's header is row 14, below thirteen rows of text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.layout import Column, Layout, Row, Share, join_units, table
from mer_core.datasets.synthetic.twins.workbook import NOTICE, Cell, Sheet, Workbook

_PREAMBLE = (
    NOTICE,
    "Subject: three digits, also the name of the folder.",
    "Filename: the name of the clip's folder.",
    "Inducement Code: which of the seven stimuli was shown.",
    "Onset Frame: number of the first frame of the movement.",
    "Apex Frame: number of its strongest frame.",
    "Offset Frame: number of its last frame.",
    "Duration: frames from onset to offset, both included.",
    "Micro: how short the movement is.",
    "Action Units: joined by a plus sign; L left, R right, T top; letters give intensity.",
    "Estimated Emotion: the coder's judgement.",
    "Objective Classes: classes from the action units alone.",
    "Notes: free text.",
)
_COLUMNS = (
    Column("Subject", "subject"),
    Column("Filename", "clip"),
    Column("Inducement Code", "inducement"),
    Column("Onset Frame", "onset"),
    Column("Apex Frame", "apex"),
    Column("Offset Frame", "offset"),
    Column("Duration", "duration"),
    Column("Micro", "micro"),
    Column("Action Units", "action_units"),
    Column("Estimated Emotion", "label"),
    Column("Objective Classes", "objective"),
    Column("Notes", "notes"),
)
_OBJECTIVE = ("Happiness", "Surprise", "Anger", "Disgust", "Sadness", "Fear")


class Samm(Layout):
    """Labels are capitalised and subjects are text; frame numbers mostly have five digits."""

    dataset = "samm"
    subjects = 29
    first_subject = 101
    shares = (
        Share("Anger", 57, ("anger",)),
        Share("Happiness", 26, ("happiness",)),
        Share("Other", 26, ("others",)),
        Share("Surprise", 15, ("surprise",)),
        Share("Contempt", 12, ("contempt",)),
        Share("Disgust", 9, ("disgust",)),
        Share("Fear", 8, ("fear",)),
        Share("Sadness", 6, ("sadness",)),
    )
    fps = 200.0
    seconds = (0.2, 0.5)
    first_frame = (200, 9000)
    camera = (650, 960)
    crop = (400, 400)
    grey = True

    def subject_key(self, number: int) -> str:
        return f"{number:03d}"

    def digits(self, random: np.random.Generator) -> int:
        return 5 if random.random() < 0.85 else 4

    def name_clips(
        self, number: int, labels: Sequence[str], random: np.random.Generator
    ) -> list[str]:
        seen: Counter[int] = Counter()
        names = []
        for stimulus in sorted(int(code) for code in random.integers(1, 8, size=len(labels))):
            seen[stimulus] += 1
            names.append(f"{number:03d}_{stimulus}_{seen[stimulus]}")
        return names

    def clip_folder(self, spec: ClipSpec, variant: Variant) -> PurePosixPath:
        tree = "SAMM_CROP" if variant is Variant.CROPPED else "SAMM"
        return PurePosixPath(tree, spec.subject, spec.clip)

    def frame_name(self, spec: ClipSpec, number: int, variant: Variant) -> str:
        return f"{spec.subject}_{number:0{spec.digits}d}.jpg"

    def row(self, spec: ClipSpec) -> Row:
        return {
            "subject": spec.subject,
            "clip": spec.clip,
            "inducement": int(spec.clip.split("_")[1]),
            "onset": spec.onset,
            "apex": spec.apex,
            "offset": spec.offset,
            "duration": spec.offset - spec.onset + 1,
            "micro": f"Micro - {spec.seed % 2 + 1}",
            "action_units": _grade(join_units(spec.action_units)),
            "label": spec.label,
            "objective": _objective(spec.label),
            "notes": None,
        }

    def workbook(self, rows: Sequence[Row]) -> Workbook:
        codes = table("MICRO_ONLY", _COLUMNS, rows)
        text = tuple((line,) for line in _PREAMBLE)
        sheet = Sheet(codes.name, (*text, *codes.rows))
        return Workbook("SAMM_Micro_FACS_Codes_v2.xlsx", (sheet,))


def _grade(cell: Cell) -> Cell:
    return cell.upper() if isinstance(cell, str) else cell


def _objective(label: str) -> int:
    return _OBJECTIVE.index(label) + 1 if label in _OBJECTIVE else 7
