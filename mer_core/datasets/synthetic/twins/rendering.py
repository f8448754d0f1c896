"""Rendering: one clip becomes its frame files and its ground truth, whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.cluster import Report
from mer_core.datasets.synthetic import ClipPlan, SyntheticClip, render_clip
from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.plan import FrameSet, TwinPlan, plan_motion

PARTIAL = ".partial"
_FRAMING = {Variant.RAW: "camera", Variant.CROPPED: "crop"}
_ENCODING = {
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 3],
    ".bmp": [],
}


class Render(Protocol):
    """Renderer of a planned clip: `render_clip`, or something quicker in tests."""

    def __call__(self, plan: ClipPlan, *, size: tuple[int, int], framing: str) -> SyntheticClip: ...


@dataclass(frozen=True, kw_only=True)
class RenderTask:
    """Clips of a twin that one process draws.

    Attributes:
        plan: The whole twin.
        root: Its folder.
        clips: Indices of the clips in the plan.
        render: Renderer of a clip.
    """

    plan: TwinPlan
    root: Path
    clips: tuple[int, ...]
    render: Render = render_clip


def render_clips(task: RenderTask, report: Report) -> None:
    """Write the missing files of the clips, and report each."""
    for index in task.clips:
        _render_files(task.plan, task.plan.specs[index], task.root, task.render)
        report({"clip": index})


def _render_files(plan: TwinPlan, spec: ClipSpec, root: Path, render: Render) -> None:
    """Draw into a folder below `.partial` that is renamed: a clip folder that exists is whole."""
    token = uuid.uuid4().hex[:8]  # keeps two writers of one clip apart
    for frame_set in plan.frame_sets(spec):
        if is_rendered(frame_set, root):
            continue
        size = plan.layout.shape(frame_set.variant, plan.settings.size)
        clip = render(plan_motion(spec), size=size, framing=_FRAMING[frame_set.variant])
        clip.truth.save(root / frame_set.truth)
        partial = root / PARTIAL / f"{token}-{spec.subject}-{spec.clip}-{frame_set.variant}"
        partial.mkdir(parents=True)
        for frame, name in zip(clip.frames, frame_set.names, strict=True):
            if name is not None:
                _write_frame(partial / name, frame, grey=plan.layout.grey)
        target = root / frame_set.folder
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # frames or the ground truth were removed from it
            shutil.rmtree(target)
        partial.replace(target)


def is_rendered(frame_set: FrameSet, root: Path) -> bool:
    """Return whether the frames and ground truth of a frame set are there."""
    folder = root / frame_set.folder
    if not folder.is_dir() or not (root / frame_set.truth).is_file():
        return False
    return {name for name in frame_set.names if name} <= {path.name for path in folder.iterdir()}


def remove_partial(root: Path) -> None:
    """Remove what a killed run left half drawn."""
    shutil.rmtree(root / PARTIAL, ignore_errors=True)


def _write_frame(path: Path, frame: npt.NDArray[np.uint8], *, grey: bool) -> None:
    colours = cv2.COLOR_RGB2GRAY if grey else cv2.COLOR_RGB2BGR
    options = _ENCODING[path.suffix]
    _, content = cv2.imencode(path.suffix, cv2.cvtColor(frame, colours), options)
    path.write_bytes(content.tobytes())
