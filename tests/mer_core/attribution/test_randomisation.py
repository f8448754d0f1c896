"""The cascade: its order, what it permutes, and that the network itself stays bit-identical."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from mer_core.attribution.randomisation import cascade, execution_order, randomisation
from mer_core.errors import SettingsError
from mer_core.models.loaded import load_model
from tests.mer_core.attribution.toys import edges, input_x_gradient, toy_input, toy_model


@pytest.fixture(scope="module")
def affectivenet():
    return load_model("affectivenet", classes=("a", "b", "c"), seed=0)


def image():
    return torch.rand(1, 3, 112, 112, generator=torch.Generator().manual_seed(0))


def test_the_network_is_untouched_bit_for_bit(affectivenet):
    before = copy.deepcopy(affectivenet.module.state_dict())
    answer = affectivenet.logits(image())
    for _ in cascade(affectivenet, image(), stages=3):
        pass
    after = affectivenet.module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert torch.equal(answer, affectivenet.logits(image()))
    assert not any(part._forward_pre_hooks for part in affectivenet.module.modules())


def test_each_stage_goes_further_down_and_permutes_what_it_reaches(affectivenet):
    order = execution_order(affectivenet.module, image())
    seen = 0
    for lowest, modules, randomised in cascade(affectivenet, image(), stages=4):
        assert modules > seen
        assert lowest == order[-modules]
        reached = set(order[-modules:])
        for path in order:
            ours = affectivenet.module.get_submodule(path).weight.flatten()
            theirs = randomised.module.get_submodule(path).weight.flatten()
            if path not in reached:
                assert torch.equal(ours, theirs), path
            else:
                assert torch.equal(ours.sort().values, theirs.sort().values), path
                # A batch normalisation that was never trained has equal weights.
                assert ours.unique().numel() == 1 or not torch.equal(ours, theirs), path
        seen = modules
    assert seen == len(order)


def test_the_cascade_starts_at_the_logits_whatever_the_order_of_definition():
    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(3, 2)
            self.first = nn.Linear(4, 3)

        def forward(self, values):
            return self.last(self.first(values))

    assert execution_order(Backwards(), torch.zeros(1, 4)) == ["first", "last"]


def test_the_first_stage_loses_its_logits_alone():
    model = toy_model()
    lowest, modules, randomised = next(iter(cascade(model, toy_input("left"))))
    assert (lowest, modules) == ("head", 1)
    assert torch.equal(model.module.norm.weight, randomised.module.norm.weight)
    assert randomised.lock is not model.lock
    assert "randomised" in randomised.weights.label


def test_one_seed_one_cascade():
    model, inputs = toy_model(), toy_input("left")

    def heads(seed):
        return [m.module.head.weight for _, _, m in cascade(model, inputs, seed=seed)]

    assert all(torch.equal(a, b) for a, b in zip(heads(1), heads(1), strict=True))
    assert not torch.equal(heads(1)[-1], heads(2)[-1])


def test_a_map_of_the_network_changes_and_one_of_the_image_does_not():
    model, inputs = toy_model(), toy_input("left")
    learnt = randomisation(lambda m, x: input_x_gradient(m, x, "left"), model, inputs)
    blind = randomisation(lambda m, x: edges(m, x, "left"), model, inputs)
    assert abs(learnt[-1].rank_absolute) < 0.3
    assert learnt[-1].ssim < 0.5
    assert [stage.rank for stage in blind] == pytest.approx([1.0] * len(blind))
    assert blind[-1].ssim == pytest.approx(1)


def test_signs_count_in_one_correlation_and_not_in_the_other():
    model, inputs = toy_model(), toy_input("left")
    flips = iter((1, -1, -1, -1, -1))
    plane = np.random.default_rng(0).normal(size=(24, 24))
    first, *_ = randomisation(lambda m, x: next(flips) * plane, model, inputs)
    assert first.rank == pytest.approx(-1)
    assert first.rank_absolute == pytest.approx(1)


def test_a_network_without_weights_is_refused():
    with pytest.raises(SettingsError, match="no weights"):
        execution_order(nn.ReLU(), torch.zeros(1, 3))
