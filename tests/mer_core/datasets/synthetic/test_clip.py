import dataclasses

import cv2
import numpy as np
import pytest

from mer_core.datasets.synthetic import (
    NO_NUISANCES,
    Nuisances,
    eye_positions,
    gallery,
    plan_clip,
    render_clip,
    render_neutral,
    sample_identity,
)
from mer_core.datasets.synthetic import clip as clip_module
from mer_core.datasets.synthetic.action_units import facial_actions
from mer_core.datasets.synthetic.face_model import build_face
from mer_core.errors import SettingsError
from mer_core.faces import Alignment, detect_faces
from mer_core.records import array_digest

SIZE = 96


@pytest.fixture(scope="module")
def someone():
    return sample_identity(3)


@pytest.fixture(scope="module")
def plan(someone):
    return plan_clip(
        identity=someone, emotion="happiness", seed=2, frames=8, nuisances=NO_NUISANCES
    )


@pytest.fixture(scope="module")
def clip(plan):
    return render_clip(plan, size=SIZE)


def test_frames_have_the_asked_shape(someone, clip):
    assert clip.frames.shape == (8, SIZE, SIZE, 3)
    assert clip.frames.dtype == np.uint8
    short = dataclasses.replace(clip.plan, frames=4, onset=0, apex=1, offset=2)
    assert render_clip(short, size=(60, 80), framing="camera").frames.shape == (4, 60, 80, 3)


def test_same_plan_same_bytes(someone):
    recorded = plan_clip(
        identity=someone, emotion="anger", seed=9, frames=5, nuisances=Nuisances(blink=1.0)
    )
    digests = {array_digest(render_clip(recorded, size=SIZE).frames) for _ in range(2)}
    assert len(digests) == 1
    other = render_clip(dataclasses.replace(recorded, seed=10), size=SIZE)
    assert array_digest(other.frames) not in digests


def test_still_frames_equal_the_neutral_face(clip, someone):
    neutral = render_neutral(someone, size=SIZE)
    assert np.array_equal(clip.frames[clip.plan.onset], neutral)
    assert np.array_equal(clip.frames[clip.plan.offset], neutral)
    assert not np.array_equal(clip.frames[clip.plan.apex], neutral)


def test_redrawing_what_moves_equals_drawing_everything(clip, plan, someone, monkeypatch):
    face = build_face(someone)
    monkeypatch.setattr(clip_module, "_moving", lambda *_: np.ones(len(face.rest), bool))
    whole = render_clip(plan, size=SIZE).frames
    difference = np.abs(whole.astype(int) - clip.frames)
    assert difference.max() <= 8
    assert (difference > 1).mean() < 1e-3


def test_intensity_curves_follow_the_key_frames(clip):
    curves, plan = clip.truth.curves, clip.plan
    assert clip.truth.action_units == tuple(plan.action_units)
    assert curves.shape == (plan.frames, len(plan.action_units))
    assert (curves[: plan.onset + 1] == 0).all()
    assert (curves[plan.offset :] == 0).all()
    assert (curves.argmax(axis=0) == plan.apex).all()
    assert curves[plan.apex] == pytest.approx(list(plan.action_units.values()))


def test_masks_cover_what_moves(clip):
    size = np.linalg.norm(clip.truth.displacement, axis=-1)
    covered = clip.truth.masks.any(axis=0)
    assert size[covered].sum() > 0.8 * size.sum()
    assert covered.mean() < 0.6
    assert (size[covered] > 0).all()


def test_displacement_predicts_the_apex_frame(someone):
    """Fetching the apex along the truth gives the onset back, better than no motion does."""
    strong = plan_clip(
        identity=someone,
        emotion="surprise",
        seed=1,
        frames=4,
        intensity=0.5,
        nuisances=NO_NUISANCES,
    )
    clip = render_clip(strong, size=160)
    onset, apex = (clip.frames[n].astype(np.float32) for n in (strong.onset, strong.apex))
    y, x = np.mgrid[0:160, 0:160].astype(np.float32)
    flow = clip.truth.displacement
    fetched = cv2.remap(apex, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR)
    moving = np.linalg.norm(flow, axis=-1) > 0.3
    before = np.abs(apex - onset)[moving].mean()
    after = np.abs(fetched - onset)[moving].mean()
    assert after < 0.6 * before


def test_one_sided_units_have_one_sided_masks(someone, plan):
    lean = dataclasses.replace(plan, action_units={"AU12": 0.4}, asymmetry={"AU12": 1.0})
    mask = render_clip(lean, size=SIZE).truth.masks[0]
    middle = SIZE // 2
    assert mask[:, middle + 8 :].sum() > 10 * mask[:, : middle - 8].sum()


def test_neutral_emotion_stays_still(someone):
    quiet = plan_clip(identity=someone, emotion="neutral", seed=1, frames=4, nuisances=NO_NUISANCES)
    clip = render_clip(quiet, size=SIZE)
    assert (clip.frames == clip.frames[0]).all()
    assert clip.truth.curves.shape == (4, 0)
    assert clip.truth.masks.shape == (0, SIZE, SIZE)
    assert not clip.truth.displacement.any()


def test_a_blink_closes_the_eyes_and_is_not_in_the_truth(someone):
    quiet = plan_clip(
        identity=someone,
        emotion="neutral",
        seed=1,
        frames=30,
        nuisances=dataclasses.replace(NO_NUISANCES, blink=1.0),
    )
    clip = render_clip(quiet, size=SIZE)
    changed = np.abs(clip.frames.astype(int) - clip.frames[0]).max(axis=(0, 3))
    rows, columns = np.nonzero(changed > 20)
    assert len(rows)
    assert rows.min() > 0.25 * SIZE
    assert rows.max() < 0.6 * SIZE
    assert clip.truth.action_units == ()


def test_displacement_is_that_of_the_projected_vertices(clip, someone):
    actions = facial_actions(clip.plan.action_units, clip.plan.asymmetry)
    millimetres = np.linalg.norm(build_face(someone).displacement(actions)[:, :2], axis=1).max()
    pixels = np.linalg.norm(clip.truth.displacement, axis=-1).max()
    assert pixels == pytest.approx(millimetres * SIZE / 222, rel=0.25)


def test_a_detector_finds_one_face_in_each_subject_with_its_eyes_where_they_are():
    for seed in range(8):
        shown = {"size": (240, 320), "framing": "camera"}
        (face,) = detect_faces(render_neutral(sample_identity(seed), **shown))
        eyes = eye_positions(sample_identity(seed), **shown)
        apart = np.hypot(*(eyes[1] - eyes[0]))
        assert np.hypot(*(face.landmarks[:2] - eyes).T).max() < 0.12 * apart


def test_the_aligned_square_is_framed_like_a_crop_of_the_synthetic_face():
    """What a network trained on crops is shown of a camera's frame is what it was trained on."""
    squares = [
        Alignment.of_eyes(eye_positions(sample_identity(seed), size=SIZE, framing="crop"))
        for seed in range(8)
    ]
    assert np.mean([square.width for square in squares]) == pytest.approx(SIZE, rel=0.03)
    middle = np.mean([square.centre for square in squares], axis=0)
    assert middle == pytest.approx(((SIZE - 1) / 2, (SIZE - 1) / 2), abs=0.02 * SIZE)


def test_gallery_lays_out_rows_and_fills_the_last():
    sheet = gallery([0, 1, 2], columns=2, size=48)
    assert sheet.shape == (96, 96, 3)
    assert (sheet[48:, 48:] == 255).all()
    assert not np.array_equal(sheet[:48, :48], sheet[:48, 48:])


def test_impossible_frames_are_refused(plan):
    with pytest.raises(SettingsError, match="framing called 'wide'"):
        render_clip(plan, framing="wide")
    with pytest.raises(SettingsError, match="too small"):
        render_clip(plan, size=8)
