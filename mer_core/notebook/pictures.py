"""Rows of pictures for notebooks, drawn as figures for print are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mer_core.attribution import METHODS
from mer_core.attribution.inspection import Inspection
from mer_core.features.maps import receptive_field
from mer_core.inputs import Recording
from mer_core.models.loaded import LoadedModel
from mer_core.plots.attributions import map_scale
from mer_core.plots.raster import enlarge, overlay
from mer_core.plots.static import StaticFigure
from mer_core.plots.static.tiles import Tile, TileBlock, TileScale, tile_figure

Picture = npt.NDArray[np.floating | np.integer]
Mask = npt.NDArray[np.bool_]

_WIDTH = 1.75  # inches of a picture where few stand in a row
_ROW = 7.16


def pictures(
    named: Mapping[str, Picture],
    *,
    region: Mask | None = None,
    synthetic: bool = True,
    note: str = "",
    own_scales: bool = False,
) -> StaticFigure:
    """Draw a row of pictures with their names below.

    Args:
        named: Name -> picture in colours, or numbers, which are coloured on one scale.
        region: Outlined on each.
        synthetic: Whether any of them were generated.
        note: Below the row.
        own_scales: Whether each of several arrays of numbers has a scale of its own.

    Returns:
        What a notebook shows, as SVG and PNG.

    Example:
        >>> pictures({"first": clip.clip.frames[0], "last": clip.clip.frames[-1]}).png[1:4]
        b'PNG'
    """
    tiles = [Tile(values=one, caption=name, region=region) for name, one in named.items()]
    scales = TileScale.OWN if own_scales else TileScale.ROW
    block = TileBlock(rows=[tiles], scales=scales)
    width = min(_ROW, _WIDTH * len(tiles) + (0.5 if block.barred else 0.1))
    drawn = tile_figure([[block]], synthetic=synthetic, width=width, note=note)
    return replace(drawn, alt=f"Pictures: {', '.join(named)}")


def clip_strip(recording: Recording, count: int = 7, *, outline: bool = False) -> StaticFigure:
    """Draw frames spread over a clip, the first and the last among them.

    Args:
        recording: The clip.
        count: Frames to draw.
        outline: Whether the region that the expression moves is outlined, where it is known.
    """
    clip = recording.clip
    picks = np.unique(np.linspace(0, len(clip) - 1, min(count, len(clip))).round().astype(int))
    named = {f"frame {clip.frame_numbers[i]}": clip.frames[i] for i in picks}
    region = recording.region if outline else None
    return pictures(named, region=region, synthetic=clip.synthetic)


def maps(
    inspection: Inspection, methods: Sequence[str], *, target: str | None = None
) -> StaticFigure:
    """Draw what a network sees and, over it, why it answers as it does, one map per method.

    Args:
        inspection: The network and the clip.
        methods: Names in the catalogue.
        target: Class to explain; the predicted one by default.
    """
    seen = inspection.recording.image(
        inspection.weighting or inspection.model.entry.input.weighting, size=inspection.size
    ).image
    named: dict[str, Picture] = {"image": seen}
    for name in methods:
        found = inspection.explain(name, target=target)
        scale = map_scale(np.asarray(found.values), signed=found.signed)
        title = METHODS.get(name).title
        named[title] = overlay(seen, np.asarray(found.values), scale)
    region = None if inspection.regions is None else inspection.regions.union
    synthetic = inspection.recording.clip.synthetic
    note = "Outlined: where the expression moves the face." if region is not None else ""
    return pictures(named, region=region, synthetic=synthetic, note=note)


def fields(
    model: LoadedModel, recording: Recording, part: str, *, row: float, column: float
) -> StaticFigure:
    """Draw, for each branch of a network, the pixels that one unit of its layer `part` can see.

    Args:
        model: A network with branches.
        recording: The clip under the unit.
        part: Last part of the layers' names, which all branches have.
        row: Place of the unit, from 0 at the top to 1.
        column: Place of the unit, from 0 at the left to 1.
    """
    size = model.entry.input.size
    clip = recording.expression
    image = enlarge(clip.frames[len(clip) // 2], size, smooth=True)
    named: dict[str, Picture] = {}
    for branch, layers in model.entry.branches().items():
        layer = next(one for one in layers if one.name.rsplit(".", 1)[-1] == part)
        cells = [-(-side // layer.stride) for side in size]
        unit = [min(int(at * n), n - 1) for at, n in zip((row, column), cells, strict=True)]
        field = receptive_field(layer, unit[0], unit[1], size=size)
        inside = np.zeros(size, bool)
        inside[field.top : field.bottom, field.left : field.right] = True
        dimmed = np.where(inside[..., None], image, image // 3)
        words = f"{field.bottom - field.top} × {field.right - field.left} pixels"
        named[f"{branch.replace('x', '×')}: {words}"] = np.asarray(dimmed, np.uint8)
    return pictures(named, synthetic=recording.clip.synthetic)
