"""Generate, read with the real readers, compare every field."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic import GroundTruth
from mer_core.datasets.synthetic.twins import LAYOUTS, write_twin
from tests.mer_core.datasets.synthetic.twins.stand_in import quick_twin

VARIANTS = [
    (dataset, variant)
    for dataset in LAYOUTS.names()
    for variant in ("raw", "cropped", "both")
    if not (LAYOUTS.get(dataset).one_tree and variant == "both")
]


def readings(variant: str) -> tuple[str, ...]:
    return ("raw", "cropped") if variant == "both" else ("auto",)


@pytest.mark.parametrize(("dataset", "variant"), VARIANTS)
def test_a_clean_twin_reads_back_as_it_was_played(dataset, variant, tmp_path):
    manifest = quick_twin(dataset, tmp_path / "twin", variant=variant)
    for reading in readings(variant):
        table = open_dataset(dataset, manifest.root, variant=reading)
        assert table.codes() == ()
        assert table.warnings == ()
        assert table.synthetic
        samples = {f"{sample.subject}/{sample.clip}": sample for sample in table}
        assert set(samples) == {spec.key for spec in manifest.clips}
        for spec in manifest.clips:
            sample = samples[spec.key]
            assert sample.synthetic
            assert sample.frame_numbers == spec.frame_numbers
            assert (sample.onset, sample.offset) == (spec.onset, spec.offset)
            assert sample.label == spec.label
            assert sample.expression is spec.expression
            assert sample.fps == spec.fps
            if dataset == "smic":  # its folders code neither apex nor action units
                assert sample.apex is None
            else:
                assert sample.apex == spec.apex
                assert sample.action_units == spec.action_units
            assert not sample.derived


@pytest.mark.parametrize("dataset", LAYOUTS.names())
def test_ground_truth_comes_back_through_the_table(dataset, tmp_path):
    manifest = quick_twin(dataset, tmp_path / "twin")
    specs = {spec.key: spec for spec in manifest.clips}
    for sample in open_dataset(dataset, manifest.root):
        assert sample.truth is not None
        truth = GroundTruth.load(sample.truth)
        spec = specs[f"{sample.subject}/{sample.clip}"]
        assert truth.action_units == tuple(f"AU{unit.number}" for unit in spec.action_units)
        assert len(truth.curves) == len(sample.frames)
        assert spec.onset + truth.apex == spec.apex


def test_each_framing_has_its_own_truth(tmp_path):
    manifest = quick_twin("casme2", tmp_path / "twin", variant="both")
    truths = {
        variant: {s.truth for s in open_dataset("casme2", manifest.root, variant=variant)}
        for variant in ("raw", "cropped")
    }
    assert None not in truths["raw"] | truths["cropped"]
    assert not truths["raw"] & truths["cropped"]


@pytest.mark.parametrize("source", ["estimated", "self-report"])
def test_casme_squared_gives_the_coders_and_the_subjects_own_words(source, tmp_path):
    manifest = quick_twin("casme-squared", tmp_path / "twin")
    table = open_dataset("casme-squared", manifest.root, label_source=source)
    words = {spec.key: spec.words[source] for spec in manifest.clips}
    assert {f"{s.subject}/{s.clip}": s.label for s in table} == words


def test_casme_squared_mixes_macro_and_micro(tmp_path):
    manifest = quick_twin("casme-squared", tmp_path / "twin")
    for kind in ("micro", "macro"):
        table = open_dataset("casme-squared", manifest.root, expression=kind)
        kept = {spec.key for spec in manifest.clips if spec.expression == kind}
        assert {f"{s.subject}/{s.clip}" for s in table} == kept
        assert kept


@pytest.mark.parametrize(
    ("defects", "version", "surprise"), [((), "20140508", 25), (("coding-2019",), "20190701", 28)]
)
def test_a_full_twin_passes_for_the_release_it_copies(defects, version, surprise, tmp_path):
    manifest = quick_twin("casme2", tmp_path / "twin", full=True, frames=(3, 3), defects=defects)
    table = open_dataset("casme2", manifest.root)
    assert len(table) == 255
    assert table.sheet_version == version
    assert sum(sample.label == "surprise" for sample in table) == surprise
    assert table.codes() == ()


def test_a_face_is_really_drawn(tmp_path):
    cv2 = pytest.importorskip("cv2")
    manifest = write_twin(
        "samm", tmp_path / "twin", subjects=1, clips_per_subject=1, frames=(6, 6), size=64
    )
    (sample,) = open_dataset("samm", manifest.root)
    frames = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in sample.frames]
    assert {frame.shape for frame in frames} == {(64, 64)}  # grey
    assert frames[0].std() > 20
    apex = sample.frame_numbers.index(sample.apex)
    moved = np.abs(frames[apex].astype(int) - frames[0]).astype(np.uint8)
    field = np.linalg.norm(GroundTruth.load(sample.truth).displacement, axis=-1)
    inside = field > 0.5 * field.max()
    assert moved[inside].mean() > 1.5 * moved[field == 0].mean()


def test_readers_find_the_twin_inside_the_folder_given(tmp_path: Path):
    quick_twin("casme2", tmp_path / "data" / "twin")
    assert open_dataset("casme2", tmp_path / "data").synthetic
