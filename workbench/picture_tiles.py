"""What the core gives as tiles of a page: frames, images, maps, and where the skin moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mer_core.ami import WEIGHTINGS, AffectiveMotionImage
from mer_core.inputs import Recording
from mer_core.plots.colour import ColourScale, Rgb, asinh_scale, shared_scale
from workbench.tiles import Badge, Tile

if TYPE_CHECKING:  # it loads PyTorch, and a first page is drawn before that
    from mer_core.features.maps import Field

Maps = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]


def frame_tiles(frames: Sequence[Rgb], numbers: Sequence[int]) -> list[Tile]:
    """Return frames, each with its number."""
    return [
        Tile(picture=frame, alt=f"Frame {number}", caption=f"frame {number}", name=str(number))
        for frame, number in zip(frames, numbers, strict=True)
    ]


def weighted_tiles(
    frames: npt.NDArray[np.uint8],
    weights: npt.NDArray[np.floating],
    numbers: Sequence[int],
) -> list[Tile]:
    """Return what each frame adds to the sum, frame times weight, on one signed scale.

    It fits the strongest frame and leaves the weakest half of its colours.
    """
    parts = [np.float32(w) * f.mean(axis=2) for w, f in zip(weights, frames, strict=True)]
    scale = asinh_scale(parts)
    return [
        Tile(
            values=part,
            scale=scale,
            smooth=True,
            alt=f"Frame {number} times its weight {weight:.2f}",
            caption=f"× {weight:.2f}".replace("-", "−"),
        )
        for part, number, weight in zip(parts, numbers, weights, strict=True)
    ]


def motion_image_tile(
    found: AffectiveMotionImage, *, shared: bool = True, title: str = "", caption: str = ""
) -> Tile:
    """Return an affective-motion image; its values are the raw sums, averaged over colours."""
    entry = WEIGHTINGS.get(found.weighting)
    return Tile(
        picture=found.image,
        values=found.total.mean(axis=2),
        shared=shared,
        title=title or entry.title,
        caption=caption,
        alt=f"Affective-motion image under {entry.title.lower()} weights, raw sum "
        f"{found.minimum:.0f} to {found.maximum:.0f}",
        name=found.weighting,
    )


def weight_sum(found: AffectiveMotionImage) -> str:
    """Return what the weights of an image add up to, without the dust of rounding."""
    return f"{abs(found.weights.sum()):.0f}"


def map_tiles(
    values: Maps,
    channels: Sequence[int],
    *,
    scale: ColourScale | None = None,
    what: str = "Map",
) -> list[Tile]:
    """Return feature maps, on `scale` or each on its own."""
    tiles = []
    for channel in channels:
        plane = values[channel]
        own = scale or shared_scale([plane], signed=bool((plane < 0).any()))
        words = f"map {channel}"
        alt = f"{what} {channel}, {own.describe()}"
        tiles.append(Tile(values=plane, scale=own, caption=words, alt=alt, name=str(channel)))
    return tiles


def displacement_tile(recording: Recording, *, title: str = "", caption: str = "") -> Tile | None:
    """Return how far the skin has moved at the apex; None where that is not known."""
    if recording.truth is None:
        return None
    motion = np.linalg.norm(recording.truth.displacement, axis=2)
    return Tile(
        picture=recording.clip.frames[recording.truth.apex],
        values=motion,
        scale=shared_scale([np.zeros(1), motion], signed=False),
        smooth=True,
        title=title,
        caption=caption,
        alt=f"Displacement of the skin from onset to apex, at most {motion.max():.1f} pixels",
    )


def field_tile(image: Rgb, field: Field, *, caption: str = "", name: str = "") -> Tile:
    """Return an image with the receptive field of a unit framed on it."""
    return Tile(
        picture=image,
        box=(field.top, field.left, field.bottom, field.right),
        caption=caption,
        alt=f"Receptive field: rows {field.top} to {field.bottom}, columns {field.left} to "
        f"{field.right}",
        name=name,
    )


def attribution_tile(
    base: Rgb | None,
    values: Maps,
    scale: ColourScale,
    *,
    alt: str,
    regions: Mapping[str, Mask] | None = None,
    title: str = "",
    caption: str = "",
    badges: tuple[Badge, ...] = (),
) -> Tile:
    """Return an attribution map over the picture it explains, or by itself."""
    return Tile(
        picture=base,
        values=np.asarray(values, np.float32),
        scale=scale,
        smooth=True,
        outlines=regions or {},
        alt=alt,
        title=title,
        caption=caption,
        badges=badges,
    )
