"""Filming: one take becomes its frame files and its ground truth, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic import ClipPlan, SyntheticClip, render_clip
from mer_core.datasets.synthetic.twins.clip_specs import Take, Variant
from mer_core.datasets.synthetic.twins.plan import Reel, Script, plan_take

PARTIAL = ".partial"
_FRAMING = {Variant.RAW: "camera", Variant.CROPPED: "crop"}
_ENCODING = {
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 3],
    ".bmp": [],
}


class Render(Protocol):
    """What draws a planned clip: `render_clip`, or something quicker in tests."""

    def __call__(self, plan: ClipPlan, *, size: tuple[int, int], framing: str) -> SyntheticClip: ...


def film(
    script: Script, take: Take, root: Path, *, token: str, render: Render = render_clip
) -> None:
    """Writes what is missing of a take.

    Frames are drawn into a folder below `.partial` that is renamed at the end, so a clip folder
    is complete as soon as it exists. `token` keeps two writers of one take apart.
    """
    for reel in script.reels(take):
        if is_filmed(reel, root):
            continue
        size = script.layout.shape(reel.variant, script.settings.size)
        clip = render(plan_take(take), size=size, framing=_FRAMING[reel.variant])
        clip.truth.save(root / reel.truth)
        partial = root / PARTIAL / f"{token}-{take.subject}-{take.clip}-{reel.variant}"
        partial.mkdir(parents=True)
        for frame, name in zip(clip.frames, reel.names, strict=True):
            if name is not None:
                _write_frame(partial / name, frame, grey=script.layout.grey)
        target = root / reel.folder
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # frames or the ground truth were removed from it
            shutil.rmtree(target)
        partial.replace(target)


def is_filmed(reel: Reel, root: Path) -> bool:
    """Whether a reel's frames and ground truth are there."""
    folder = root / reel.folder
    if not folder.is_dir() or not (root / reel.truth).is_file():
        return False
    return {name for name in reel.names if name} <= {path.name for path in folder.iterdir()}


def sweep(root: Path) -> None:
    """Removes what a killed run left half drawn."""
    shutil.rmtree(root / PARTIAL, ignore_errors=True)


def _write_frame(path: Path, frame: npt.NDArray[np.uint8], *, grey: bool) -> None:
    colours = cv2.COLOR_RGB2GRAY if grey else cv2.COLOR_RGB2BGR
    options = _ENCODING[path.suffix]
    _, content = cv2.imencode(path.suffix, cv2.cvtColor(frame, colours), options)
    path.write_bytes(content.tobytes())
