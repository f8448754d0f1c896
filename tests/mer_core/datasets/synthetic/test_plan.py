import numpy as np
import pytest

from mer_core.datasets.synthetic import EMOTIONS, ClipPlan, plan_clip, sample_identity
from mer_core.datasets.synthetic.action_units import facial_actions
from mer_core.datasets.synthetic.face_model import build_face
from mer_core.datasets.synthetic.plan import FACE_HEIGHT_MM, MICRO_PIXELS
from mer_core.errors import SettingsError


@pytest.fixture(scope="module")
def someone():
    return sample_identity(3)


def test_same_seed_same_plan(someone):
    plans = [plan_clip(identity=someone, emotion="fear", seed=seed) for seed in (4, 4, 5)]
    assert plans[0] == plans[1]
    assert plans[0] != plans[2]


@pytest.mark.parametrize("emotion", [name for name in EMOTIONS if name != "neutral"])
def test_micro_expressions_move_a_few_pixels_at_most(someone, emotion):
    for seed in range(4):
        plan = plan_clip(identity=someone, emotion=emotion, seed=seed)
        actions = facial_actions(plan.action_units, plan.asymmetry)
        moves = build_face(someone).displacement(actions)[:, :2]
        pixels = np.linalg.norm(moves, axis=1).max() * 128 / FACE_HEIGHT_MM
        assert MICRO_PIXELS[0] - 1e-3 <= pixels <= MICRO_PIXELS[1] + 1e-3


def test_given_intensity_is_that_of_the_strongest_unit(someone):
    plan = plan_clip(identity=someone, emotion="disgust", seed=1, intensity=0.8)
    assert max(plan.action_units.values()) == pytest.approx(0.8)


def test_given_key_frames_are_kept(someone):
    plan = plan_clip(identity=someone, emotion="anger", seed=1, onset=0, apex=11, offset=20)
    assert (plan.onset, plan.apex, plan.offset) == (0, 11, 20)


@pytest.mark.parametrize("given", [{"onset": 25}, {"apex": 2}, {"apex": 30}, {"offset": 3}])
def test_one_given_key_frame_bends_the_others(someone, given):
    plan = plan_clip(identity=someone, emotion="anger", seed=1, **given)
    (name, frame), *_ = given.items()
    assert getattr(plan, name) == frame
    assert 0 <= plan.onset < plan.apex < plan.offset < plan.frames


def test_impossible_plans_are_refused(someone):
    with pytest.raises(SettingsError, match="intensity"):
        ClipPlan(
            identity=someone,
            emotion="others",
            action_units={"AU4": 1.5},
            frames=9,
            onset=1,
            apex=4,
            offset=7,
            fps=100,
            seed=0,
        )
    with pytest.raises(SettingsError, match="apex"):
        plan_clip(identity=someone, emotion="anger", seed=1, apex=0)
