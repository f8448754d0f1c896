"""A short Python script that computes feature maps, or their difference, again."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mer_core.inputs.clip_code import ClipCode, quotable
from mer_core.models.loaded import LoadedModel

_SCRIPT = '''"""{title}.

{note}Run: python {file} [CLIP] [OUT.npy]
"""

import sys

import numpy as np
import torch

from mer_core.features import feature_maps
from mer_core.inputs import recording_input
{imports}
from mer_core.models.loaded import load_model

torch.set_num_threads({threads})  # the last bit of a sum depends on it


def maps(recording, layer, weighting, digest, name, **options):
    """Channels x height x width of one layer."""
    model = load_model(name, **options)
    assert model.digest == digest, "other weights"
    seen = recording_input(recording, model.entry.input, weighting=weighting)
    return feature_maps(model, torch.from_numpy(seen)[None], [layer])[layer].values


{body}
np.save(sys.argv[2] if len(sys.argv) > 2 else {array!r}, found, allow_pickle=False)
'''


@dataclass(frozen=True, eq=False, kw_only=True)
class MapsRecipe:
    """Everything between a clip and the maps of one layer.

    Attributes:
        clip: Source of the frames.
        model: The network.
        weights: As `load_model` takes it: "random", "imagenet" or a checkpoint.
        layer: Its public name.
        weighting: Weighting of an accumulated image.
        synthetic: Whether clip or training data were generated.
    """

    clip: ClipCode
    model: LoadedModel
    weights: str
    layer: str
    weighting: str
    synthetic: bool

    @property
    def code(self) -> str:
        """An expression that is the maps."""
        model = self.model
        return (
            f"maps(\n    {self.clip.code},\n    {self.layer!r},\n    {self.weighting!r},\n"
            f"    {model.digest!r},\n    {model.entry.name!r},\n    classes={model.classes!r},\n"
            f"    weights={self.weights!r},\n    seed={model.weights.seed or 0},\n)"
        )


def maps_script(recipe: MapsRecipe, less: MapsRecipe | None = None, *, name: str = "maps") -> str:
    """Python source that computes the maps again, less others if given, as `name`.npy."""
    recipes = [recipe] if less is None else [recipe, less]
    body = f"found = {recipe.code}" + ("" if less is None else f"\nfound = found - {less.code}")
    title = ", less ".join(f"{r.layer} of {r.model.entry.title}" for r in recipes)
    generated = any(r.synthetic for r in recipes)
    return _SCRIPT.format(
        title=quotable(f"Feature maps: {title}"),
        note="Synthetic data: says nothing about real faces.\n" if generated else "",
        file=f"{name}.py",
        imports="\n".join(dict.fromkeys(r.clip.imports for r in recipes)),
        threads=torch.get_num_threads(),
        body=body,
        array=f"{name}.npy",
    )
