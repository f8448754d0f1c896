"""Sheets of images: frames, motion images, affective-motion images, feature maps, differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mer_core.plots.colour import ColourScale, Rgb, shared_scale, typical_scale
from mer_core.plots.raster import (
    LIGHT,
    Ground,
    enlarge,
    stack,
    stamp_synthetic,
    text_strip,
    tile_sheet,
)

Maps = npt.NDArray[np.floating]


def frame_strip(
    frames: Sequence[Rgb], numbers: Sequence[int], *, size: int = 112, ground: Ground = LIGHT
) -> Rgb:
    """Frames in a row, each over its number."""
    tiles = [enlarge(frame, (size, size), smooth=True) for frame in frames]
    captions = [f"frame {number}" for number in numbers]
    return tile_sheet(tiles, columns=len(tiles), captions=captions, ground=ground)


def signed_strip(
    images: Sequence[Maps], captions: Sequence[str], *, size: int = 112, ground: Ground = LIGHT
) -> tuple[Rgb, ColourScale]:
    """Signed images, averaged over colour channels, on one `typical_scale`."""
    flat = [image.mean(axis=2) if image.ndim == 3 else image for image in images]
    scale = typical_scale(flat)
    tiles = [enlarge(scale.apply(image), (size, size)) for image in flat]
    sheet = tile_sheet(tiles, columns=len(tiles), captions=list(captions), ground=ground)
    return sheet, scale


def weighted_strip(
    frames: npt.NDArray[np.uint8],
    weights: npt.NDArray[np.floating],
    numbers: Sequence[int],
    *,
    ground: Ground = LIGHT,
) -> tuple[Rgb, ColourScale]:
    """Frames (N x H x W x 3) in a row, and under each the frame times its weight."""
    motion = [np.float32(weight) * frame for weight, frame in zip(weights, frames, strict=True)]
    signed, scale = signed_strip(motion, [f"weighted {one}" for one in numbers], ground=ground)
    return np.vstack([frame_strip(list(frames), numbers, ground=ground), signed]), scale


def map_sheet(
    maps: Maps,
    captions: Sequence[str],
    *,
    columns: int,
    size: int = 96,
    scale: ColourScale | None = None,
    ground: Ground = LIGHT,
) -> tuple[Rgb, ColourScale]:
    """Feature maps (N x H x W) as tiles on one declared scale."""
    shared = scale or shared_scale(list(maps), signed=bool((maps < 0).any()))
    tiles = [enlarge(shared.apply(values), (size, size)) for values in maps]
    return tile_sheet(tiles, columns=columns, captions=list(captions), ground=ground), shared


def paper_figure_1(
    frames: Sequence[Rgb],
    motion: Sequence[Maps],
    numbers: Sequence[int],
    images: Mapping[str, Rgb],
    *,
    synthetic: bool,
    size: int = 112,
) -> Rgb:
    """Fig. 1 of the paper: (a) frames, (b) their motion images, (c) affective-motion images.

    `motion` holds weight x frame for the frames shown; all share one signed scale, given below
    the row. `images` maps the name of a weighting to its 8-bit image.
    """
    motion_row, scale = signed_strip(motion, [f"weighted {n}" for n in numbers], size=size)
    ends = f"{scale.describe()}, saturated beyond"
    motion_title = f"(b) motion images: frame x weight ({ends})"
    image_row = tile_sheet(
        [enlarge(image, (2 * size, 2 * size), smooth=True) for image in images.values()],
        columns=len(images),
        captions=list(images),
    )
    frame_row = frame_strip(frames, numbers, size=size)
    width = max(frame_row.shape[1], image_row.shape[1])
    sheet = stack(
        [
            text_strip("(a) frames", width, height=24),
            frame_row,
            text_strip(motion_title, width, height=24),
            motion_row,
            text_strip("(c) affective-motion images", width, height=24),
            image_row,
        ],
        align="centre",
    )
    return stamp_synthetic(sheet) if synthetic else sheet
