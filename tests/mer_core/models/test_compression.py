"""Compressed weights come back within the error their description promises."""

from __future__ import annotations

import pytest
import torch

from mer_core.models.compression import Compression, compress, expand

STATE = {
    "conv.weight": torch.randn(8, 3, 5, 5, generator=torch.Generator().manual_seed(0)),
    "conv.bias": torch.randn(8, generator=torch.Generator().manual_seed(1)),
    "norm.num_batches_tracked": torch.tensor(7),
    "dead.weight": torch.zeros(2, 3),
}


def test_uncompressed_weights_are_the_same():
    assert all(
        torch.equal(expand(compress(STATE, Compression.NONE))[k], v) for k, v in STATE.items()
    )


@pytest.mark.parametrize("compression", [Compression.HALF, Compression.INT8])
def test_names_shapes_and_types_come_back_and_small_tensors_exactly(compression):
    found = expand(compress(STATE, compression))
    assert found.keys() == STATE.keys()
    for name, tensor in STATE.items():
        assert found[name].shape == tensor.shape
        assert found[name].dtype == tensor.dtype
    for name in ("conv.bias", "norm.num_batches_tracked", "dead.weight"):
        assert torch.equal(found[name], STATE[name])


def test_eight_bits_are_within_half_a_step_of_their_channel():
    weights = STATE["conv.weight"]
    found = expand(compress(STATE, Compression.INT8))["conv.weight"]
    for channel in range(8):
        step = float(weights[channel].abs().max()) / 127
        assert float((found[channel] - weights[channel]).abs().max()) <= step / 2 + 1e-6
    written = compress(STATE, Compression.INT8)
    assert written["conv.weight"].dtype is torch.int8
    assert written["conv.weight"].abs().max() == 127


def test_half_precision_is_pytorchs():
    found = expand(compress(STATE, Compression.HALF))["conv.weight"]
    assert torch.equal(found, STATE["conv.weight"].half().float())
