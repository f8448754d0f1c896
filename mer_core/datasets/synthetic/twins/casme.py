"""CASME's layout (Yan, Wu, Liu, Wang and Fu, FG 2013): 60 frames per second, binary `.xls`."""

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

_COLUMNS = (
    Column("Subject", "subject"),
    Column("Filename", "clip"),
    Column(None),
    Column("OnsetF", "onset"),
    Column("ApexF1", "apex"),
    Column("ApexF2", "apex_last"),
    Column("OffsetF", "offset"),
    Column(None),
    Column("Onset", "rise"),
    Column("Total", "total"),
    Column("AU", "action_units"),
    Column("Emotion", "label"),
)


class Casme(Layout):
    """Two trees and one sheet; the sheet also times the clip in milliseconds."""

    dataset = "casme"
    subjects = 19
    first_subject = 31
    shares = (
        Share("tense", 69, ("tense",)),
        Share("disgust", 44, ("disgust",)),
        Share("repression", 38, ("repression",)),
        Share("surprise", 20, ("surprise",)),
        Share("happiness", 9, ("happiness",)),
        Share("sadness", 6, ("sadness",)),
        Share("fear", 2, ("fear",)),
        Share("contempt", 1, ("contempt",)),
    )
    fps = 60.0
    seconds = (0.2, 0.5)
    first_frame = (1, 400)
    camera = (480, 640)
    crop = (300, 250)

    def subject_key(self, number: int) -> str:
        return f"sub{number:02d}"

    def digits(self, random: np.random.Generator) -> int:
        # Padding is not consistent within the release.
        return int(random.choice([0, 3]))

    def name_clips(
        self, number: int, labels: Sequence[str], random: np.random.Generator
    ) -> list[str]:
        pairs = episodes(len(labels), random, highest=19, repeats=12)
        width = int(random.choice([1, 2]))
        return [f"EP{episode:02d}_{within:0{width}d}" for episode, within in pairs]

    def clip_folder(self, spec: ClipSpec, variant: Variant) -> PurePosixPath:
        tree = "Cropped" if variant is Variant.CROPPED else "CASME_raw_selected"
        return PurePosixPath(tree, spec.subject, spec.clip)

    def frame_name(self, spec: ClipSpec, number: int, variant: Variant) -> str:
        prefix = "reg_" if variant is Variant.CROPPED else ""
        return f"{prefix}{spec.clip}-{number:0{spec.digits}d}.jpg"

    def row(self, spec: ClipSpec) -> Row:
        held = spec.seed % 3 == 0 and spec.apex + 1 < spec.offset
        return {
            "subject": spec.number,
            "clip": spec.clip,
            "onset": spec.onset,
            "apex": spec.apex,
            "apex_last": spec.apex + 1 if held else "\\",
            "offset": spec.offset,
            "rise": round((spec.apex - spec.onset) * 1000 / spec.fps),
            "total": round((spec.offset - spec.onset + 1) * 1000 / spec.fps),
            "action_units": join_units(spec.action_units),
            "label": spec.label,
        }

    def workbook(self, rows: Sequence[Row]) -> Workbook:
        return Workbook("CASME-coded-20190721.xls", (table("Sheet1", _COLUMNS, rows),))
