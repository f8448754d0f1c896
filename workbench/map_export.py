"""Feature maps as files: a sheet, the array, and the script that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from mer_core.features.feature_map_script import MapsRecipe, maps_script
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import ColourScale
from mer_core.records import Layer
from workbench import cached, panels, selection
from workbench.selection import ClipChoice


def export_maps(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    layer: Layer,
    values: npt.NDArray[np.float32],
    channels: Sequence[int],
    scale: ColourScale,
) -> None:
    """Draw the export of maps."""
    recipe = _recipe(choice, weighting, model, layer)
    stem = f"maps_{choice.key.replace('/', '-')}_{model.entry.name}_{layer.name}"
    panels.export(
        stem,
        partial(_sheet, values, channels, scale, recipe.synthetic),
        array=values,
        script=maps_script(recipe, name=f"{stem}_synthetic" if recipe.synthetic else stem),
        synthetic=recipe.synthetic,
    )


def _sheet(
    values: npt.NDArray[np.float32], channels: Sequence[int], scale: ColourScale, synthetic: bool
) -> bytes:
    """Return maps as a figure for print, three to a row."""
    # Matplotlib takes half a second to load, and only who exports a picture needs it.
    from mer_core.plots.static import ONE_COLUMN
    from mer_core.plots.static.tiles import Tile, TileBlock, tile_figure

    tiles = [Tile(values=values[channel], caption=f"map {channel}") for channel in channels]
    rows = [tiles[start : start + 3] for start in range(0, len(tiles), 3)]
    block = TileBlock(rows=rows, scale=scale)
    return tile_figure([[block]], synthetic=synthetic, width=ONE_COLUMN).png


def _recipe(choice: ClipChoice, weighting: str, model: LoadedModel, layer: Layer) -> MapsRecipe:
    return MapsRecipe(
        clip=selection.clip_code(choice),
        model=model,
        weights=cached.weights_of(model),
        layer=layer.name,
        weighting=weighting,
        synthetic=cached.recording(choice).clip.synthetic or model.weights.synthetic,
    )
