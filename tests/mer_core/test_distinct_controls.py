"""Readers see each control map once."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.attribution.control_maps import CONTROL_MAPS
from mer_core.attribution.inspection import Inspection
from mer_core.distinct_controls import distinct_controls
from mer_core.inputs import synthetic_recording
from mer_core.models.loaded import load_model


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_no_two_control_maps_are_one(weighting):
    recording = synthetic_recording(subject=2, emotion="anger", seed=0, size=64)
    model = load_model("affectivenet", classes=("a", "b"), weights="random")
    inspection = Inspection(model=model, recording=recording, weighting=weighting)
    every, found = inspection.control_maps(), distinct_controls(inspection)
    same = np.array_equal(every["ami-energy"], every["motion-energy"])
    assert list(found) == [name for name in CONTROL_MAPS if not (same and name == "ami-energy")]
    assert "motion-energy" in found
