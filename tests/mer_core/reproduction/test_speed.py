import torch
from torch import nn

from mer_core.models.catalog import model_entry
from mer_core.reproduction.speed import forward_pass, random_batch, side_by_side


def test_runs_take_turns_after_warming_up():
    order = []
    runs = {name: lambda name=name: order.append(name) for name in "ab"}
    seconds = side_by_side(runs, rounds=2, warm_up=3)
    assert order == ["a"] * 3 + ["b"] * 3 + ["a", "b"] * 2
    assert {name: len(times) for name, times in seconds.items()} == {"a": 2, "b": 2}


def test_a_pass_is_in_eval_mode_without_gradients():
    network = nn.Sequential(nn.Linear(4, 2), nn.Dropout(0.9))
    run = forward_pass(network, torch.ones(8, 4))
    assert torch.equal(run(), run())
    assert not run().requires_grad


def test_batches_fit_the_network_and_repeat():
    entry = model_entry("offapexnet")
    batch = random_batch(entry, 3)
    assert batch.shape == (3, entry.input.channels, *entry.input.size)
    assert torch.equal(batch, random_batch(entry, 3))
