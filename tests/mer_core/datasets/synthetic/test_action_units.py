import pytest

from mer_core.datasets.synthetic.action_units import (
    ACTION_UNITS,
    EMOTIONS,
    combinations,
    facial_actions,
    sample_units,
)
from mer_core.errors import UnknownNameError
from mer_core.seeding import generator


def test_both_sides_move_alike_without_asymmetry():
    weights = facial_actions({"AU12": 0.3})
    assert weights == {"mouthSmileLeft": 0.3, "mouthSmileRight": 0.3}


@pytest.mark.parametrize(
    ("lean", "left", "right"), [(1, 0.5, 0.0), (-1, 0.0, 0.5), (0.4, 0.5, 0.3)]
)
def test_lean_weakens_the_other_side(lean, left, right):
    weights = facial_actions({"AU14": 0.5}, {"AU14": lean})
    assert weights["mouthDimpleLeft"] == pytest.approx(left)
    assert weights["mouthDimpleRight"] == pytest.approx(right)


def test_shared_actions_add_up():
    together = facial_actions({"AU25": 0.5, "AU26": 0.5})
    alone = facial_actions({"AU25": 0.5})["jawOpen"] + facial_actions({"AU26": 0.5})["jawOpen"]
    assert together["jawOpen"] == pytest.approx(alone)


def test_the_units_of_the_coding_tables_are_there():
    wanted = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 45)
    assert set(ACTION_UNITS) == {f"AU{number}" for number in wanted}


def test_unknown_unit_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"AU99.*AU12"):
        facial_actions({"AU99": 1.0})


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
