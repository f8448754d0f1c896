import numpy as np

from mer_core.datasets.synthetic.asset import load_asset
from mer_core.datasets.synthetic.identity import sample_identity


def test_same_seed_same_subject():
    assert sample_identity(5) == sample_identity(5)
    assert sample_identity(5) != sample_identity(6)


def test_traits_spread_over_subjects():
    people = [sample_identity(seed) for seed in range(60)]
    assert {person.sex for person in people} == {"female", "male"}
    assert len({person.hair.style for person in people}) >= 4
    brightness = [np.mean(person.skin.tone) for person in people]
    assert max(brightness) - min(brightness) > 90
    assert np.ptp([person.age for person in people]) > 35
    assert any(person.skin.freckles for person in people)
    assert any(person.skin.stubble for person in people)


def test_shapes_are_ones_the_asset_knows():
    known = set(load_asset().shapes.names)
    for seed in range(8):
        assert set(sample_identity(seed).shapes) <= known


def test_ancestry_corners_share_one_whole():
    corners = ("african", "asian", "caucasian")
    for seed in range(8):
        shapes = sample_identity(seed).shapes
        total = sum(weight for name, weight in shapes.items() if name.startswith(corners))
        assert abs(total - 1) < 1e-9
