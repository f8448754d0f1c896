"""Comparisons: means, differences and matched depth, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mer_core.errors import SettingsError
from mer_core.features import FeatureMaps, difference, matched_layers
from mer_core.models.catalog import list_models, model_entry
from mer_core.models.loaded import load_model


@pytest.fixture(scope="module")
def model():
    return load_model("affectivenet", classes=("a", "b"), seed=1)


def test_a_difference_is_signed_and_ranks_the_changed_channel_first(model):
    layer = model.entry.layers[0]
    rng = np.random.default_rng(0)
    first = FeatureMaps(layer, rng.random((3, 5, 5), np.float32))
    changed = first.values.copy()
    changed[2] += 1
    found = difference(first, FeatureMaps(layer, changed))
    np.testing.assert_allclose(found.values[2], -1, atol=1e-6)
    assert found.order[0] == 2
    expected = stats.spearmanr(first.values.ravel(), changed.ravel()).statistic
    assert found.correlation == pytest.approx(expected)
    with pytest.raises(SettingsError, match="do not lie"):
        difference(first, FeatureMaps(layer, changed[:2]))


def test_matched_layers_have_one_resolution_and_exist_in_all_networks():
    entries = [
        entry for entry in list_models() if entry.name in ("affectivenet", "resnet50", "mobilenet")
    ]
    assert len(entries) == 3
    matched = matched_layers(entries)
    assert len(matched) >= 3
    for stage, layers in matched.items():
        assert {f"1/{layer.stride}" for layer in layers.values()} == {stage}
        assert set(layers) == {entry.name for entry in entries}
    assert matched_layers([model_entry("affectivenet")])["1/8"]["affectivenet"].name == "mfl.fm2"
