"""Means and contrasts of a table small enough to average by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mer_core.errors import StoreError
from mer_core.models.catalog import model_entry
from mer_core.reproduction.attention_table import layer_record, view_layers
from mer_core.reproduction.localisation_summary import (
    Contrast,
    Mean,
    Row,
    as_csv,
    contrasts,
    read_csv,
    summarise,
)
from mer_core.reproduction.localisation_text import (
    contrast_table,
    measured_cells,
    score_table,
    verdict,
    without_repeats,
)
from mer_core.reproduction.measured import read_frame, rows_csv

FIGURES = Path(__file__).resolve().parents[3] / "figures"


def row(subject, clip, method, normalised, **changes):
    values = {
        "dataset": "casme2",
        "model": "affectivenet",
        "method": method,
        "baseline": method == "motion-energy",
        "au": "any",
        "emotion": "positive",
        "subject": subject,
        "clip": clip,
        "seed": 0,
        "target": "positive",
        "correct": True,
        "metric": "mass",
        "value": normalised / 10,
        "normalised": normalised,
        "area": 0.1,
        "source": "ground truth",
        "reduction": "",
        "constant": False,
        "note": "",
        "synthetic": True,
    }
    return Row(**{**values, **changes})


ROWS = [
    row("s1", "a", "saliency", 2.0),
    row("s1", "b", "saliency", 4.0, emotion="negative"),
    row("s2", "a", "saliency", 3.0),
    row("s1", "a", "motion-energy", 1.0),
    row("s1", "b", "motion-energy", 1.5, emotion="negative"),
    row("s2", "a", "motion-energy", 4.0),
    row("s2", "a", "saliency", 9.0, au="AU12"),
    row("s2", "b", "saliency", float("nan"), note="the region is empty"),
]


def line(group, method, name=""):
    (found,) = (
        mean
        for mean in summarise(ROWS)
        if (mean.group, mean.method, mean.name) == (group, method, name)
    )
    return found


def test_means_are_over_clips_and_skip_what_has_no_score():
    everything = line("all", "saliency")
    assert everything.normalised.value == pytest.approx(3)
    assert (everything.clips, everything.subjects) == (3, 2)
    assert everything.value == pytest.approx(0.3)
    # s1 alone averages 3, s2 alone 3: whoever is drawn, the mean stays.
    assert (everything.normalised.low, everything.normalised.high) == pytest.approx((3, 3))
    assert line("emotion", "saliency", "negative").normalised.value == pytest.approx(4)
    assert line("au", "saliency", "AU12").normalised.value == pytest.approx(9)


def test_motion_is_beaten_clip_by_clip():
    everything = line("all", "saliency")
    assert everything.beats_motion is not None
    assert everything.beats_motion.value == pytest.approx((1 + 2.5 - 1) / 3)
    assert line("all", "motion-energy").beats_motion is None


def test_only_what_beats_motion_and_the_centre_with_its_interval_gets_a_star():
    people = [f"s{i}" for i in range(6)]
    scores = {"saliency": 3.0, "grad-cam": 2.0, "occlusion": 1.2}
    rows = [
        row(person, "a", method, value + 0.01 * i)
        for method, value in scores.items()
        for i, person in enumerate(people)
    ]
    rows += [row(person, "a", "motion-energy", 1.5) for person in people]
    rows += [row(person, "a", "centre", 2.5, baseline=True) for person in people]
    found = {mean.method: mean for mean in summarise(rows) if mean.group == "all"}
    centre = found["grad-cam"].beats_centre
    assert centre is not None
    assert centre.value == pytest.approx(2.025 - 2.5)
    assert {name for name, mean in found.items() if mean.beats_both} == {"saliency"}
    assert verdict(list(found.values())) == (
        "AffectiveNet: Saliency beats both motion energy and the centre Gaussian; "
        "Grad-CAM beats motion energy alone."
    )


def test_layers_are_told_apart_and_constant_maps_counted_once_a_clip():
    layers = [
        row(person, "a", f"grad-cam at {layer}", value, constant=layer == "fm3")
        for layer, value in (("micro.k11.refine", 3.0), ("fm3", 1.0))
        for person in ("s1", "s2")
    ]
    default = [
        row(f"s{i}", "a", "grad-cam", 2.0, metric=metric, constant=i == 0)
        for i in range(4)
        for metric in ("mass", "rank")
    ]
    lines = {line["layer"]: line for line in read_frame(layer_record(layers, default))}
    assert (lines["micro.k11.refine"]["default"], lines["fm3"]["default"]) == (1, 0)
    assert lines["micro.k11.refine"]["score"] == pytest.approx(3)
    assert lines["micro.k11.refine"]["constant_unseen"] == pytest.approx(1 / 4)
    assert lines["micro.k11.refine"]["unseen_clips"] == 4
    assert lines["fm3"]["constant_inner"] == 1
    assert lines["fm3"]["constant_unseen"] is None


def test_default_layers_are_those_of_the_committed_measurement():
    lines = read_frame((FIGURES / "map_layers_synthetic.csv").read_text())
    shares = {}
    for network in {line["network"] for line in lines}:
        layers = [line for line in lines if line["network"] == network]
        never_constant = [line for line in layers if line["constant_inner"] == 0]
        best = max(never_constant, key=lambda line: line["score"])
        assert model_entry(network).default_layer.name == best["layer"]
        assert best["default"] == 1
        shares[network] = (best["constant_unseen"], best["unseen_clips"])
    compared = [shares[name] for name in ("affectivenet", "resnet50", "mobilenet")]
    assert all(clips >= 200 for _, clips in compared)
    assert sum(share * clips for share, clips in compared) / sum(n for _, n in compared) < 0.01


def test_the_table_names_every_default_layer_that_misses_the_target():
    record = (FIGURES / "map_layers_synthetic.csv").read_text()
    missed = {
        model_entry(line["network"]).title
        for line in read_frame(record)
        if line["default"] and line["constant_unseen"] > 0.01
    }
    (note,) = (one for one in view_layers(record, synthetic=True).table.notes if "missed" in one)
    assert missed == {"ResNet-50", "LEARNet"}
    assert note.endswith("missed by ResNet-50 (1.5%), LEARNet (3.0%).")
    assert note in (FIGURES / "map_layers_synthetic.md").read_text()
    better = "\n".join(
        line.replace(",0.0150,", ",0.0100,").replace(",0.0300,", ",0.0000,")
        for line in record.splitlines()
    )
    assert not any("missed" in one for one in view_layers(better, synthetic=True).table.notes)


def test_one_subject_gives_a_mean_without_an_interval():
    negative = line("emotion", "saliency", "negative")
    assert np.isnan([negative.normalised.low, negative.normalised.high]).all()


def test_seeds_of_one_clip_are_averaged_first():
    rows = [row("s1", "a", "saliency", 2.0, seed=seed) for seed in (0, 1, 2)]
    rows.append(row("s2", "a", "saliency", 4.0))
    (mean, *_) = summarise(rows)
    assert mean.normalised.value == pytest.approx(3)
    assert mean.clips == 2


def test_networks_are_compared_on_the_clips_they_share():
    others = [
        row("s1", "a", "saliency", 1.0, model="mobilenet"),
        row("s2", "a", "saliency", 2.5, model="mobilenet"),
        row("s9", "a", "saliency", 99.0, model="mobilenet"),
    ]
    (found,) = contrasts([*ROWS, *others])
    assert (found.first, found.second, found.clips) == ("affectivenet", "mobilenet", 2)
    assert found.difference.value == pytest.approx((1.0 + 0.5) / 2)
    assert found.verdict == "more"
    (turned,) = contrasts([*others, *ROWS])
    assert turned.verdict == "less"


def test_an_interval_around_zero_tells_nothing():
    mixed = [
        row("s1", "a", "saliency", 1.0, model="mobilenet"),
        row("s2", "a", "saliency", 5.0, model="mobilenet"),
    ]
    (found,) = contrasts([*ROWS, *mixed])
    assert found.verdict == "cannot be told"
    (alone,) = contrasts([*ROWS, mixed[0]])
    assert alone.verdict == "cannot be told"  # one subject: no interval


def test_the_table_survives_its_file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(as_csv(ROWS))
    again = read_csv(path)
    assert as_csv(again) == as_csv(ROWS)
    assert again[0] == ROWS[0]
    assert np.isnan(again[-1].value)


@pytest.mark.parametrize("damage", ["", "a,b\n1,2\n", "HEAD\nx\n"])
def test_a_damaged_table_is_refused(tmp_path, damage):
    path = tmp_path / "rows.csv"
    path.write_text(damage.replace("HEAD", as_csv([]).strip()))
    with pytest.raises(StoreError, match="not a table of localisation scores"):
        read_csv(path)


def test_the_page_says_synthetic_and_answers_the_question():
    others = [row(s, c, "saliency", 1.0, model="mobilenet") for s, c in (("s1", "a"), ("s2", "a"))]
    rows = [*ROWS, *others]
    table = score_table(
        summarise(rows),
        metric="mass",
        synthetic=True,
        target="predicted",
        reduction="positive",
        sources=["ground truth"],
        left_out={"deeplift on mobilenet": "no rule"},
    )
    assert "(synthetic data)" in table.markdown()
    assert "Left out, DeepLift on MobileNetV1: no rule" in table.markdown()
    frame = table.frame.set_index("map")
    assert frame.loc["Saliency", "AffectiveNet"].startswith("3.00 (")
    assert frame.loc["Saliency", "MobileNetV1"].startswith("1.00 (")
    compared = contrast_table(contrasts(rows), metric="mass", synthetic=True).frame
    assert compared["AffectiveNet − MobileNetV1"].iloc[0].endswith(" more")
    cells = measured_cells(summarise(rows), metric="mass")
    drawn = {(cell.setup, cell.method): cell for cell in cells}
    assert drawn["AffectiveNet", "Saliency"].value == pytest.approx(3)
    assert drawn["AffectiveNet", "Saliency"].rate == pytest.approx((1 + 1.5 + 4) / 3)
    # The second network sees the same images: their baselines stand there once.
    twice = [*rows, row("s1", "a", "motion-energy", 1.0, model="mobilenet")]
    kept = without_repeats([mean for mean in summarise(twice) if mean.group == "all"])
    assert [mean.model for mean in kept if mean.baseline] == ["affectivenet"]
    assert rows_csv(Mean, summarise(rows)).count("\n") == len(summarise(rows)) + 1
    text = rows_csv(Contrast, contrasts(rows), properties=("verdict",))
    header, first = (line.split(",") for line in text.splitlines()[:2])
    assert header[-4:] == ["difference", "difference_low", "difference_high", "verdict"]
    assert first[-1] == "more"
