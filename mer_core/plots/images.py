"""Sheets of images: frames, motion images, affective-motion images, feature maps, differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mer_core.plots.colour import ColourScale, Rgb, shared_scale, typical_scale
from mer_core.plots.raster import (
    LIGHT,
    Ground,
    enlarge,
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
