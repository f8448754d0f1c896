import pytest

from mer_core.datasets.synthetic.action_units import ACTION_UNITS
from mer_core.datasets.synthetic.emotions import EMOTIONS, combinations, sample_units
from mer_core.errors import UnknownNameError
from mer_core.seeding import generator


def test_combinations_use_known_units():
    for emotion in EMOTIONS:
        for units in combinations(emotion):
            assert set(units) <= set(ACTION_UNITS)


def test_every_combination_is_drawn():
    drawn = {tuple(sample_units("anger", generator(seed))[0]) for seed in range(200)}
    assert drawn == set(combinations("anger"))


def test_classes_overlap():
    assert set(combinations("anger")) & set(combinations("others"))
    assert set(combinations("contempt")) & set(combinations("repression"))


def test_contempt_is_one_sided():
    leans = [
        abs(min(sample_units("contempt", generator(s))[1].values(), key=abs)) for s in range(20)
    ]
    assert min(leans) > 0.4


def test_neutral_moves_nothing():
    assert sample_units("neutral", generator(0))[0] == {}


def test_unknown_emotion_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"joy.*happiness"):
        combinations("joy")
