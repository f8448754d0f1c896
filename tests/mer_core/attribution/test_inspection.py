"""Inspections: the same answers as the parts they are made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.attribution.control_maps import CONTROL_MAPS
from mer_core.attribution.inspection import Inspection
from mer_core.attribution.localisation import localise
from mer_core.attribution.recording import explain_recording
from mer_core.attribution.regions import MaskSource, recording_regions
from mer_core.attribution.sanity import Verdict
from mer_core.inputs import recording as recording_module
from mer_core.inputs import recording_input, synthetic_recording
from mer_core.models.loaded import load_model


@pytest.fixture(scope="module")
def recording():
    return synthetic_recording(subject=2, emotion="surprise", seed=3, size=112)


@pytest.fixture(scope="module")
def inspection(recording):
    model = load_model("ststnet", classes=("a", "b", "c"))
    return Inspection(model=model, recording=recording)


def test_probabilities_name_the_prediction(inspection):
    assert sum(inspection.answer.values()) == pytest.approx(1)
    assert inspection.answer[inspection.predicted] == max(inspection.answer.values())


def test_a_map_is_that_of_the_engine(inspection, recording):
    found = inspection.explain("saliency", target="b")
    again = explain_recording(inspection.model, recording, method="saliency", target="b")
    np.testing.assert_array_equal(found.values, again.values)
    assert found.target == "b"


def test_an_inspection_builds_its_image_once_however_many_maps_it_is_asked_for(
    recording, monkeypatch
):
    model = load_model("mobilenet", classes=("a", "b", "c"))
    fresh = Inspection(model=model, recording=recording)
    built = []
    real = recording_module.build_ami
    monkeypatch.setattr(
        recording_module, "build_ami", lambda *a, **k: built.append(1) or real(*a, **k)
    )
    expected = explain_recording(model, recording, method="integrated-gradients", target="b",
                                 parameters={"steps": 4})  # fmt: skip
    assert len(built) == 1
    for _ in range(2):
        found = fresh.explain("integrated-gradients", target="b", parameters={"steps": 4})
        np.testing.assert_array_equal(found.values, expected.values)
    fresh.explain("saliency")
    assert fresh.zero_level is not None
    assert len(built) == 2
    spec = model.entry.input
    np.testing.assert_array_equal(fresh.inputs[0], recording_input(recording, spec))


def test_regions_are_the_truth_where_there_is_one(inspection, recording):
    assert inspection.regions.source is MaskSource.TRUTH
    assert set(inspection.regions.masks) == set(recording.truth.action_units)
    share = np.mean([mask.any(axis=0) for mask in [recording.truth.masks]])
    assert inspection.regions.union.mean() == pytest.approx(share, abs=0.05)


def test_regions_of_a_coded_clip_come_from_the_template(recording):
    coded = replace(recording, truth=None, action_units=("4", "L12b", "99?"))
    found = recording_regions(coded, (56, 56))
    assert found.source in (MaskSource.TEMPLATE, MaskSource.UNPLACED)
    assert set(found.masks) == {"AU4", "AU12"}
    assert recording_regions(replace(coded, action_units=()), (56, 56)) is None


def test_control_maps_are_scored_like_maps(inspection):
    controls = inspection.control_maps()
    assert list(controls) == list(CONTROL_MAPS)
    for values in controls.values():
        assert values.shape == inspection.size
        assert (
            inspection.localise(values).scores == localise(values, inspection.regions.union).scores
        )


def test_a_face_at_rest_has_no_region_and_no_score():
    still = synthetic_recording(subject=2, emotion="neutral", seed=0, size=64)
    inspection = Inspection(model=load_model("ststnet", classes=("a", "b")), recording=still)
    assert inspection.regions is None
    assert inspection.localise(np.ones(inspection.size)) is None


def test_the_card_examines_the_map_that_was_made(inspection):
    heard = []
    found = inspection.explain("input-x-gradient")
    card = inspection.examine(found, progress=heard.append)
    assert heard == [check.name for check in card.checks]
    assert card.check("degenerate").verdict is Verdict.PASS


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_no_two_control_maps_are_one(weighting):
    recording = synthetic_recording(subject=2, emotion="anger", seed=0, size=64)
    model = load_model("affectivenet", classes=("a", "b"), weights="random")
    inspection = Inspection(model=model, recording=recording, weighting=weighting)
    every, found = inspection.control_maps(), inspection.distinct_control_maps()
    same = np.array_equal(every["ami-energy"], every["motion-energy"])
    assert list(found) == [name for name in CONTROL_MAPS if not (same and name == "ami-energy")]
    assert "motion-energy" in found
