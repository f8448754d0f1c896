from __future__ import annotations

import pytest
import torch
from torch import nn

from mer_core.models.catalog import MODELS
from mer_core.models.entry import AuxiliaryLoss
from mer_core.models.layers import activations_in_place
from mer_core.models.loaded import build_seeded
from mer_core.records import InputKind

TRAINED = [entry.name for entry in MODELS if entry.trains]


def gradients(network: nn.Module, inputs: torch.Tensor) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)  # dropout
    network.zero_grad()
    if isinstance(network, AuxiliaryLoss):
        logits, penalty = network.logits_and_penalty(inputs)
        loss = logits.square().sum() + penalty.sum()
    else:
        loss = network(inputs).square().sum()
    loss.backward()
    return {n: p.grad.clone() for n, p in network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("name", TRAINED)
def test_every_network_learns_the_same_bit_for_bit(name):
    entry = MODELS.get(name)
    frames = (3,) if entry.input.kind is InputKind.CLIP else ()
    shape = (2, *frames, entry.input.channels, *entry.input.size)
    inputs = torch.rand(shape, generator=torch.Generator().manual_seed(0)) - 0.3
    network = build_seeded(entry, 4, 0).train().to(memory_format=torch.channels_last)
    before = inputs.clone()
    apart = gradients(network, inputs)
    with activations_in_place(network):
        over = gradients(network, inputs)
    assert torch.equal(inputs, before)
    assert over.keys() == apart.keys()
    assert [name for name in apart if not torch.equal(apart[name], over[name])] == []


def test_activations_are_as_they_were_afterwards():
    behind, far, given = nn.ReLU(), nn.ReLU(), nn.ReLU(inplace=True)
    norm = nn.BatchNorm2d(1)
    network = nn.Sequential(nn.Conv2d(1, 1, 1), behind, norm, far, nn.Conv2d(1, 1, 1), given)
    with pytest.raises(RuntimeError, match="stop"), activations_in_place(network):
        assert (behind.inplace, far.inplace, given.inplace) == (True, False, True)
        raise RuntimeError("stop")
    assert (behind.inplace, far.inplace, given.inplace) == (False, False, True)
