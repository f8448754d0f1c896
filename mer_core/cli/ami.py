"""`mer ami`: one clip becomes one image."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import numpy as np

from mer_core.ami import (
    DEFAULT_WEIGHTING,
    WEIGHTINGS,
    AffectiveMotionImage,
    Registration,
    RigidMotion,
    build_ami,
)
from mer_core.atomic import write_bytes
from mer_core.cli.output import CommandOutput, check_target, prints_output
from mer_core.faces import Alignment
from mer_core.frames import FrameSource, open_frames
from mer_core.inputs.imaging import find_people, resize_image
from mer_core.plots.raster import png_bytes

_MAX_SIDE = 8192


class FrameRange(click.ParamType):
    """`onset:offset` in frame numbers, either of which may be left open."""

    name = "onset:offset"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, int | None]:
        """Read `12:40`, `12:` or `:40`."""
        written = re.fullmatch(r"(\d*):(\d*)", str(value).strip(), re.ASCII)
        if written is None:
            self.fail(f"{value!r} is not a range of frame numbers such as 12:40, 12: or :40")
        first, last = (int(end) if end else None for end in written.groups())
        if first is not None and last is not None and first > last:
            self.fail(f"{value!r} ends before it begins")
        return first, last


class ImageSize(click.ParamType):
    """`N` or `HEIGHTxWIDTH` in pixels."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read `112` or `112x96`."""
        height, _, width = str(value).lower().partition("x")
        try:
            size = (int(height), int(width or height))
        except ValueError:
            size = (0, 0)
        if not all(1 <= side <= _MAX_SIDE for side in size):
            self.fail(f"{value!r} is not a size such as 112 or 112x96, up to {_MAX_SIDE} pixels")
        return size


@click.command()
@prints_output
@click.argument("clip", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--weighting",
    type=click.Choice(WEIGHTINGS.names()),
    default=DEFAULT_WEIGHTING,
    show_default=True,
    help="Frame weights: full keeps the face, the others keep motion only.",
)
@click.option("--frames", "span", type=FrameRange(), help="Frame numbers to use, both included.")
@click.option(
    "--size",
    type=ImageSize(),
    help="Size of the image, 112 or 112x96.  [default: that of the frames]",
)
@click.option(
    "--crop/--no-crop",
    default=True,
    show_default=True,
    help="Find the face and align it, alike in all frames. Frames that are crops need it not.",
)
@click.option("--stabilise", is_flag=True, help="Undo rigid head motion relative to frame one.")
@click.option("--overwrite", is_flag=True, help="Replace OUT if it exists.")
def ami(
    clip: Path,
    out: Path,
    weighting: str,
    span: tuple[int | None, int | None] | None,
    size: tuple[int, int] | None,
    crop: bool,
    stabilise: bool,
    overwrite: bool,
) -> CommandOutput:
    """Build the affective-motion image of CLIP and write it to OUT, a PNG file.

    CLIP is a folder of images, a video (AVI, MP4, MOV, MKV, WebM) or a zip of images. Frames are
    taken in the order of the numbers in their file names.

    \b
    JSON keys:
      clip, image       what was read and what was written
      frames            how many frames were used
      frame_numbers     the recording's number of each, in order
      weighting         the reading of the weights
      weights           one weight per frame
      minimum, maximum  of the raw weighted sum; they became 0 and 255
      digest            SHA-256 of the 8-bit image
      size              height and width of the image
      crop              the square cut out: centre, width (pixels) and degrees; null if whole
      stabilisation     largest shift (pixels) and turn (degrees) undone; null if off
      synthetic         whether the frames were generated; null if unknown
      notes             warnings, one line each
    """  # noqa: D301 - the backspace tells click to keep the lines below it
    check_target(out, suffix=".png", overwrite=overwrite)
    first, last = span or (None, None)
    source = open_frames(clip, first=first, last=last)
    people = find_people(source) if crop else None
    alignment = None if people is None else people.person().alignment
    motions: list[RigidMotion] = []
    image = build_ami(
        Registration(alignment=alignment, stabilise=stabilise).apply(source, motions=motions),
        count=len(source),
        weighting=weighting,
        frame_numbers=source.numbers,
    )
    image = image if size is None else resize_image(image, size)
    write_bytes(out, png_bytes(image.image))
    doubts = () if people is None else people.doubts()
    notes = [*source.warnings, *doubts, *_flatness(image), *_list_unmoved(motions)]
    document = _document(source, image) | {
        "image": out,
        "crop": crop_document(alignment),
        "stabilisation": _stabilisation(motions),
        "notes": notes,
    }
    return CommandOutput(document=document, text=_text(source, image, out), warnings=notes)


def _document(source: FrameSource, image: AffectiveMotionImage) -> dict[str, Any]:
    return {
        "clip": source.name,
        "frames": len(image.frame_numbers),
        "frame_numbers": image.frame_numbers,
        "weighting": image.weighting,
        "weights": image.weights,
        "minimum": image.minimum,
        "maximum": image.maximum,
        "digest": image.digest,
        "size": image.image.shape[:2],
        "synthetic": source.synthetic,
    }


def _text(source: FrameSource, image: AffectiveMotionImage, out: Path) -> str:
    first, last = image.frame_numbers[0], image.frame_numbers[-1]
    height, width = image.image.shape[:2]
    count = len(source)
    frames = f"{count} frame{'' if count == 1 else 's'}"
    generated = ", synthetic" if source.synthetic else ""
    return (
        f"{out}: {height} x {width} pixels from {frames} ({first} to {last})"
        f" of {source.name}{generated},"
        f" frame weights {WEIGHTINGS.get(image.weighting).title.lower()},"
        f" raw values {image.minimum:.5g} to {image.maximum:.5g}"
    )


def crop_document(alignment: Alignment | None) -> dict[str, Any] | None:
    """The square cut out, for `--json`."""
    if alignment is None:
        return None
    return {
        "centre": alignment.centre,
        "width": alignment.width,
        "degrees": alignment.degrees,
    }


def _flatness(image: AffectiveMotionImage) -> list[str]:
    if not image.flat:
        return []
    return ["the image is flat: under these weights the frames cancel to one value everywhere"]


def _list_unmoved(motions: list[RigidMotion]) -> list[str]:
    lost = sum(not motion.found for motion in motions)
    return [f"stabilisation found no motion estimate for {lost} frames"] if lost else []


def _stabilisation(motions: list[RigidMotion]) -> dict[str, float] | None:
    if not motions:
        return None
    return {
        "shift": max(float(np.hypot(*motion.shift)) for motion in motions),
        "degrees": max(abs(motion.degrees) for motion in motions),
    }
