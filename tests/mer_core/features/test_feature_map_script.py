"""The script that is offered beside feature maps computes the same maps."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import torch

from mer_core.features import difference, feature_maps
from mer_core.features.feature_map_script import MapsRecipe, maps_script
from mer_core.inputs import recording_input, synthetic_recording
from mer_core.inputs.clip_code import SyntheticClip
from mer_core.models.loaded import load_model

LAYER = "mfl.fm2"


def recipe_and_maps(emotion: str, seed: int):
    clip = {"subject": 2, "emotion": emotion, "seed": 1, "size": 64}
    model = load_model("affectivenet", classes=("a", "b"), seed=seed)
    recipe = MapsRecipe(
        clip=SyntheticClip(**clip),
        model=model,
        weights="random",
        layer=LAYER,
        weighting="full",
        synthetic=True,
    )
    seen = recording_input(synthetic_recording(**clip), model.entry.input, weighting="full")
    return recipe, feature_maps(model, torch.from_numpy(seen)[None], [LAYER])[LAYER]


def executed(source: str, folder) -> np.ndarray:
    (folder / "maps.py").write_text(source)
    subprocess.run([sys.executable, "maps.py"], cwd=folder, check=True, timeout=120)
    return np.load(folder / "maps.npy")


def test_the_script_computes_the_same_maps_and_their_difference(tmp_path):
    first, found = recipe_and_maps("surprise", 3)
    second, other = recipe_and_maps("happiness", 4)
    np.testing.assert_array_equal(executed(maps_script(first), tmp_path), found.values)
    again = executed(maps_script(first, second), tmp_path)
    np.testing.assert_array_equal(again, difference(found, other).values)
    assert np.ptp(again) > 0
