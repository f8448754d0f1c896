"""A user's own recordings: `subject/emotion/clip/`, and a table of key frames beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.layout import Column, Layout, Row, Share, join_units, table
from mer_core.datasets.synthetic.twins.workbook import Workbook

_COLUMNS = tuple(
    Column(name, name)
    for name in ("subject", "clip", "onset", "apex", "offset", "action_units", "emotion", "fps")
)


class Folder(Layout):
    """The plainest layout: names say everything, frames are numbered from 1."""

    dataset = "folder"
    subjects = 8
    first_subject = 1
    shares = (
        Share("happiness", 1, ("happiness",)),
        Share("disgust", 1, ("disgust",)),
        Share("surprise", 1, ("surprise",)),
        Share("repression", 1, ("repression",)),
    )
    fps = 60.0
    seconds = (0.2, 0.5)
    first_frame = (1, 1)
    camera = (480, 640)
    crop = (240, 200)
    one_tree = True

    def subject_key(self, number: int) -> str:
        return f"person{number:02d}"

    def digits(self, random: np.random.Generator) -> int:
        return 4

    def name_clips(
        self, number: int, labels: Sequence[str], random: np.random.Generator
    ) -> list[str]:
        return [f"clip{index:02d}" for index in range(1, len(labels) + 1)]

    def clip_folder(self, spec: ClipSpec, variant: Variant) -> PurePosixPath:
        return PurePosixPath(spec.subject, spec.label, spec.clip)

    def frame_name(self, spec: ClipSpec, number: int, variant: Variant) -> str:
        return f"{number:0{spec.digits}d}.png"

    def row(self, spec: ClipSpec) -> Row:
        return {
            "subject": spec.subject,
            "clip": spec.clip,
            "onset": spec.onset,
            "apex": spec.apex,
            "offset": spec.offset,
            "action_units": join_units(spec.action_units),
            "emotion": spec.label,
            "fps": spec.fps,
        }

    def workbook(self, rows: Sequence[Row]) -> Workbook:
        return Workbook("annotations.csv", (table("annotations", _COLUMNS, rows),))
