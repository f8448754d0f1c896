"""Inputs: the same numbers by the short path through the store and by hand."""

from __future__ import annotations

import ast
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import mer_core
from mer_core.ami import frame_weights
from mer_core.errors import FrameError
from mer_core.flow import flow_image
from mer_core.inputs import (
    AmiStore,
    Imaging,
    InputSet,
    build_inputs,
    expression_source,
    model_input,
    sample_clip,
    sample_image,
    tensors,
)
from mer_core.inputs.imaging import INPUT_CODE
from mer_core.inputs.tensors import flow_apex, flow_pair, is_stored
from mer_core.records import InputKind, InputSpec, Sample

AMI = InputSpec(kind=InputKind.AMI, size=(24, 20))
GREY = InputSpec(kind=InputKind.CLIP, size=(16, 16), channels=1)
FLOW = InputSpec(kind=InputKind.FLOW, size=(24, 32))


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def frames():
    rng = np.random.default_rng(5)
    base = cv2.GaussianBlur(rng.integers(0, 255, (48, 40, 3)).astype(np.uint8), (0, 0), 3)
    return [np.roll(base, shift, axis=1) for shift in (0, 0, 1, 2, 2, 1, 0, 0)]


@pytest.fixture
def sample(tmp_path, frames):
    paths = []
    for number, frame in enumerate(frames, start=7):
        path = tmp_path / f"img{number}.png"
        cv2.imwrite(str(path), cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        paths.append(path)
    return Sample(
        dataset="folder",
        subject="s1",
        clip="c1",
        frames=tuple(paths),
        frame_numbers=tuple(range(7, 15)),
        onset=8,
        apex=11,
        offset=13,
        label="happiness",
        synthetic=True,
    )


@pytest.fixture
def store(tmp_path):
    return AmiStore(tmp_path / "store")


def test_only_frames_from_onset_to_offset_enter(sample):
    assert expression_source(sample).numbers == (8, 9, 10, 11, 12, 13)
    assert sample_clip(sample, whole=True).frame_numbers == tuple(range(7, 15))
    assert sample_clip(sample).synthetic


def test_an_image_equals_resizing_every_frame_and_then_summing(sample, frames, store):
    weights = frame_weights(6, "full")
    slow = sum(
        weight * cv2.resize(frame.astype(np.float64), (20, 24), interpolation=cv2.INTER_AREA)
        for weight, frame in zip(weights, frames[1:7], strict=True)
    )
    image = sample_image(sample, Imaging(size=(24, 20)), store=store)
    np.testing.assert_allclose(image.total, slow, atol=2e-2)


def test_a_tensor_is_the_standardised_image_channels_first(sample, store):
    spec = replace(AMI, mean=(0.5, 0.4, 0.3), std=(0.2, 0.1, 0.5))
    image = sample_image(sample, Imaging(size=AMI.size), store=store).image
    tensor = model_input(sample, spec, store=store)
    assert tensor.shape == (3, 24, 20)
    assert tensor.dtype == np.float32
    y, x = 11, 7
    expected = (image[y, x] / 255 - np.array(spec.mean)) / np.array(spec.std)
    np.testing.assert_allclose(tensor[:, y, x], expected, rtol=1e-5)


def test_reversed_time_reverses_the_weights(sample, frames, store):
    weights = frame_weights(6, "full")[::-1]
    slow = sum(w * f.astype(np.float64) for w, f in zip(weights, frames[1:7], strict=True))
    image = sample_image(sample, Imaging(size=None, reverse=True), store=store)
    np.testing.assert_allclose(image.total, slow, atol=2e-2)


def test_a_clip_keeps_its_length_and_becomes_grey(sample, store):
    tensor = model_input(sample, GREY, store=store)
    assert tensor.shape == (6, 1, 16, 16)
    assert 0 <= tensor.min() <= tensor.max() <= 1


def test_flow_is_from_onset_to_apex(sample, frames, store):
    tensor = model_input(sample, FLOW, store=store)
    by_hand = flow_image(frames[1], frames[4], size=FLOW.size)
    np.testing.assert_allclose(tensor, by_hand.transpose(2, 0, 1), atol=1e-6)


def test_flow_without_an_apex_takes_the_estimated_one_in_either_direction(
    sample, frames, store, monkeypatch
):
    monkeypatch.setattr(tensors, "sample_apex", lambda _: 12)
    bare = replace(sample, apex=None)
    for imaging, start in ((Imaging(), 1), (Imaging(reverse=True), 6)):
        tensor = model_input(bare, FLOW, store=store, imaging=imaging)
        by_hand = flow_image(frames[start], frames[5], size=FLOW.size)
        np.testing.assert_allclose(tensor, by_hand.transpose(2, 0, 1), atol=1e-6)


def test_flow_in_reversed_time_is_from_the_last_frame_to_the_same_apex(sample, frames, store):
    backwards = Imaging(reverse=True)
    assert flow_pair(sample, backwards) == ([sample.frames[6], sample.frames[4]], [13, 11])
    tensor = model_input(sample, FLOW, store=store, imaging=backwards)
    by_hand = flow_image(frames[6], frames[4], size=FLOW.size)
    np.testing.assert_allclose(tensor, by_hand.transpose(2, 0, 1), atol=1e-6)


@pytest.mark.parametrize(
    ("apex", "forward", "backward"),
    [
        (13, (10, 13), (19, 13)),
        (10, (10, 15), (19, 10)),  # nothing has moved at a first frame
        (19, (10, 19), (19, 15)),
        (42, (10, 15), (19, 15)),
    ],
)
def test_time_turns_around_a_fixed_apex(sample, apex, forward, backward):
    numbers = tuple(range(10, 20))
    paths = tuple(sample.frames[0].with_name(f"{n}.png") for n in numbers)
    long = replace(sample, frames=paths, frame_numbers=numbers, onset=10, apex=apex, offset=19)
    for imaging, expected in ((Imaging(), forward), (Imaging(reverse=True), backward)):
        files, found = flow_pair(long, imaging)
        assert tuple(found) == expected
        assert [int(file.stem) for file in files] == found


def test_two_frames_have_one_flow_in_each_direction():
    assert flow_apex((4, 5), None, name="c") == 1
    assert flow_apex((5, 4), None, name="c") == 1


@pytest.mark.parametrize("spec", [AMI, GREY, FLOW])
def test_a_second_look_reads_the_store_and_gives_the_same(sample, store, spec, monkeypatch):
    first = model_input(sample, spec, store=store)
    entries = store.info().entries

    def forbidden(*_args, **_options):
        raise AssertionError("this must come from the store")

    monkeypatch.setattr("mer_core.inputs.imaging.build_ami", forbidden)
    monkeypatch.setattr("mer_core.inputs.tensors.flow_image", forbidden)
    monkeypatch.setattr("mer_core.inputs.tensors._fit", forbidden)
    np.testing.assert_array_equal(model_input(sample, spec, store=store), first)
    assert store.info().entries == entries


@pytest.mark.parametrize("spec", [AMI, GREY, FLOW])
def test_what_is_in_the_store_is_found_without_reading_a_frame(sample, store, spec, monkeypatch):
    now = time.time_ns
    monkeypatch.setattr("mer_core.file_digests.time.time_ns", lambda: now() + 60 * 10**9)
    first = model_input(sample, spec, store=store)
    opened = []
    reading = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path) or reading(path))
    monkeypatch.setattr("mer_core.file_digests._sha256", None)
    np.testing.assert_array_equal(model_input(sample, spec, store=store), first)
    assert {path.suffix for path in opened} == {".entry"}


@pytest.mark.parametrize("spec", [AMI, GREY, FLOW])
@pytest.mark.parametrize("part", ["imaging.code_digest", "imaging.cv2.getBuildInformation"])
def test_other_code_or_another_opencv_makes_inputs_anew(sample, store, spec, part, monkeypatch):
    model_input(sample, spec, store=store)
    entries = store.info().entries
    monkeypatch.setattr(f"mer_core.inputs.{part}", lambda *_: "another")
    model_input(sample, spec, store=store)
    assert store.info().entries == 2 * entries


def test_all_code_that_makes_inputs_is_counted():
    """Whatever the makers of inputs import, directly or not, decides what they make."""
    package = Path(mer_core.__file__).parent
    plumbing = {
        "atomic",
        "child_process",
        "cluster",
        "errors",
        "file_digests",
        "folders",
        "provenance",
    }
    plumbing |= {"local_workers", "provenance", "records", "registry", "store"}
    found, waiting = set(), ["inputs/tensors.py", "inputs/imaging.py"]
    while waiting:
        name = waiting.pop()
        for node in ast.walk(ast.parse((package / name).read_text())):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for module in (m for m in modules if m.startswith("mer_core.")):
                path = Path(*module.split(".")[1:])
                files = (path.with_suffix(".py"), path / "__init__.py")
                new = {str(file) for file in files if (package / file).is_file()} - found
                found |= new
                waiting += new
    counted = {name for name in found if Path(name).parts[0] in INPUT_CODE}
    assert {"ami/weighting.py", "flow/tvl1.py", "frames/decoding.py"} <= counted
    assert {Path(name).stem for name in found - counted} <= plumbing


def test_imaging_without_a_weighting_leaves_the_networks_own(sample, store):
    spec = replace(AMI, weighting="rank-pooling")
    own = model_input(sample, spec, store=store)
    np.testing.assert_array_equal(model_input(sample, spec, store=store, imaging=Imaging()), own)
    named = model_input(sample, spec, store=store, imaging=Imaging(weighting="full"))
    assert not np.array_equal(named, own)
    plain = sample_image(sample, Imaging(), store=store)
    assert plain.weighting == "full"


def test_a_changed_frame_gives_a_new_entry(sample, store):
    before = model_input(sample, AMI, store=store)
    frame = cv2.imread(str(sample.frames[3]))
    cv2.imwrite(str(sample.frames[3]), 255 - frame)
    assert not np.array_equal(model_input(sample, AMI, store=store), before)


def test_an_empty_range_names_the_clip(sample, store):
    with pytest.raises(FrameError, match="folder/s1/c1"):
        sample_image(sample, Imaging(first=90, last=95), store=store)


def test_building_reports_each_sample_and_resumes(sample, store):
    broken = replace(sample, clip="broken", onset=90, offset=95)
    inputs = InputSet((sample, broken), AMI, store)
    events = list(build_inputs(inputs, workers=1))
    assert [event.failure is None for event in events] == [True, False]
    assert "broken" in str(events[1].failure)
    assert [event.done for event in events] == [1, 2]
    assert store.info().entries == 1
    list(build_inputs(inputs, workers=1))
    assert store.info().entries == 1


def test_what_is_built_starts_no_process_and_is_told_all_the_same(sample, store, monkeypatch):
    samples = tuple(replace(sample, clip=f"c{i}", onset=7 + i % 4) for i in range(8))
    inputs = InputSet(samples, AMI, store)
    assert not inputs.is_stored(0)
    list(build_inputs(inputs, workers=1))
    assert all(map(inputs.is_stored, range(8)))
    monkeypatch.setattr("mer_core.inputs.building.open_executor", None)
    again = list(build_inputs(inputs, workers=4))
    assert [(event.done, event.total, event.failure) for event in again] == [
        (done, 8, None) for done in range(1, 9)
    ]


@pytest.mark.parametrize("spec", [AMI, GREY, FLOW])
def test_whether_an_input_is_stored_is_known(sample, store, spec):
    for imaging in (None, Imaging(reverse=True)):
        assert not is_stored(sample, spec, store=store, imaging=imaging)
        model_input(sample, spec, store=store, imaging=imaging)
        assert is_stored(sample, spec, store=store, imaging=imaging)


def test_building_with_processes_gives_the_same_entries(sample, store, tmp_path):
    samples = tuple(replace(sample, clip=f"c{i}", onset=7 + i % 4) for i in range(16))
    inputs = InputSet(samples, AMI, store)
    events = list(build_inputs(inputs, workers=2))
    assert sorted(event.done for event in events) == list(range(1, 17))
    assert not [event.failure for event in events if event.failure]
    alone = InputSet(samples, AMI, AmiStore(tmp_path / "alone"))
    np.testing.assert_array_equal(inputs.stack([0, 5, 9]), alone.stack([0, 5, 9]))
