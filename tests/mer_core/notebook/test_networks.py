"""Networks and clips as notebooks show them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mer_core import load_model
from mer_core import notebook as nb
from mer_core.errors import DatasetError, UnknownNameError


@pytest.fixture(scope="module")
def inspection():
    return nb.inspect(load_model("affectivenet", weights="synthetic"), 4, "happiness")


def test_an_untrained_network_reads_the_images_that_a_trained_one_reads(inspection):
    untrained = nb.untrained("affectivenet")
    assert not untrained.weights.trained
    assert untrained.entry.input == inspection.model.entry.input
    assert untrained.classes == inspection.model.classes


def test_a_layer_is_found_by_branch_and_part(inspection):
    for branch, layers in inspection.model.entry.branches().items():
        found = [nb.layer_of(inspection.model, branch, part) for part in nb.PARTS.values()]
        assert found == [layer.name for layer in layers]
    with pytest.raises(UnknownNameError):
        nb.layer_of(inspection.model, "9x9", "first")


def test_a_channel_beyond_the_last_counts_on_from_the_first(inspection):
    layer = nb.layer_of(inspection.model, "3x3", "first")
    third, strongest = (
        nb.channel_view(inspection.model, inspection.recording, layer, n) for n in (3, -1)
    )
    assert nb.channel_view(inspection.model, inspection.recording, layer, 16 + 3).png == third.png
    assert strongest.png != third.png
    assert nb.CHANNELS["the three strongest"] == -1


def test_the_guessing_game_owns_up_to_every_map_once(inspection):
    lines = nb.guess_words(inspection).splitlines()
    assert [line[:7] for line in lines] == [f"- **{letter}**" for letter in "ABCD"]
    assert repr(nb.guess_maps(inspection)) == "Pictures: Map A, Map B, Map C, Map D"
    assert sum("AffectiveNet" in line for line in lines) == 1
    # A random map holds its share of the region and no more.
    (random,) = [line for line in lines if "Random map" in line]
    assert float(re.search(r"mass ([\d.]+)", random)[1]) == pytest.approx(1, abs=0.1)


def test_networks_that_look_at_one_clip_are_set_beside_each_other(inspection):
    frame = nb.predictions_frame([inspection, inspection])
    assert list(frame.columns) == ["predicts", "probability", "is"]
    assert set(frame["predicts"]) == {inspection.predicted}
    right = inspection.predicted == "positive"  # which happiness counts as
    assert set(frame["is"]) == {"right" if right else "wrong"}
    assert nb.agreement_words([inspection, inspection]) == {"agreeing": "All two"}


def test_the_answer_is_a_distribution_over_the_classes(inspection):
    frame = nb.answer_frame(inspection)
    assert list(frame.index) == list(inspection.model.classes)
    assert (frame[""] == "predicted").sum() == 1
    assert frame[""][inspection.predicted] == "predicted"


def test_a_cut_clip_has_the_frames_between_its_ends(inspection):
    clip = inspection.recording
    part = nb.cut(clip, clip.onset + 2, clip.offset - 3)
    assert part.expression.frame_numbers == tuple(range(clip.onset + 2, clip.offset - 2))


def test_weights_and_motion_of_a_clip(inspection):
    sums = nb.weight_sums(inspection.recording)
    assert sums["weights sum to"]["Full"] == len(inspection.recording.expression)
    words = nb.motion_words(inspection.recording)
    shares = sums["share of contrast where the face moves"]
    assert shares[words["best"]] == shares.max()
    still = nb.cut(inspection.recording, 0, 5)
    assert still.region is not None
    with pytest.raises(DatasetError, match="nobody knows"):
        nb.motion_words(type(still)(clip=still.clip, subject="1", label="x"))


def test_a_leak_is_told_as_it_is_drawn():
    words = nb.leak_words(people=10, clips=5, classes=4, epochs=1)
    # Whoever looks once has nothing to choose from.
    assert words["honest"] == words["leaked"]
    assert words["chance"] == "25%"
    chart = nb.leak_chart(people=10, clips=5, classes=4, epochs=20)
    assert np.frombuffer(chart.png[:4], np.uint8).tolist() == [137, 80, 78, 71]
