"""Folding batch normalisation changes the steps and not the function."""

import copy

import pytest
import torch
from torch import nn

from mer_core.models.folding import fold_batch_norm
from mer_core.models.loaded import load_model
from tests.mer_core.models.test_affectivenet import draw_statistics

CLASSES = tuple("abcd")
NAMES = ("affectivenet", "affectivenet-lfc", "affectivenet-womfl-shallow", "mobilenet", "learnet")


def trained(name):
    model = load_model(name, classes=CLASSES, seed=1)
    draw_statistics(model.module)
    return model


@pytest.mark.parametrize("name", NAMES)
def test_answers_stay_within_rounding(name):
    network = trained(name).module.double()
    images = torch.rand(3, 3, 112, 112, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(
            fold_batch_norm(network)(images), network(images), rtol=1e-9, atol=1e-9
        )


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
