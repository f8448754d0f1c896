"""SMIC's high-speed layout (Li et al., FG 2013): bitmaps at 100 frames per second, no sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.layout import Layout, Row, Share

_CODES = {"negative": "ne", "positive": "po", "surprise": "sur"}


class Smic(Layout):
    """The folders are the annotation: subject, emotion, clip; first and last frame."""

    dataset = "smic"
    subjects = 16
    first_subject = 31
    shares = (
        Share("negative", 70, ("disgust", "sadness", "fear", "anger")),
        Share("positive", 51, ("happiness",)),
        Share("surprise", 43, ("surprise",)),
    )
    fps = 100.0
    seconds = (0.2, 0.5)
    first_frame = (1, 20000)
    camera = (480, 640)
    crop = (170, 140)

    def subject_key(self, number: int) -> str:
        return f"s{number}"

    def digits(self, random: np.random.Generator) -> int:
        return 6

    def name_clips(
        self, number: int, labels: Sequence[str], random: np.random.Generator
    ) -> list[str]:
        seen: Counter[str] = Counter()
        names = []
        for label in labels:
            seen[label] += 1
            names.append(f"s{number}_{_CODES[label]}_{seen[label]:02d}")
        return names

    def clip_folder(self, spec: ClipSpec, variant: Variant) -> PurePosixPath:
        tree = "SMIC_all_cropped" if variant is Variant.CROPPED else "SMIC_all_raw"
        return PurePosixPath(tree, "HS", spec.subject, "micro", spec.label, spec.clip)

    def frame_name(self, spec: ClipSpec, number: int, variant: Variant) -> str:
        prefix = "reg_" if variant is Variant.CROPPED else ""
        return f"{prefix}image{number:0{spec.digits}d}.bmp"

    def row(self, spec: ClipSpec) -> Row:
        return {"subject": spec.subject, "clip": spec.clip, "label": spec.label}

    def workbook(self, rows: Sequence[Row]) -> None:
        return None
