"""The two identities the TV-L1 iteration rests on."""

import numpy as np

from mer_core.flow import tvl1
from tests.mer_core.flow.test_estimation import inner, texture


def test_divergence_is_the_negative_adjoint_of_the_gradient():
    draws = np.random.default_rng(0)
    flow = draws.normal(size=(2, 9, 7)).astype(np.float32)
    dual = draws.normal(size=(2, 2, 9, 7)).astype(np.float32)
    gradient = tvl1._forward(flow).swapaxes(0, 1)
    assert np.isclose((gradient * dual).sum(), -(flow * tvl1._divergence(dual)).sum(), atol=1e-4)


def energy(first, second, flow):
    """The functional as printed: total variation plus lambda times the brightness difference."""
    warped = tvl1._warp(tvl1._smooth(second), flow.transpose(2, 0, 1).copy())
    rises = [np.gradient(flow[..., part]) for part in range(2)]
    variation = sum(np.hypot(*rise) for rise in rises)
    return inner(variation + 0.15 * np.abs(warped - tvl1._smooth(first))).mean()


def test_the_result_has_less_energy_than_its_neighbours():
    first, second = texture(), texture(shift=(1.4, -0.6))
    found = tvl1.tvl1_flow(first, second)
    lowest = energy(first, second, found)
    ripple = np.sin(np.mgrid[:64, :64].sum(0) / 3)[..., None].astype(np.float32)
    for other in (0 * found, 1.1 * found, found + 0.1, found + 0.1 * ripple):
        assert lowest < energy(first, second, other)
