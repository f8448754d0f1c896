"""Every injected defect is reported, and nothing else is."""

from __future__ import annotations

import pytest

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic.twins import DEFECTS, LAYOUTS, applicable
from mer_core.errors import SettingsError, UnknownNameError
from tests.mer_core.datasets.synthetic.twins.stand_in import quick_twin

INJECTED = [(dataset, name) for dataset in LAYOUTS.names() for name in applicable(dataset)]


def expected(manifest):
    return sorted((p.code, p.subject, p.clip) for p in manifest.injected if p.code)


def remarked(table, manifest):
    words = [injected.remark for injected in manifest.injected if injected.remark]
    found = [word for word in words if any(word in remark for remark in table.remarks)]
    return found == words and len(table.remarks) == len(words)


@pytest.mark.parametrize(("dataset", "name"), INJECTED)
def test_one_defect_gives_one_report(dataset, name, tmp_path):
    manifest = quick_twin(dataset, tmp_path / "twin", defects=[name])
    table = open_dataset(dataset, manifest.root)
    assert [injected.defect for injected in manifest.injected] == [name]
    assert sorted(table.codes()) == expected(manifest)
    assert remarked(table, manifest)
    assert len(table) > len(manifest.clips) - 2


@pytest.mark.parametrize("dataset", [d for d in LAYOUTS.names() if applicable(d)])
def test_all_defects_at_once_are_told_apart(dataset, tmp_path):
    manifest = quick_twin(dataset, tmp_path / "twin", defects=["all"], clips_per_subject=14)
    table = open_dataset(dataset, manifest.root)
    together = {name for name in applicable(dataset) if not DEFECTS.get(name).alone}
    assert {injected.defect for injected in manifest.injected} == together
    assert sorted(table.codes()) == expected(manifest)
    assert remarked(table, manifest)


def test_the_kinds_of_the_literature_are_all_there():
    written = {"apex-slash", "apex-backslash", "apex-zero", "apex-blank", "apex-after-offset"}
    files = {"offset-beyond-files", "doubled-extension", "no-crop", "no-folder", "no-row"}
    cells = {"label-typo", "label-case", "label-plural", "au-or", "au-question", "text-below"}
    assert written | files | cells <= set(DEFECTS.names())


def test_a_misspelt_word_is_reported_where_it_is_the_label(tmp_path):
    manifest = quick_twin("casme-squared", tmp_path / "twin", defects=["label-typo"])
    table = open_dataset("casme-squared", manifest.root, label_source="self-report")
    (injected,) = manifest.injected
    assert table.codes() == (("label-typo", injected.subject, injected.clip),)


def test_a_known_defect_sits_on_the_clip_readers_know_it_by(tmp_path):
    manifest = quick_twin("casme2", tmp_path / "twin", defects=["apex-slash"])
    (injected,) = manifest.injected
    assert (injected.subject, injected.clip) == ("sub04", "EP12_01f")


def test_a_known_subject_has_a_face_of_its_own(tmp_path):
    manifest = quick_twin("samm", tmp_path / "twin", defects=["all"])
    faces: dict[int, set[str]] = {}
    for spec in manifest.clips:
        faces.setdefault(spec.identity, set()).add(spec.subject)
    assert all(len(subjects) == 1 for subjects in faces.values())


def test_no_clip_carries_two_defects(tmp_path):
    manifest = quick_twin("casme2", tmp_path / "twin", defects=["all"], clips_per_subject=14)
    clips = [(p.subject, p.clip) for p in manifest.injected if p.clip]
    assert len(clips) == len(set(clips)) > 10


def test_defects_leave_the_other_clips_as_they_were(tmp_path):
    clean = {spec.key: spec for spec in quick_twin("samm", tmp_path / "clean").clips}
    spoilt = quick_twin("samm", tmp_path / "spoilt", defects=["all"])
    carriers = {f"{p.subject}/{p.clip}" for p in spoilt.injected}
    for spec in spoilt.clips:
        assert spec.key in carriers or spec == clean[spec.key]


@pytest.mark.parametrize(
    ("dataset", "names", "error"),
    [
        ("casme2", ["au-or"], SettingsError),
        ("folder", ["frame-gap"], SettingsError),
        ("casme2", ["no-such"], UnknownNameError),
    ],
)
def test_a_defect_the_layout_cannot_carry_is_refused(dataset, names, error, tmp_path):
    with pytest.raises(error, match=names[0]):
        quick_twin(dataset, tmp_path / "twin", defects=names)
    assert not (tmp_path / "twin").exists()


def test_a_missing_crop_needs_crops(tmp_path):
    assert "no-crop" in applicable("casme-squared")
    with pytest.raises(SettingsError, match="no-crop"):
        quick_twin("casme-squared", tmp_path / "twin", variant="raw", defects=["no-crop"])


def test_more_defects_than_clips_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="no clip is left"):
        quick_twin("samm", tmp_path / "twin", defects=["all"], clips_per_subject=2)
