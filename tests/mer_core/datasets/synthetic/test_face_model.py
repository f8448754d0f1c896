import numpy as np
import pytest

from mer_core.datasets.synthetic.action_units import facial_actions
from mer_core.datasets.synthetic.asset import load_asset
from mer_core.datasets.synthetic.face_model import build_face, vertex_normals
from mer_core.datasets.synthetic.identity import sample_identity


@pytest.fixture(scope="module")
def face():
    return build_face(sample_identity(3))


def test_actions_are_linear(face):
    half = face.displacement({"mouthSmileLeft": 0.5, "jawOpen": 0.1})
    parts = face.displacement({"mouthSmileLeft": 1.0}) / 2 + face.displacement({"jawOpen": 0.1})
    assert np.allclose(half, parts, atol=1e-3)


def test_displacement_carries_over_between_subjects(face):
    other = build_face(sample_identity(4))
    actions = facial_actions({"AU12": 0.4, "AU4": 0.3})
    count = len(load_asset().neutral)
    assert np.allclose(
        face.displacement(actions)[:count], other.displacement(actions)[:count], atol=1e-3
    )


def test_smile_raises_the_corners_of_the_mouth(face):
    asset = load_asset()
    move = face.displacement(facial_actions({"AU12": 1.0}))[: len(asset.neutral)]
    corner = np.linalg.norm(asset.neutral - (25, -74, 28), axis=1).argmin()
    assert move[corner, 1] > 3
    assert move[corner, 0] > 1


def test_lips_of_every_subject_meet():
    asset = load_asset()
    closing = asset.actions.dense("mouthClose", len(asset.neutral))[:, 1]
    x, y, z = asset.neutral.T
    middle = (np.abs(x) < 0.6) & (y > -80) & (y < -66) & (z > 27)
    for seed in range(6):
        points = build_face(sample_identity(seed)).rest[: len(asset.neutral)]
        upper = points[middle & (closing < 0), 1].min()
        lower = points[middle & (closing > 0), 1].max()
        assert upper - lower < 0.1


def test_normals_equal_a_loop_over_triangles():
    points = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0.5)], np.float32)
    triangles = np.array([[0, 1, 2], [1, 3, 2]])
    sums = np.zeros((4, 3))
    for a, b, c in triangles:
        for corner in (a, b, c):
            sums[corner] += np.cross(points[b] - points[a], points[c] - points[a])
    expected = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    assert np.allclose(vertex_normals(points, triangles), expected, atol=1e-6)


def test_skin_faces_outwards(face):
    asset = load_asset()
    normals = vertex_normals(face.rest, face.triangles)
    nose = asset.neutral[:, 2].argmax()
    assert normals[nose, 2] > 0.5


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
