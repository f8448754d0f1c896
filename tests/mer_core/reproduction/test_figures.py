"""Figures that look into networks: which network, which clip, which maps."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from mer_core.features import feature_maps
from mer_core.inputs import AmiStore, Imaging, sample_image
from mer_core.reproduction import feature_figures
from mer_core.reproduction.cells import Status, cells_of, load_or_run
from mer_core.reproduction.confusions import FIGURE5_BUILDER, ConfusionView, make_figure5
from mer_core.reproduction.feature_figures import make_figure3, make_figure6
from mer_core.reproduction.held_out import (
    SIZE,
    FigureClip,
    choose_clip,
    held_out_network,
    matched_images,
)
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import Roots


@pytest.fixture
def trained(job):
    (cell,) = cells_of("AffectiveNet-1", ("CASME-II",))
    found = load_or_run(cell, job)
    assert found.result is not None
    return found.result


def test_the_network_has_not_seen_the_person(job, trained):
    clip = choose_clip(job, "casme2", "disgust").sample
    model = held_out_network(job, "AffectiveNet-1", clip)
    (fold,) = [f for f in trained.folds if f.weights_digest == model.weights.digest]
    assert {answer.subject for answer in trained.answers[fold.identity]} == {clip.subject}


def test_without_a_study_the_weights_are_random_and_say_so(job):
    clip = choose_clip(job, "casme2", "disgust").sample
    model = held_out_network(job, "Af-Net-KS-2", clip)
    assert not model.weights.trained
    assert "untrained" in model.weights.label


@pytest.mark.parametrize(
    ("trained", "label"),
    [
        ((True, True), "trained on synthetic faces"),
        ((False, False), "untrained"),
        ((True, False), "untrained on SAMM"),
    ],
)
def test_of_several_networks_the_label_says_which_are_untrained(trained, label):
    models = [
        SimpleNamespace(weights=SimpleNamespace(trained=one, synthetic=True)) for one in trained
    ]
    assert feature_figures._trainings(models, ["CASME", "SAMM"]) == label


def test_figure_3_ranks_channels_by_their_response_where_the_face_moves(job, trained):
    made = make_figure3(job)
    shown = choose_clip(job, "casme2", "happiness")
    model = held_out_network(job, "AffectiveNet-1", shown.sample)
    maps = feature_maps(model, shown.tensor(model), ["micro.k7.first"])["micro.k7.first"]
    assert shown.region.shape == maps.values.shape[1:]  # so that cells need no weighing
    inside, outside = (maps.values[:, mask].mean(axis=1) for mask in (shown.region, ~shown.region))
    scores = (inside - outside) / (maps.values.std(axis=(1, 2)) + 1e-9)
    assert made.values["7x7.first"] == sorted(range(len(scores)), key=lambda c: -scores[c])[:3]
    assert made.synthetic
    assert json.loads(made.content(".json"))["clips"] == [shown.sample.key]
    for suffix in (".png", ".svg"):
        assert made.content(suffix) == make_figure3(job).content(suffix)


def test_a_clip_is_chosen_by_where_it_moves_and_not_by_a_network(job):
    shown = choose_clip(job, "casme2", "disgust")
    others = [FigureClip(sample=s) for s in job.table("casme2") if s.label == shown.sample.label]
    assert shown.motion_share == max(one.motion_share for one in others)
    image = sample_image(shown.sample, Imaging(weighting="literal", size=SIZE), store=AmiStore())
    energy = np.abs(image.total).sum(axis=2)
    density = energy[shown.region].mean() / energy.mean()
    assert shown.motion_share == pytest.approx(density, rel=1e-4)


def test_matched_images_have_one_scale_and_one_grey_level_for_zero(job):
    clips = [FigureClip(sample=sample) for sample in job.table("samm").samples[:2]]
    model = held_out_network(job, "AffectiveNet-1", clips[0].sample)
    images = matched_images(clips, model)
    imaging = Imaging(weighting=model.entry.input.weighting, size=SIZE)
    totals = [
        image.total / len(image.frame_numbers)
        for image in (sample_image(c.sample, imaging, store=AmiStore()) for c in clips)
    ]
    low, high = min(t.min() for t in totals), max(t.max() for t in totals)
    for image, total in zip(images, totals, strict=True):
        np.testing.assert_allclose(image / 255 * (high - low) + low, total, atol=(high - low) / 500)
    assert min(i.min() for i in images) == 0
    assert max(i.max() for i in images) == 255


def test_figure_6_shows_what_is_there(job):
    made = make_figure6(job)
    assert {name.split(".")[0] for name in made.values} == {"casme2", "samm"}
    assert all(len(set(best)) == 3 for best in made.values.values())


def test_figure_5_holds_the_paper_and_the_study(job, trained):
    made = make_figure5(job, "abg")
    panels = {panel["letter"]: panel for panel in json.loads(made.record)}
    assert panels["a"]["data"] == Status.MISSING
    assert panels["a"]["counts"] is None
    assert np.sum(panels["a"]["paper_shares"]) == pytest.approx(1, abs=0.011)
    names = {"Neg": "negative", "Oth": "others", "Pos": "positive", "Sur": "surprise"}
    pairs = [(answer.truth, answer.predicted) for answer in trained.predictions()]
    for i, true in enumerate(panels["b"]["classes"]):
        for j, answered in enumerate(panels["b"]["classes"]):
            counted = pairs.count((names[true], names[answered]))
            assert panels["b"]["counts"][i][j] == counted
    assert np.sum(panels["g"]["counts"]) == len(job.table("samm"))
    files = FIGURE5_BUILDER.draw(made.record, synthetic=made.synthetic)
    assert {file.suffix for file in files} == {".json", ".png", ".svg"}
    drawn = list(ConfusionView.read(made.record, made.synthetic).charts())
    assert len(drawn) == len(panels) + sum(p["counts"] is not None for p in panels.values())


def test_a_job_without_data_says_which_is_missing(folders):
    from mer_core.reproduction.roots import MissingDataError

    with pytest.raises(MissingDataError, match="CASME"):
        make_figure6(Job(roots=Roots(places={})))
