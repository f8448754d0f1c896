"""Integrated gradients on a network taken apart is that on the network whole."""

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients
from torch import nn

from mer_core.attribution import METHODS, explain, gradient
from mer_core.attribution.baseline_inputs import baseline_input
from mer_core.attribution.path import path_network
from mer_core.models.catalog import model_entry
from mer_core.models.loaded import load_model

from .fitted import RECTIFIED_LAYERS, Rectified, example, image_spec, loaded, shared

TARGET = 1


class Bypass(Rectified):
    """Whose answer hangs on the input by a second way, that no first convolution sees."""

    def forward(self, image):
        return super().forward(image) + image.mean((1, 2, 3))[:, None]


class Backwards(nn.Module):
    """Normalises before it convolves, though its parts are named the other way round."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        self.norm.running_mean.fill_(0.3)
        self.norm.running_var.fill_(0.04)

    def forward(self, image):
        return self.conv(self.norm(image)).relu().mean((2, 3))


def whole(model, inputs, baseline):
    return IntegratedGradients(model.module, multiply_by_inputs=False).attribute(
        inputs, baseline, target=TARGET, n_steps=24
    )


def network_of(name):
    own = {"bypass": lambda: Bypass(nn.ReLU), "backwards": Backwards}
    if name not in own:
        return shared(name)
    torch.manual_seed(3)
    module = own[name]().eval().requires_grad_(False)
    return loaded(name, name, module, image_spec(), RECTIFIED_LAYERS)


@pytest.mark.parametrize(
    "name", ["affective", "unbiased", "relu6", "ststnet", "bypass", "backwards"]
)
def test_the_slope_is_that_of_the_whole_network(name):
    model = network_of(name)
    inputs = example(model)
    black = baseline_input(_darkest(model), inputs, model.entry.input)
    expected = (inputs - black) * whole(model, inputs, black)
    found = explain(
        model,
        inputs,
        method="integrated-gradients",
        target="positive",
        parameters={"steps": 24, "baseline": _darkest(model)},
    )
    apart = (torch.from_numpy(found.channels)[None] - expected).abs().max()
    assert apart < 1e-3 * expected.abs().max()


@pytest.mark.parametrize("name", ["affective", "unbiased", "ststnet", "backwards"])
def test_steps_in_bfloat16_move_the_map_only_a_little(name):
    model = network_of(name)
    inputs = example(model)
    whole, short = (
        explain(
            model,
            inputs,
            method="integrated-gradients",
            target="positive",
            parameters={"baseline": _darkest(model), "arithmetic": arithmetic},
        )
        for arithmetic in ("float32", "bfloat16")
    )
    assert abs(short.channels - whole.channels).max() > 0
    assert np.corrcoef(short.channels.ravel(), whole.channels.ravel())[0, 1] > 0.99
    assert short.channels.sum() == pytest.approx(whole.channels.sum(), rel=0.05, abs=1e-3)
    assert short.difference == whole.difference
    assert short.parameters["arithmetic"] == "bfloat16"


@pytest.mark.parametrize("fast", [True, False])
def test_bfloat16_is_taken_unasked_only_where_it_is_quick_and_loses_nothing(fast, monkeypatch):
    monkeypatch.setattr(gradient, "has_bfloat16_units", lambda: fast)
    method = METHODS.get("integrated-gradients")

    def taken(name, **parameters):
        return method.resolve(parameters, model_entry(name))["arithmetic"]

    assert taken("affectivenet") == taken("affectivenet-lfc") == ("bfloat16" if fast else "float32")
    assert taken("resnet50") == taken("learnet") == taken("ststnet") == "float32"
    assert taken("resnet50", arithmetic="bfloat16") == "bfloat16"
    assert taken("affectivenet", arithmetic="float32") == "float32"


def test_the_record_says_which_arithmetic_was_taken(monkeypatch):
    monkeypatch.setattr(gradient, "has_bfloat16_units", lambda: True)
    model = load_model("affectivenet-1x1-all", classes=("negative", "positive"))
    settings = {"steps": 4}
    found = explain(
        model, example(model), method="integrated-gradients", target="positive", parameters=settings
    )
    assert found.parameters["arithmetic"] == "bfloat16"


@pytest.mark.parametrize("chunk", [1, 5, 24, 40])
def test_chunks_only_round(chunk):
    model = network_of("affective")
    inputs = example(model)
    black = baseline_input("black", inputs, model.entry.input)
    expected = whole(model, inputs, black)
    network = path_network(model, inputs)
    found = network.mean_slope(inputs, black, target=TARGET, steps=24, chunk=chunk)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5 * float(expected.abs().max()))


def _darkest(model):
    return "zero" if model.entry.input.kind == "flow" else "black"


@pytest.mark.parametrize(
    ("name", "readers"),
    [("affective", 2), ("unbiased", 1), ("ststnet", 3), ("bypass", 0), ("backwards", 0)],
)
def test_only_what_all_else_hangs_on_is_taken_out(name, readers):
    model = network_of(name)
    inputs = example(model)
    starts = path_network(model, inputs).starts(inputs)
    assert len(starts) == max(readers, 1)
    assert all((maps is inputs) == (readers == 0) for maps in starts)


def test_changed_weights_are_seen():
    torch.manual_seed(4)
    module = Rectified(nn.ReLU).eval().requires_grad_(False)
    model = loaded("changing", "changing", module, image_spec(), RECTIFIED_LAYERS)
    inputs = example(model)
    first = path_network(model, inputs)
    before = first.logits(*first.starts(inputs))
    with torch.no_grad():
        module.conv1.weight.mul_(2)
    again = path_network(model, inputs)
    after = again.logits(*again.starts(inputs))
    torch.testing.assert_close(after, module(inputs))
    assert not torch.allclose(after, before)
