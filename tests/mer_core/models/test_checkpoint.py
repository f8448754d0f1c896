"""Checkpoints come back exactly, or the reader learns in one line what is wrong.

Compressed weights come back within the error their description promises.

Weights know everybody they have seen, through whatever they started from.
"""

import dataclasses
import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from mer_core.errors import CheckpointError
from mer_core.models.checkpoint import (
    FORMAT,
    CheckpointHeader,
    Compression,
    Lineage,
    compress,
    expand,
    load_checkpoint,
    person_key,
    read_header,
    restore,
    save_checkpoint,
    weights_digest,
)
from mer_core.records import Sample

HEADER = CheckpointHeader(
    model="tiny",
    classes=("happy", "überrascht"),
    seed=3,
    data_digest="abc",
    synthetic=True,
    settings={"rate": 0.001, "epochs": 5},
    versions={"torch": "2"},
)

LINEAGE = Lineage(subjects=("casme2/sub01", "casme2/sub02"), data=("abc",), parents=("f00",))


def tiny(outputs=2):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, outputs)
    )


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "net.safetensors"
    save_checkpoint(path, tiny(), HEADER)
    return path


def refused(path, match):
    with pytest.raises(CheckpointError, match=match) as caught:
        load_checkpoint(path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_round_trip(saved):
    header, state = load_checkpoint(saved)
    expected = tiny().state_dict()
    assert header.weights_digest == weights_digest(expected)
    assert {name: getattr(header, name) for name in ("model", "classes", "seed", "synthetic")} == {
        name: getattr(HEADER, name) for name in ("model", "classes", "seed", "synthetic")
    }
    assert dict(header.settings) == dict(HEADER.settings)
    network = tiny()
    nn.init.zeros_(network[0].weight)
    restore(network, state, where=saved)
    assert all(torch.equal(network.state_dict()[name], expected[name]) for name in expected)


def test_the_lineage_comes_back_with_the_header(saved):
    assert read_header(saved).lineage is None
    header = save_checkpoint(saved, tiny(), dataclasses.replace(HEADER, lineage=LINEAGE))
    assert read_header(saved) == header == load_checkpoint(saved)[0]
    assert header.lineage == LINEAGE


def test_a_checkpoint_of_before_lineage_is_read_and_has_none(saved):
    with safe_open(saved, framework="pt") as file:
        values = json.loads(file.metadata()["mer"])
    del values["lineage"]
    save_file(load_checkpoint(saved)[1], saved, metadata={"mer": json.dumps(values)})
    assert load_checkpoint(saved)[0].lineage is None


@pytest.mark.parametrize("lineage", [[], {"people": ["a"]}, {"subjects": 3}])
def test_a_lineage_of_another_shape_is_refused(saved, lineage):
    with safe_open(saved, framework="pt") as file:
        values = json.loads(file.metadata()["mer"])
    text = json.dumps({**values, "lineage": lineage})
    save_file(load_checkpoint(saved)[1], saved, metadata={"mer": text})
    refused(saved, "unreadable header")


def test_channels_last_weights_are_stored_alike(saved, tmp_path):
    other = tmp_path / "last.safetensors"
    save_checkpoint(other, tiny().to(memory_format=torch.channels_last), HEADER)
    assert other.read_bytes() == saved.read_bytes()


def test_the_header_is_plain_json_of_the_stated_format(saved):
    with safe_open(saved, framework="pt") as file:
        values = json.loads(file.metadata()["mer"])
    assert values["format"] == FORMAT
    assert values["classes"] == ["happy", "überrascht"]


@pytest.mark.parametrize("kept", [0, 4, 100, 400, -1])
def test_truncated(saved, kept):
    saved.write_bytes(saved.read_bytes()[:kept])
    refused(saved, "not a whole safetensors file")


def test_missing_and_folder(tmp_path):
    refused(tmp_path / "absent.safetensors", "no such weights file")
    (tmp_path / "folder.safetensors").mkdir()
    refused(tmp_path / "folder.safetensors", "no such weights file")


def test_a_changed_weight_is_noticed(saved):
    content = bytearray(saved.read_bytes())
    content[-2] ^= 0x40
    saved.write_bytes(content)
    refused(saved, "not those the header was written for")


class Trap:
    def __reduce__(self):
        return exec, ("raise SystemExit('unpickled')",)


def test_a_pickle_is_refused_unread(tmp_path):
    path = tmp_path / "evil.safetensors"
    path.write_bytes(pickle.dumps(Trap()))
    refused(path, "not a whole safetensors file")
    torch.save({"weight": torch.ones(2)}, path)
    refused(path, "not a whole safetensors file")


@pytest.mark.parametrize(
    ("header", "match"),
    [
        (None, "without this workbench's header"),
        ("{not json", "unreadable header"),
        ("[]", "unreadable header"),
        ('{"format": "other/9"}', "another format version"),
        (json.dumps({"format": FORMAT, "classes": ["a"]}), "unreadable header"),
        (json.dumps({"format": FORMAT, "model": "m", "classes": 3}), "unreadable header"),
    ],
)
def test_foreign_headers(tmp_path, header, match):
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.ones(2)}, path, metadata=None if header is None else {"mer": header})
    refused(path, match)


def test_weights_of_another_shape_change_nothing(saved):
    _, state = load_checkpoint(saved)
    wider = tiny(outputs=3)
    before = {name: value.clone() for name, value in wider.state_dict().items()}
    with pytest.raises(CheckpointError, match=r"3.weight is \(2, 16\) instead of \(3, 16\)"):
        restore(wider, state, where=saved)
    assert all(torch.equal(value, before[name]) for name, value in wider.state_dict().items())
    with pytest.raises(CheckpointError, match="0.weight is missing.*extra is unknown"):
        restore(
            wider,
            {name: value for name, value in before.items() if name != "0.weight"}
            | {"extra": torch.ones(1)},
            where=saved,
        )


def test_a_failed_write_leaves_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def fail(*_args, **_options):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(CheckpointError, match="disk full"):
        save_checkpoint(saved, tiny(), HEADER)
    monkeypatch.undo()
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_the_digest_tells_names_shapes_and_values_apart():
    digests = {
        weights_digest(state)
        for state in (
            {"a": torch.zeros(4)},
            {"b": torch.zeros(4)},
            {"a": torch.zeros(2, 2)},
            {"a": torch.zeros(4, dtype=torch.int32)},
            {"a": torch.tensor([0.0, 0, 0, 1])},
        )
    }
    assert len(digests) == 5


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


def sample(subject: str, *, dataset: str = "casme2", synthetic: bool = False) -> Sample:
    return Sample(
        dataset=dataset,
        subject=subject,
        clip="c1",
        frames=(Path("1.png"),),
        frame_numbers=(1,),
        onset=1,
        apex=1,
        offset=1,
        label="happiness",
        synthetic=synthetic,
    )


def test_a_synthetic_face_is_not_the_person_whose_code_it_bears():
    real = sample("sub01")
    twin = replace(real, synthetic=True)
    lineage = Lineage.of([twin], data_digest="d")
    assert lineage.seen([twin]) == (person_key(twin),)
    assert lineage.seen([real]) == ()
    assert person_key(real) == "casme2/sub01"


def test_descent_adds_up_over_generations():
    first = Lineage.of([sample("01"), sample("02")], data_digest="d1")
    second = Lineage.of([sample("02"), sample("a", dataset="samm")], data_digest="d2")
    third = Lineage.of([sample("b", dataset="samm")], data_digest="d2")
    grown = second.descended_from(first, weights_digest="w1")
    last = third.descended_from(grown, weights_digest="w2")
    assert last.subjects == ("casme2/01", "casme2/02", "samm/a", "samm/b")
    assert last.datasets == ("casme2", "samm")
    assert last.data == ("d2", "d1")
    assert last.parents == ("w2", "w1")
    assert last.seen([sample("02"), sample("03"), sample("a", dataset="samm")]) == (
        "casme2/02",
        "samm/a",
    )
    assert Lineage.from_dict(json.loads(json.dumps(last.as_dict()))) == last


def test_a_thousand_people_fit_a_header():
    people = [sample(str(n), dataset="cohort", synthetic=True) for n in range(1000)]
    lineage = Lineage.of(people, data_digest="d")
    assert len(lineage.subjects) == 1000
    assert len(json.dumps(lineage.as_dict())) < 40_000
