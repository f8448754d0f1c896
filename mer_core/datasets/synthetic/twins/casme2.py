"""CASME II's layout (Yan et al., PLOS ONE 9(1), 2014): 200 frames per second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.layout import (
    Column,
    Layout,
    Row,
    Share,
    episodes,
    join_units,
    table,
)
from mer_core.datasets.synthetic.twins.workbook import Workbook

_TREES = {
    # A folder inside a folder of the same name is what unzipping the release leaves.
    Variant.RAW: PurePosixPath("CASME2_RAW_selected", "CASME2_RAW_selected"),
    Variant.CROPPED: PurePosixPath("CASME2_preprocessed_Li Xiaobai", "Cropped"),
}
_COLUMNS = (
    Column("Subject", "subject"),
    Column("Filename", "clip"),
    Column(None),
    Column("OnsetFrame", "onset"),
    Column("ApexFrame", "apex"),
    Column("OffsetFrame", "offset"),
    Column(None),
    Column("Action Units", "action_units"),
    Column("Estimated Emotion", "label"),
)


class Casme2(Layout):
    """The 2014 coding: its file name and its class counts."""

    dataset = "casme2"
    subjects = 26
    first_subject = 31
    shares = (
        Share("others", 99, ("others",)),
        Share("disgust", 63, ("disgust",)),
        Share("happiness", 32, ("happiness",)),
        Share("repression", 27, ("repression",)),
        Share("surprise", 25, ("surprise",)),
        Share("sadness", 7, ("sadness",)),
        Share("fear", 2, ("fear",)),
    )
    fps = 200.0
    seconds = (0.2, 0.5)
    first_frame = (1, 300)
    camera = (480, 640)
    crop = (340, 280)

    def subject_key(self, number: int) -> str:
        return f"sub{number:02d}"

    def name_clips(
        self, number: int, labels: Sequence[str], random: np.random.Generator
    ) -> list[str]:
        names = []
        for episode, within in episodes(len(labels), random, highest=19, repeats=12):
            clip = f"EP{episode:02d}_{within:02d}"
            names.append(clip + ("f" if random.random() < 0.6 else ""))
        return names

    def clip_folder(self, spec: ClipSpec, variant: Variant) -> PurePosixPath:
        return _TREES[variant] / spec.subject / spec.clip

    def frame_name(self, spec: ClipSpec, number: int, variant: Variant) -> str:
        return f"{'reg_' if variant is Variant.CROPPED else ''}img{number}.jpg"

    def row(self, spec: ClipSpec) -> Row:
        return {
            "subject": spec.number,
            "clip": spec.clip,
            "onset": spec.onset,
            "apex": spec.apex,
            "offset": spec.offset,
            "action_units": join_units(spec.action_units),
            "label": spec.label,
        }

    def workbook(self, rows: Sequence[Row]) -> Workbook:
        return Workbook("CASME2-coding-20140508.xlsx", (table("Sheet1", _COLUMNS, rows),))
