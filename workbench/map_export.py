"""Feature maps as files: a sheet, the array, and the script that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from mer_core.features.script import MapsRecipe, maps_script
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import ColourScale
from mer_core.plots.images import map_sheet
from mer_core.records import Layer
from workbench import cached, panels, selection
from workbench.drawings import drawn
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
    names = [f"map {channel}" for channel in channels]
    sheet = partial(map_sheet, values[list(channels)], names, columns=3, scale=scale)
    panels.export(
        stem,
        lambda: drawn(sheet)[0],
        array=values,
        script=maps_script(recipe, name=f"{stem}_synthetic" if recipe.synthetic else stem),
        synthetic=recipe.synthetic,
    )


def _recipe(choice: ClipChoice, weighting: str, model: LoadedModel, layer: Layer) -> MapsRecipe:
    return MapsRecipe(
        clip=selection.clip_code(choice),
        model=model,
        weights=cached.weights_of(model),
        layer=layer.name,
        weighting=weighting,
        synthetic=cached.recording(choice).clip.synthetic or model.weights.synthetic,
    )
