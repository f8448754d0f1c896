"""Inspections: the same answers as the parts they are made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

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
def look(recording):
    model = load_model("ststnet", classes=("a", "b", "c"))
    return Inspection(model=model, recording=recording)


def test_probabilities_name_the_prediction(look):
    assert sum(look.answer.values()) == pytest.approx(1)
    assert look.answer[look.predicted] == max(look.answer.values())


def test_a_map_is_that_of_the_engine(look, recording):
    found = look.explain("saliency", target="b")
    again = explain_recording(look.model, recording, method="saliency", target="b")
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


def test_regions_are_the_truth_where_there_is_one(look, recording):
    assert look.regions.source is MaskSource.TRUTH
    assert set(look.regions.masks) == set(recording.truth.action_units)
    share = np.mean([mask.any(axis=0) for mask in [recording.truth.masks]])
    assert look.regions.union.mean() == pytest.approx(share, abs=0.05)


def test_regions_of_a_coded_clip_come_from_the_template(recording):
    coded = replace(recording, truth=None, action_units=("4", "L12b", "99?"))
    found = recording_regions(coded, (56, 56))
    assert found.source in (MaskSource.TEMPLATE, MaskSource.UNPLACED)
    assert set(found.masks) == {"AU4", "AU12"}
    assert recording_regions(replace(coded, action_units=()), (56, 56)) is None


def test_rivals_are_scored_like_maps(look):
    rivals = look.control_maps()
    assert list(rivals) == list(CONTROL_MAPS)
    for values in rivals.values():
        assert values.shape == look.size
        assert look.localise(values).scores == localise(values, look.regions.union).scores


def test_a_face_at_rest_has_no_region_and_no_score():
    still = synthetic_recording(subject=2, emotion="neutral", seed=0, size=64)
    look = Inspection(model=load_model("ststnet", classes=("a", "b")), recording=still)
    assert look.regions is None
    assert look.localise(np.ones(look.size)) is None


def test_the_card_examines_the_map_that_was_made(look):
    heard = []
    found = look.explain("input-x-gradient")
    card = look.examine(found, progress=heard.append)
    assert heard == [check.name for check in card.checks]
    assert card.check("degenerate").verdict is Verdict.PASS
