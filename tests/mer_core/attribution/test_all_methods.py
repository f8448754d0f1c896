"""What every method of the catalogue owes every network, or declares that it cannot give."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from mer_core.attribution import METHODS, explain, list_methods
from mer_core.attribution import engine as engine_file
from mer_core.attribution.network import Batching, hook_count
from mer_core.errors import ModelError, NotApplicableError
from mer_core.models.catalog import list_models
from mer_core.models.loaded import load_model
from mer_core.records import AttributionRequest

from .fitted import CLASSES, NETWORKS, build, example, quadrants, shared
from .promises import probe

FEW = {"steps": 16, "samples": 8, "patches": 4, "smoothing_samples": 2, "negatives": True}
pytestmark = pytest.mark.filterwarnings("ignore:Setting .*hooks")

COSTLY = {"akmnet": {"patches": 2, "overlap": 1}}


def quick(method, model):
    """Parameters that make a method fast without changing what it owes."""
    known = {parameter.name for parameter in METHODS.get(method).parameters(model.entry)}
    chosen = {**FEW, **COSTLY.get(model.entry.name, {})}
    if method != "smooth-grad":
        chosen.pop("smoothing_samples")
    return {name: value for name, value in chosen.items() if name in known}


def ask(model, method, **options):
    given = {"parameters": quick(method, model), "target": "positive", **options}
    if METHODS.get(method).needs_regions:
        given["regions"] = quadrants(model.entry.input.size)
    return explain(model, example(model), method=method, **given)


def offered(model):
    return [available.method.name for available in list_methods(model) if available.applies]


PAIRS = [(network, method) for network in NETWORKS for method in METHODS.names()]


@pytest.mark.parametrize(("network", "method"), PAIRS)
def test_a_method_answers_as_promised_or_says_why_not(network, method):
    model = shared(network)
    if method not in offered(model):
        with pytest.raises(NotApplicableError, match=r"on .*: .*; choose one of: "):
            ask(model, method)
        return
    before = state_of(model.module)
    found = ask(model, method)
    assert state_of(model.module) == before
    assert found.values.shape == model.entry.input.size
    assert found.values.dtype == np.float32
    assert np.isfinite(found.values).all()
    assert np.ptp(found.values) > 0
    assert found.signed or found.values.min() >= 0
    assert (found.target, found.method, found.model) == ("positive", method, model.entry.name)
    assert (found.layer is not None) == METHODS.get(method).needs_layer
    again = ask(model, method)
    np.testing.assert_array_equal(found.values, again.values)


@pytest.mark.parametrize("network", [name for name in NETWORKS if name != "akmnet"])
@pytest.mark.parametrize("method", [m.name for m in METHODS if m.complete])
def test_what_adds_up_does(network, method):
    model = shared(network)
    if method not in offered(model):
        pytest.skip("declared not to")
    settings = {"steps": 64} if method == "integrated-gradients" else {}
    found = explain(model, example(model), method=method, target="positive", parameters=settings)
    assert found.difference is not None
    assert found.values.sum() == pytest.approx(found.difference, rel=0.01)
    assert found.delta < 0.01 * abs(found.difference)


@pytest.mark.parametrize("network", ["affective", "relu6", "unbiased", "ststnet"])
def test_the_probe_agrees_with_what_is_offered(network):
    model = shared(network)
    for available in list_methods(model):
        name = available.method.name
        request = AttributionRequest(
            method=name,
            target="positive",
            parameters={} if available.method.complete else quick(name, model),
            regions=quadrants(model.entry.input.size),
        )
        found = probe(model, available.method.name, example(model), request=request)
        assert found.fit == available.applies, (
            available.method.name,
            available.reason,
            found.failures,
        )


def test_key_frame_choice_breaks_what_integrates_or_compares():
    model = shared("akmnet")
    reasons = {available.method.name: available.reason for available in list_methods(model)}
    for method in ("integrated-gradients", "gradient-shap"):
        assert "chooses frames" in reasons[method]
    assert "GRU" in reasons["deeplift"]
    few = AttributionRequest(method="integrated-gradients", parameters={"steps": 8})
    found = probe(model, "integrated-gradients", example(model), request=few)
    assert any("misses the difference" in failure for failure in found.failures)


@pytest.mark.parametrize("name", [m.name for m in list_models() if m.trains])
def test_every_network_has_an_answer_for_every_method(name):
    offers = list_methods(load_model(name, classes=CLASSES))
    assert [available.method.name for available in offers] == list(METHODS.names())
    assert {"saliency", "grad-cam", "occlusion"} <= {o.method.name for o in offers if o.applies}
    for available in offers:
        assert available.applies == (available.reason == "")
        assert available.forwards > 0
    declined = {available.method.name for available in offers if not available.applies}
    if name == "mobilenet":
        assert declined == {"deeplift", "guided-backprop", "guided-grad-cam", "lrp"}
    elif name != "akmnet":
        assert declined == {"lrp"}


class Trap(nn.Module):
    """Lets some passes through and fails at the next."""

    def __init__(self):
        super().__init__()
        self.patience = -1

    def forward(self, logits):
        if self.patience == 0:
            raise ZeroDivisionError("trapped")
        self.patience -= 1
        return logits


def trapped(network="affective"):
    model = build(network)
    module = model.module
    trap = Trap()
    # The trap must not be a module of its own, or methods would object to it.
    original = module.forward
    module.forward = lambda inputs: trap(original(inputs))
    return model, trap


def state_of(module):
    """Everything about a network that attribution could leave behind."""
    return (
        [part.training for part in module.modules()],
        [weight.requires_grad for weight in module.parameters()],
        [weight.grad is None for weight in module.parameters()],
        [sorted(part.__dict__) for part in module.modules()],
        [tensor.clone().sum().item() for tensor in module.state_dict().values()],
        hook_count(module),
    )


@pytest.mark.parametrize("patience", [0, 1])
def test_a_failing_network_is_left_as_it_was_found(patience):
    model, trap = trapped()
    inputs = example(model)
    clean = explain(model, inputs, method="saliency", target="positive")
    model.module.train()
    next(model.module.parameters()).requires_grad_(False)
    before = state_of(model.module)
    for method in offered(model):
        trap.patience = patience
        given = {"parameters": {"smoothing_samples": 3}, "target": "positive"}
        if METHODS.get(method).needs_regions:
            given["regions"] = quadrants(model.entry.input.size)
        with pytest.raises(ZeroDivisionError):
            explain(model, inputs, method=method, **given)
        assert state_of(model.module) == before, method
    trap.patience = -1
    again = explain(model, inputs, method="saliency", target="positive")
    np.testing.assert_array_equal(again.values, clean.values)
    assert all(part.training for part in model.module.modules())


def test_train_mode_and_earlier_hooks_survive_and_do_not_matter():
    model = build("affective")
    clean = ask(model, "integrated-gradients")
    calls = []
    handle = model.module.register_forward_hook(lambda *_: calls.append(1))
    model.module.train()
    found = ask(model, "integrated-gradients")
    np.testing.assert_array_equal(found.values, clean.values)
    assert model.module.training
    assert hook_count(model.module) == 1
    assert calls
    handle.remove()


@pytest.mark.parametrize("method", ["gradient-shap", "smooth-grad"])
def test_random_numbers_come_from_the_seed_and_disturb_nobody(method):
    model = shared("affective")
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first = ask(model, method, seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(6)
    np.testing.assert_array_equal(ask(model, method, seed=1).values, first.values)
    assert not np.array_equal(ask(model, method, seed=2).values, first.values)


def test_twenty_threads_get_the_bits_that_one_gets():
    model = shared("affective")
    names = offered(model)
    jobs = [names[i % len(names)] for i in range(60)]
    serial = {name: ask(model, name) for name in names}
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda name: ask(model, name), jobs))
    for name, one in zip(jobs, found, strict=True):
        np.testing.assert_array_equal(one.values, serial[name].values, err_msg=name)


def test_gradients_may_be_off_around_a_call():
    model = shared("affective")
    expected = ask(model, "integrated-gradients").values
    for context in (torch.no_grad(), torch.inference_mode()):
        with context:
            np.testing.assert_array_equal(ask(model, "integrated-gradients").values, expected)


@pytest.mark.parametrize("network", ["affective", "ststnet"])
def test_maps_do_not_depend_on_what_shares_the_batch(network, monkeypatch):
    model = shared(network)
    together = {name: ask(model, name).values for name in offered(model)}
    monkeypatch.setattr(engine_file, "batching", lambda entry: Batching(chunk=1, share=1.0))
    for name, values in together.items():
        alone = ask(model, name).values
        # Of one image and of a batch, sums on an AMD EPYC differed by 2e-4 of the maximum.
        reach = 5e-4 if name == "integrated-gradients" else 1e-5
        np.testing.assert_allclose(alone, values, atol=reach * np.abs(values).max(), err_msg=name)


def test_the_predicted_class_is_asked_about_by_default():
    model = shared("affective")
    for label, name in enumerate(CLASSES):
        assert explain(model, example(model, label), method="saliency").target == name


def test_values_that_are_not_finite_are_refused():
    model = build("affective")
    with torch.no_grad():
        next(model.module.parameters()).fill_(float("nan"))
    with pytest.raises(ModelError, match="not finite"):
        ask(model, "saliency")
