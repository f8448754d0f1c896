from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mer_core.errors import SettingsError
from mer_core.flow import flow_image
from mer_core.records import InputKind, InputSpec
from mer_core.training import training_data
from mer_core.training.settings import TrainingSettings
from mer_core.training.training_data import draw_frames, draw_maps
from tests.mer_core.flow.test_estimation import inner, texture

OFF = TrainingSettings(flip=False, shift=0, rotation=0, scale=0)


def augment(images, settings, generator, kind=InputKind.AMI):
    return training_data.augment(images, settings, generator, kind=kind)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _with(**changes) -> TrainingSettings:
    return TrainingSettings(**{"flip": False, "shift": 0, "rotation": 0, "scale": 0, **changes})


def _images(count: int = 32, size: tuple[int, int] = (12, 10)) -> torch.Tensor:
    return torch.rand(count, 3, *size, generator=_generator(9))


def test_nothing_asked_for_changes_nothing():
    images = _images()
    assert augment(images, OFF, _generator()) is images


def test_a_flip_is_a_mirror_image_for_about_half():
    images = _images(64)
    flipped = augment(images, _with(flip=True), _generator())
    same = torch.tensor(
        [torch.allclose(a, b, atol=1e-5) for a, b in zip(images, flipped, strict=True)]
    )
    mirrored = [
        torch.allclose(a.flip(-1), b, atol=1e-5) for a, b in zip(images, flipped, strict=True)
    ]
    assert all(s or m for s, m in zip(same, mirrored, strict=True))
    assert 16 < int(same.sum()) < 48


def test_a_shift_moves_whole_pixels_and_repeats_the_border():
    images = _images(40)
    settings = _with(shift=2)
    moved = augment(images, settings, _generator(3))
    rows, columns = torch.arange(12), torch.arange(10)
    offsets = set()
    for before, after in zip(images, moved, strict=True):
        found = [
            (dy, dx)
            for dy in range(-2, 3)
            for dx in range(-2, 3)
            if torch.allclose(
                before[:, (rows + dy).clamp(0, 11)][:, :, (columns + dx).clamp(0, 9)],
                after,
                atol=1e-4,
            )
        ]
        assert found
        offsets.update(found)
    assert len(offsets) > 8


def test_a_rotation_keeps_the_centre_and_turns_by_no_more_than_asked():
    maps = draw_maps(200, (20, 20), _with(rotation=10), _generator())
    angles = torch.rad2deg(torch.atan2(maps[:, 1, 0], maps[:, 0, 0]))
    assert angles.abs().max() <= 10
    assert angles.abs().max() > 8
    assert torch.all(maps[:, :, 2] == 0)
    torch.testing.assert_close(torch.linalg.det(maps[:, :, :2]), torch.ones(200))


def test_a_rotation_of_a_wide_image_is_rigid_in_pixels():
    height, width = 10, 40
    maps = draw_maps(50, (height, width), _with(rotation=20), _generator())
    to_pixels = torch.diag(torch.tensor([width / 2, height / 2]))
    for matrix in maps[:, :, :2]:
        rigid = to_pixels @ matrix @ torch.linalg.inv(to_pixels)
        torch.testing.assert_close(rigid @ rigid.T, torch.eye(2), atol=1e-4, rtol=1e-4)


def test_scale_stays_within_its_bounds():
    maps = draw_maps(200, (20, 20), _with(scale=0.2), _generator())
    factors = 1 / torch.linalg.det(maps[:, :, :2]).sqrt()
    assert 0.8 - 1e-5 <= factors.min() < 0.85
    assert 1.15 < factors.max() <= 1.2 + 1e-5


def test_one_augmentation_off_leaves_the_others_draws_alone():
    both = draw_maps(16, (20, 20), _with(shift=3, rotation=5), _generator(4))
    shift = draw_maps(16, (20, 20), _with(shift=3), _generator(4))
    assert torch.equal(both[:, :, 2], shift[:, :, 2])


def test_equal_seeds_give_equal_images_and_others_do_not():
    images, settings = _images(), TrainingSettings()
    one, two = (augment(images, settings, _generator(5)) for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, augment(images, settings, _generator(6)))


def test_all_frames_of_a_clip_move_together():
    clip = torch.rand(2, 1, 1, 12, 12).expand(2, 5, 1, 12, 12).contiguous()
    moved = augment(clip, _with(rotation=20, shift=3, flip=True), _generator())
    assert moved.shape == clip.shape
    assert torch.equal(moved[:, :1].expand_as(moved), moved)
    assert not torch.equal(moved, clip)


def test_values_stay_within_those_of_the_image():
    images = _images()
    moved = augment(images, TrainingSettings(rotation=30, shift=5), _generator())
    assert moved.min() >= images.min() - 1e-6
    assert moved.max() <= images.max() + 1e-6


@pytest.mark.parametrize("degrees", [90.0])
def test_a_quarter_turn_is_a_quarter_turn(degrees, monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(*size))
    settings = _with(rotation=45.0)
    object.__setattr__(settings, "rotation", degrees)
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    turned = augment(image, settings, _generator())
    expected = {tuple(torch.rot90(image, k, (2, 3)).flatten().tolist()) for k in (1, -1)}
    assert tuple(turned.round(decimals=3).flatten().tolist()) in expected
    assert math.isclose(float(turned.sum()), float(image.sum()), rel_tol=1e-5)


def _forced(monkeypatch, settings: TrainingSettings, draw: float) -> TrainingSettings:
    """All random numbers become `draw`: 0 gives the mirror and the smallest of each range."""
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.full(size, draw))
    return settings


def _field(size: int = 24) -> torch.Tensor:
    """1 x 3 x H x W: a flow that differs everywhere, and a scalar."""
    rows, columns = torch.meshgrid(*[torch.linspace(-1, 1, size)] * 2, indexing="ij")
    return torch.stack([0.3 + columns + 2 * rows, 0.7 - rows, columns * rows])[None]


def test_a_mirrored_flow_runs_the_other_way_across(monkeypatch):
    flow, settings = _field(), _forced(monkeypatch, _with(flip=True), 0.0)
    u, v, strain = augment(flow, settings, _generator(), kind=InputKind.FLOW)[0]
    torch.testing.assert_close(u, -flow[0, 0].flip(-1))
    torch.testing.assert_close(v, flow[0, 1].flip(-1))
    torch.testing.assert_close(strain, flow[0, 2].flip(-1))


def test_a_quarter_turn_turns_the_arrows(monkeypatch):
    settings = _forced(monkeypatch, _with(rotation=45.0), 1.0)
    object.__setattr__(settings, "rotation", 90.0)
    flow = _field()
    u, v, strain = augment(flow, settings, _generator(), kind=InputKind.FLOW)[0]
    way = next(k for k in (1, -1) if torch.allclose(strain, torch.rot90(flow[0, 2], k), atol=1e-5))
    # rot90 with k = 1 turns counterclockwise: right becomes up, and up is -v.
    torch.testing.assert_close(u, way * torch.rot90(flow[0, 1], way), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(v, -way * torch.rot90(flow[0, 0], way), atol=1e-5, rtol=1e-5)


def test_a_larger_face_moves_by_more_and_strains_as_before(monkeypatch):
    settings = _forced(monkeypatch, _with(scale=0.25), 1.0)
    flow = torch.ones(1, 3, 12, 12)
    u, v, strain = augment(flow, settings, _generator(), kind=InputKind.FLOW)[0]
    torch.testing.assert_close(u, torch.full_like(u, 1.25))
    torch.testing.assert_close(v, torch.full_like(v, 1.25))
    torch.testing.assert_close(strain, torch.ones_like(strain))


def test_flow_without_strain_is_turned_alike():
    flow, settings = _field().repeat(6, 1, 1, 1), TrainingSettings(rotation=30, scale=0.2)
    whole = augment(flow, settings, _generator(2), kind=InputKind.FLOW)
    torch.testing.assert_close(
        augment(flow[:, :2], settings, _generator(2), kind=InputKind.FLOW), whole[:, :2]
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("wide", [False, True])
def test_the_flow_of_altered_frames_is_the_altered_flow(seed, wide):
    settings = TrainingSettings(flip=True, shift=2, rotation=25, scale=0.15)
    first, second = (texture(96, growth=growth, shift=shift) for growth, shift in FACES)
    if wide:
        first, second = first[20:-20], second[20:-20]

    def altered(pixels: torch.Tensor, kind: InputKind) -> np.ndarray:
        return augment(pixels, settings, _generator(seed), kind=kind)[0].permute(1, 2, 0).numpy()

    def frame(pixels: np.ndarray) -> np.ndarray:
        moved = altered(torch.from_numpy(pixels)[None, None].float(), InputKind.AMI)
        return np.rint(moved[..., 0]).astype(np.uint8)

    flow = torch.from_numpy(flow_image(first, second)).permute(2, 0, 1)[None]
    expected = flow_image(frame(first), frame(second))
    found = altered(flow, InputKind.FLOW)
    assert np.abs(inner(expected)[..., :2]).mean() > 1  # or nothing would be compared
    # The median, because TV-L1 knows nothing of what moved in from outside.
    assert np.median(np.abs(inner(found - expected)[..., :2])) < 0.08
    if seed in MIRRORED:
        picture = altered(flow, InputKind.AMI)  # as flow was altered before
        assert np.abs(inner(picture - expected)[..., :2]).mean() > 1


FACES = ((1.0, (0.0, 0.0)), (1.02, (2.0, 1.0)))
MIRRORED = [s for s in range(6) if float(torch.rand(1, 5, generator=_generator(s))[0, 0]) < 0.5]


def test_some_draws_mirror_and_some_do_not():
    assert 0 < len(MIRRORED) < 6


@pytest.mark.parametrize("values", [{"mean": (0.1,)}, {"std": (1.0, 2.0, 1.0)}])
def test_flow_of_another_zero_or_of_two_units_is_refused(values):
    with pytest.raises(SettingsError, match="one unit for both directions"):
        InputSpec(kind=InputKind.FLOW, size=(28, 28), **values)


@pytest.mark.parametrize(("count", "most"), [(9, 8), (43, 8), (64, 16), (8, 8), (3, 8), (5, 0)])
def test_a_visit_reads_one_frame_of_each_equal_part_of_a_clip(count, most):
    draws = torch.stack([draw_frames(count, most, _generator(seed)) for seed in range(300)])
    if most == 0 or count <= most:
        assert torch.equal(draws, torch.arange(count).expand(300, -1))
        return
    for part, drawn in enumerate(draws.T):
        allowed = range(part * count // most, (part + 1) * count // most)
        assert set(drawn.tolist()) == set(allowed)
