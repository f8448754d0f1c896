import numpy as np
import pytest
import torch
from torch import nn

from mer_core.attribution import explain, list_methods
from mer_core.attribution.relevance import TOLERANCE, conservation, incompatibility
from mer_core.errors import NotApplicableError

from .fitted import RECTIFIED_LAYERS, Rectified, build, example, image_spec, loaded, shared

pytestmark = pytest.mark.filterwarnings("ignore:Setting .*hooks")


def test_without_biases_relevance_is_the_logit_shared_out():
    """The epsilon rule on ReLU networks is input x gradient, pixel by pixel."""
    model = shared("unbiased")
    assert incompatibility(model) is None
    inputs = example(model)
    found = explain(model, inputs, method="lrp", target="positive")
    logit = float(model.logits(inputs)[0, 1])
    assert found.values.sum() == pytest.approx(logit, rel=1e-3)
    product = explain(
        model,
        inputs,
        method="input-x-gradient",
        target="positive",
        parameters={"baseline": "origin"},
    )
    np.testing.assert_allclose(found.values, product.values, atol=1e-4 * found.values.max())


def test_biases_take_relevance_away_and_the_method_is_withdrawn():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        module = Rectified(nn.ReLU).eval()
        nn.init.constant_(module.conv2.bias, 0.5)
    model = loaded("biased", "Biased net", module, image_spec(), RECTIFIED_LAYERS)
    assert conservation(model).lost > TOLERANCE
    assert "relevance is not conserved" in incompatibility(model)
    with pytest.raises(NotApplicableError, match="not conserved"):
        explain(model, example(model), method="lrp")


def test_unknown_parts_are_named():
    assert "Add, BatchNorm1d, Concat, Flatten" in incompatibility(shared("affective"))


def test_asking_leaves_no_trace_on_the_network():
    model = build("unbiased")
    before = [sorted(part.__dict__) for part in model.module.modules()]
    list_methods(model)
    explain(model, example(model), method="lrp")
    assert [sorted(part.__dict__) for part in model.module.modules()] == before
