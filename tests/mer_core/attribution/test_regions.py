"""Regions on the network's grid: exact ones follow the crop, the template follows the face."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mer_core.attribution.action_unit_masks import SIDE as TEMPLATE_SIDE
from mer_core.attribution.action_unit_masks import draw_masks, unit_mask, unit_names
from mer_core.attribution.regions import (
    MaskSource,
    View,
    clip_view,
    sample_regions,
    template_regions,
    true_regions,
)
from mer_core.datasets.synthetic import (
    ACTION_UNITS,
    GroundTruth,
    plan_clip,
    render_clip,
    sample_identity,
)
from mer_core.errors import FaceNotFoundError, FrameError, SettingsError, UnknownNameError
from mer_core.faces import Alignment
from mer_core.inputs import Imaging
from mer_core.records import ActionUnit, Sample

SIDE = 160


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A synthetic smile on disk, with its ground truth."""
    root = tmp_path_factory.mktemp("clip")
    plan = plan_clip(identity=sample_identity(101), emotion="happiness", seed=4, frames=8)
    clip = render_clip(plan, size=SIDE)
    clip.truth.save(root / "truth.npz")
    paths = []
    for number, frame in enumerate(clip.frames):
        paths.append(root / f"{number}.png")
        cv2.imwrite(str(paths[-1]), frame[..., ::-1])
    return Sample(
        dataset="folder",
        subject="s1",
        clip="c1",
        frames=tuple(paths),
        frame_numbers=tuple(range(len(paths))),
        onset=plan.onset,
        apex=plan.apex,
        offset=plan.offset,
        label="happiness",
        action_units=tuple(ActionUnit(int(name[2:])) for name in plan.action_units),
        synthetic=True,
        truth=root / "truth.npz",
    )


def overlap(one, two):
    return (one & two).sum() / (one | two).sum()


def whole(shape):
    return View(shape=shape)


def truth_of(mask):
    return GroundTruth(
        action_units=("AU12",),
        curves=np.zeros((3, 1), np.float32),
        displacement=np.zeros((*mask.shape, 2), np.float32),
        masks=mask[None],
        onset=0,
        apex=1,
        offset=2,
    )


def test_exact_regions_are_cropped_and_shrunk_as_the_frames_were():
    mask = np.zeros((12, 16), bool)
    mask[4:8, 6:12] = True
    # Pixels 4 to 11 across and 2 to 9 down.
    view = View(shape=(12, 16), alignment=Alignment(centre=(7.5, 5.5), width=8, side=8))
    found = true_regions(truth_of(mask), view, (4, 4))
    by_hand = mask[2:10, 4:12].reshape(4, 2, 4, 2).mean(axis=(1, 3)) >= 0.5
    np.testing.assert_array_equal(found.masks["AU12"], by_hand)
    assert found.source is MaskSource.TRUTH


def test_exact_regions_of_other_frames_are_refused():
    with pytest.raises(FrameError, match="ground truth is for frames"):
        true_regions(truth_of(np.ones((5, 5), bool)), whole((6, 6)), (3, 3))


def test_a_clip_gets_its_own_regions_on_the_input_grid(sample):
    found = sample_regions(sample, (112, 112))
    truth = GroundTruth.load(sample.truth)
    assert tuple(found.masks) == truth.action_units
    shares = [mask.mean() for mask in truth.masks]
    assert [m.mean() for m in found.masks.values()] == pytest.approx(shares, rel=0.05)
    assert found.union.sum() <= sum(mask.sum() for mask in found.masks.values())
    assert all((found.union | mask == found.union).all() for mask in found.masks.values())


def test_the_crop_of_the_image_is_repeated_on_the_region(sample):
    cropping = Imaging(crop=True)
    view = clip_view(sample, cropping)
    found = sample_regions(sample, (112, 112), imaging=cropping)
    mask = GroundTruth.load(sample.truth).masks[0]
    part = cv2.resize(view.alignment.apply(mask.astype(np.uint8) * 255), (112, 112))
    assert overlap(next(iter(found.masks.values())), part >= 128) > 0.97


def test_the_template_lies_where_the_truth_does(sample):
    for imaging in (Imaging(), Imaging(crop=True)):
        exact = sample_regions(sample, (112, 112), imaging=imaging)
        placed = sample_regions(sample, (112, 112), imaging=imaging, template=True)
        assert placed.source is MaskSource.TEMPLATE
        for unit, mask in exact.masks.items():
            assert overlap(mask, placed.masks[unit]) > 0.5, unit


def test_the_template_moves_with_the_face():
    face = Alignment(centre=(80, 90), width=100)
    view = replace(whole((200, 200)), face=face)
    shifted = replace(view, face=replace(face, centre=(100, 95)))
    unit = [ActionUnit(4)]
    one = template_regions(unit, view, (200, 200)).masks["AU4"]
    two = template_regions(unit, shifted, (200, 200)).masks["AU4"]
    np.testing.assert_array_equal(np.roll(one, (5, 20), axis=(0, 1)), two)
    double = replace(view, face=Alignment(centre=(99.5, 99.5), width=200))
    large = template_regions(unit, double, (200, 200)).masks["AU4"]
    assert large.sum() == pytest.approx(4 * one.sum(), rel=0.05)


def test_the_template_turns_with_the_face():
    face = Alignment(centre=(99.5, 99.5), width=120)
    unit = [ActionUnit(12)]
    level = template_regions(unit, View(shape=(200, 200), face=face), (200, 200)).masks["AU12"]
    tilted = View(shape=(200, 200), face=replace(face, degrees=30))
    turn = cv2.getRotationMatrix2D((99.5, 99.5), -30, 1)
    expected = cv2.warpAffine(level.astype(np.float32), turn, (200, 200)) >= 0.5
    assert overlap(template_regions(unit, tilted, (200, 200)).masks["AU12"], expected) > 0.95
    # On the aligned input the template is level again.
    aligned = replace(tilted, alignment=tilted.face)
    straight = template_regions(unit, aligned, (200, 200)).masks["AU12"]
    whole_square = View(shape=(200, 200), face=Alignment(centre=(99.5, 99.5), width=200))
    expected = template_regions(unit, whole_square, (200, 200)).masks["AU12"]
    assert overlap(straight, expected) > 0.95


def test_one_sided_units_get_the_subjects_own_side():
    left, right = unit_mask("AU12", "L"), unit_mask("AU12", "R")
    middle = TEMPLATE_SIDE // 2
    # The subject's left is on the right of the picture.
    assert left[:, middle:].sum() > 10 * left[:, :middle].sum()
    assert right[:, :middle].sum() > 10 * right[:, middle:].sum()
    both = template_regions(
        [ActionUnit(12, side="L"), ActionUnit(12, side="R")], whole((256, 256)), (256, 256)
    )
    assert overlap(both.masks["AU12"], left | right) > 0.95


def test_every_unit_of_the_synthetic_face_has_a_small_region_in_the_right_half():
    upper = {"AU1", "AU2", "AU4", "AU5", "AU45"}
    lower = {"AU10", "AU12", "AU14", "AU15", "AU17", "AU20", "AU23", "AU24", "AU25", "AU26"}
    for unit in ACTION_UNITS:
        mask = unit_mask(unit)
        assert 0.005 < mask.mean() < 0.25, unit
        height = np.nonzero(mask)[0].mean() / TEMPLATE_SIDE
        if unit in upper:
            assert height < 0.5, unit
        if unit in lower:
            assert height > 0.5, unit
    assert not unit_mask("AU4").flags.writeable


def test_units_without_a_region_are_named():
    units = [ActionUnit(12), ActionUnit(38, certain=False)]
    found = template_regions(units, whole((64, 64)), (32, 32))
    assert tuple(found.masks) == ("AU12",)
    assert found.unmapped == ("38?",)
    assert found.source is MaskSource.UNPLACED


def test_without_a_face_the_template_covers_the_frame_and_says_so(sample, tmp_path):
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((SIDE, SIDE, 3), 128, np.uint8))
    faceless = replace(sample, truth=None, frames=(blank,), frame_numbers=(0,), onset=0, offset=0)
    assert sample_regions(faceless, (112, 112)).source is MaskSource.UNPLACED
    with pytest.raises(FaceNotFoundError, match="folder/s1/c1"):
        sample_regions(faceless, (112, 112), imaging=Imaging(crop=True))


def test_a_face_has_two_sides():
    with pytest.raises(SettingsError, match="no side"):
        unit_mask("AU12", "Q")
    with pytest.raises(UnknownNameError, match="AU38"):
        unit_mask("AU38")


def test_the_masks_on_disk_are_those_that_the_parametric_face_gives():
    drawn = draw_masks()
    assert unit_names() == tuple(ACTION_UNITS)
    assert len(drawn) == 3 * len(ACTION_UNITS)
    for unit in ACTION_UNITS:
        for side in ("", "L", "R"):
            # Another processor may round a pixel on an edge the other way.
            assert (drawn[unit + side] != unit_mask(unit, side)).mean() < 1e-4, unit + side
