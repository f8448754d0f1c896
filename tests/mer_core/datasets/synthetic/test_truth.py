import numpy as np
import pytest

from mer_core.datasets.synthetic.truth import GroundTruth, region
from mer_core.errors import FrameError


@pytest.fixture
def truth():
    return GroundTruth(
        action_units=("AU1", "AU4"),
        curves=np.linspace(0, 1, 10, dtype=np.float32).reshape(5, 2),
        displacement=np.ones((6, 7, 2), np.float32),
        masks=np.eye(6, 7, dtype=bool)[None].repeat(2, axis=0),
        onset=0,
        apex=2,
        offset=4,
    )


def test_round_trip(truth, tmp_path):
    path = tmp_path / "clip été.npz"
    truth.save(path)
    back = GroundTruth.load(path)
    assert back.action_units == truth.action_units
    assert (back.onset, back.apex, back.offset) == (0, 2, 4)
    for name in ("curves", "displacement", "masks"):
        assert np.array_equal(getattr(back, name), getattr(truth, name))
        assert getattr(back, name).dtype == getattr(truth, name).dtype
    assert list(tmp_path.iterdir()) == [path]


def test_a_clip_without_units_round_trips(truth, tmp_path):
    empty = GroundTruth(
        action_units=(),
        curves=np.zeros((5, 0), np.float32),
        displacement=truth.displacement,
        masks=np.zeros((0, 6, 7), bool),
        onset=0,
        apex=2,
        offset=4,
    )
    empty.save(tmp_path / "t.npz")
    assert GroundTruth.load(tmp_path / "t.npz").action_units == ()


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 torn"])
def test_foreign_files_are_named(tmp_path, content):
    path = tmp_path / "truth.npz"
    path.write_bytes(content)
    with pytest.raises(FrameError, match=r"truth\.npz: is not a readable"):
        GroundTruth.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FrameError, match=r"gone\.npz"):
        GroundTruth.load(tmp_path / "gone.npz")


def test_missing_fields_are_named(tmp_path):
    path = tmp_path / "truth.npz"
    np.savez(path, curves=np.zeros(3))
    with pytest.raises(FrameError, match="ground truth"):
        GroundTruth.load(path)


def test_region_is_a_fifth_of_the_maximum():
    field = np.zeros((1, 4, 2), np.float32)
    field[0, :, 0] = (0.0, 0.19, 0.21, -1.0)
    assert region(field).tolist() == [[False, False, True, True]]
    assert not region(np.zeros((3, 3, 2), np.float32)).any()
