"""A state between two epochs comes back as it was, and a damaged one is none."""

import json

import pytest
import torch
from safetensors.torch import save_file

from mer_core.training.epoch_state import EpochState, load_epoch_state, save_epoch_state
from mer_core.training.training_data import EpochRecord

STATE = EpochState(
    weights={"conv.weight": torch.arange(4.0)},
    optimiser={"conv.weight/momentum_buffer": torch.ones(4)},
    history=(EpochRecord(epoch=1, loss=1.5, accuracy=0.5, validation_uar=None, seconds=2.0),),
)


def test_a_state_comes_back_as_it_was(tmp_path):
    file = tmp_path / "state.safetensors"
    assert load_epoch_state(file, digest="a") == (None, [])
    save_epoch_state(file, STATE, digest="a", inner_uars=[0.3])
    found, uars = load_epoch_state(file, digest="a")
    assert found is not None and uars == [0.3]
    assert found.history == STATE.history
    for ours, theirs in ((found.weights, STATE.weights), (found.optimiser, STATE.optimiser)):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert load_epoch_state(file, digest="b") == (None, [])


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {},
        {"state": "{}"},
        {"state": "[]"},
        {"state": "no JSON"},
        {"state": json.dumps({"digest": "a", "history": [{"round": 1}], "inner_uars": []})},
    ],
)
def test_a_damaged_state_is_none(tmp_path, metadata):
    file = tmp_path / "state.safetensors"
    save_file({"weights.a": torch.ones(1)}, file, metadata=metadata)
    assert load_epoch_state(file, digest="a") == (None, [])
    file.write_bytes(file.read_bytes()[:-3])
    assert load_epoch_state(file, digest="a") == (None, [])
