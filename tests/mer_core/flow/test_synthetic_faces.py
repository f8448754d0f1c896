"""Flow on rendered expressions, whose true motion is known."""

import cv2
import numpy as np
import pytest

from mer_core.datasets.synthetic import plan_clip, render_clip, sample_identity
from mer_core.flow import FLOW_METHODS, flow_image, optical_flow, optical_strain


@pytest.fixture(scope="module")
def smile():
    plan = plan_clip(
        identity=sample_identity(8),
        emotion="happiness",
        seed=1,
        frames=3,
        onset=0,
        apex=1,
        offset=2,
        intensity=1.0,
    )
    return render_clip(plan, size=128)


def coarse(field):
    return cv2.resize(field, (28, 28), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("method", FLOW_METHODS.names())
def test_flow_points_where_the_skin_moved(smile, method):
    truth = smile.truth.displacement
    flow = optical_flow(smile.frames[0], smile.frames[1], method=method)
    size = np.linalg.norm(truth, axis=2)
    moving = size > 0.5 * size.max()
    cosine = (flow * truth).sum(2) / (np.linalg.norm(flow, axis=2) * size + 1e-6)
    assert np.median(cosine[moving]) > 0.7


def test_strain_is_seen_where_it_is(smile):
    image = flow_image(smile.frames[0], smile.frames[1], size=(28, 28))
    truth = coarse(optical_strain(smile.truth.displacement))
    assert np.corrcoef(image[..., 2].ravel(), truth.ravel())[0, 1] > 0.5
