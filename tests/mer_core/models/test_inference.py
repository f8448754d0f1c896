"""The inference form is the network, within a stated tolerance, and says so when it is not."""

import copy

import pytest
import torch
from torch import nn

from mer_core.errors import MissingToolError, ModelError
from mer_core.models import inference
from mer_core.models.inference import TOLERANCE, fold_batch_norm, inference_form
from mer_core.models.loaded import LoadedModel, load_model
from tests.mer_core.models.test_affectivenet import draw_statistics

CLASSES = tuple("abcd")
NAMES = ("affectivenet", "affectivenet-lfc", "affectivenet-womfl-shallow", "mobilenet", "learnet")


def trained(name):
    model = load_model(name, classes=CLASSES, seed=1)
    draw_statistics(model.module)
    return model


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_agrees_on_images_it_was_not_checked_with(name, precision):
    model = trained(name)
    form = inference_form(model, precision=precision)
    images = torch.rand(3, 3, 112, 112, generator=torch.Generator().manual_seed(8))
    expected, found = model.logits(images), form.logits(images)
    assert found.dtype == torch.float32
    difference = (found - expected).abs().max() / expected.abs().max()
    assert difference <= TOLERANCE[precision]
    assert form.deviation <= TOLERANCE[precision]
    assert precision in form.description


def test_folding_leaves_no_normalisation_and_is_exact_in_double_precision():
    network = trained("affectivenet").module.double()
    before = copy.deepcopy(network.state_dict())
    folded = fold_batch_norm(network)
    norms = (nn.BatchNorm1d, nn.BatchNorm2d)
    assert not any(isinstance(module, norms) for module in folded.modules())
    images = torch.rand(2, 3, 112, 112, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(folded(images), network(images), rtol=1e-10, atol=1e-10)
    assert all(torch.equal(network.state_dict()[name], before[name]) for name in before)


def test_the_border_is_folded_too():
    # A shift before a padded convolution weighs less at the border; a folded bias would not.
    network = trained("affectivenet").module.double()
    network.norm.bias.data.fill_(5.0)
    seen, image = {}, torch.rand(1, 3, 112, 112, dtype=torch.float64)
    folded = fold_batch_norm(network)
    for name, module in (("plain", network), ("folded", folded)):
        module.fm2.register_forward_hook(
            lambda _m, _i, output, name=name: seen.__setitem__(name, output)
        )
        with torch.no_grad():
            module(image)
    torch.testing.assert_close(seen["folded"], seen["plain"], rtol=1e-10, atol=1e-10)


def spoiled(model):
    """A network whose children are listed in an order that it does not run in."""

    class Misleading(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 1)
            self.norm = nn.BatchNorm2d(3)
            self.rest = model.module

        def forward(self, image):
            return self.rest(self.conv(self.norm(image)))

    network = Misleading().eval()
    network.norm.running_mean.fill_(2.0)
    return LoadedModel(
        entry=model.entry, module=network, classes=model.classes, weights=model.weights
    )


def test_a_form_that_differs_is_not_handed_out():
    with pytest.raises(ModelError, match="differs from the network"):
        inference_form(spoiled(trained("affectivenet-1x1-all")), precision="float32")


def test_bfloat16_is_chosen_where_the_processor_has_it_and_it_suffices(monkeypatch):
    model = trained("affectivenet-1x1-all")
    monkeypatch.setattr(inference, "has_fast_bfloat16", lambda: True)
    assert inference_form(model).precision == "bfloat16"
    monkeypatch.setitem(inference.TOLERANCE, "bfloat16", 1e-9)
    assert inference_form(model).precision == "float32"
    monkeypatch.setattr(inference, "has_fast_bfloat16", lambda: False)
    assert inference_form(model).precision == "float32"


def test_frames_chosen_by_value_keep_their_clip_network_in_float32():
    model = load_model("akmnet", classes=CLASSES, seed=1)
    form = inference_form(model, precision="float32")
    assert form.deviation <= TOLERANCE["float32"]


def test_without_a_compiler_the_error_names_the_remedy(monkeypatch):
    def broken(_network, options):
        assert options == {"freezing": True}

        def run(_inputs):
            raise RuntimeError("no compiler")

        return run

    monkeypatch.setattr(torch, "compile", broken)
    with pytest.raises(MissingToolError, match="go without compiled=True"):
        inference_form(trained("affectivenet-1x1-all"), precision="float32", compiled=True)


def test_wrong_inputs_are_refused():
    form = inference_form(trained("affectivenet-1x1-all"), precision="float32")
    with pytest.raises(ModelError, match="takes B x 3 x 112 x 112"):
        form.logits(torch.zeros(1, 3, 64, 64))
