from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic.twins import cached_twins, read_manifest, write_twin
from mer_core.datasets.synthetic.twins import writing as subject
from mer_core.errors import DatasetError, SettingsError
from tests.mer_core.datasets.synthetic.twins.stand_in import quick_twin, stand_in


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


class Interruption(Exception):
    pass


def interrupted_after(count):
    clips = 0

    def render(plan, *, size, framing):
        nonlocal clips
        clips += 1
        if clips > count:
            raise Interruption
        return stand_in(plan, size=size, framing=framing)

    return render


def test_the_same_settings_give_the_same_bytes(tmp_path):
    first = quick_twin("samm", tmp_path / "1", defects=["all"])
    second = quick_twin("samm", tmp_path / "2", defects=["all"])
    assert digests(first.root) == digests(second.root)


def test_an_interrupted_twin_goes_on_and_ends_the_same(tmp_path):
    whole = quick_twin("casme2", tmp_path / "whole")
    with pytest.raises(Interruption):
        quick_twin("casme2", tmp_path / "twin", render=interrupted_after(7))
    begun = digests(tmp_path / "twin")
    assert not read_manifest(tmp_path / "twin").complete
    assert "UNFINISHED" in (tmp_path / "twin" / "SYNTHETIC.txt").read_text()
    assert not list((tmp_path / "twin").glob("*.xlsx"))  # no reader takes it for a whole one
    seen = []
    again = quick_twin("casme2", tmp_path / "twin", progress=lambda *x: seen.append(x))
    assert seen[0] == (7, 30)
    assert seen[-1] == (30, 30)
    assert digests(again.root) == digests(whole.root)
    clips = {name for name in begun if name.endswith((".jpg", ".npz"))}
    assert clips <= set(digests(again.root))


@pytest.mark.parametrize("kind", ["*.npz", "*.jpg"])
def test_finished_clips_are_kept_and_damaged_ones_drawn_again(kind, tmp_path):
    manifest = quick_twin("casme2", tmp_path / "twin")
    before = digests(manifest.root)
    next(manifest.root.rglob(kind)).unlink()
    drawn = []

    def counting(plan, *, size, framing):
        drawn.append(plan)
        return stand_in(plan, size=size, framing=framing)

    quick_twin("casme2", tmp_path / "twin", render=counting)
    assert len(drawn) == 1
    assert digests(manifest.root) == before


def test_a_clip_folder_is_whole_as_soon_as_it_is_there(tmp_path):
    def failing(plan, *, size, framing):
        clip = stand_in(plan, size=size, framing=framing)
        object.__setattr__(clip, "frames", clip.frames[:-1])
        return clip

    with pytest.raises(ValueError, match="zip"):
        quick_twin("casme2", tmp_path / "twin", render=failing)
    assert not list((tmp_path / "twin").rglob("*.jpg"))
    assert not (tmp_path / "twin" / ".partial").exists()


@pytest.mark.parametrize("content", ["holiday.jpg", "SYNTHETIC.txt"])
def test_a_folder_that_is_no_twin_is_left_alone(content, tmp_path):
    (tmp_path / content).write_text("mine")
    with pytest.raises(SettingsError, match="not empty"):
        quick_twin("casme2", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [content]
    assert (tmp_path / content).read_text() == "mine"


def test_another_twin_is_not_written_over(tmp_path):
    before = digests(quick_twin("casme2", tmp_path / "twin").root)
    for other in ({"seed": 6}, {"size": 64}, {"defects": ["frame-gap"]}):
        with pytest.raises(SettingsError, match="another twin"):
            quick_twin("casme2", tmp_path / "twin", **other)
    with pytest.raises(SettingsError, match="another twin"):
        quick_twin("smic", tmp_path / "twin")
    assert digests(tmp_path / "twin") == before


def test_a_file_is_no_place_for_a_twin(tmp_path):
    (tmp_path / "twin").write_text("")
    with pytest.raises(SettingsError, match="is a file"):
        quick_twin("casme2", tmp_path / "twin")


def test_a_manifest_comes_back_as_it_was_saved(tmp_path):
    manifest = quick_twin("casme-squared", tmp_path / "twin", defects=["all"])
    assert read_manifest(manifest.root) == manifest
    assert manifest.complete


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        quick_twin("casme2", tmp_path / "file" / "twin")


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"generation": 1, "settings": 3}'])
def test_a_broken_manifest_is_an_error_and_none_is_none(content, tmp_path):
    assert read_manifest(tmp_path) is None
    manifest = tmp_path / "ground_truth" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text(content)
    with pytest.raises(DatasetError, match="manifest"):
        read_manifest(tmp_path)


def small(out: Path, **options):
    return write_twin(
        "smic", out, subjects=2, clips_per_subject=3, size=48, frames=(3, 4), seed=1, **options
    )


def test_two_workers_write_what_one_writes(tmp_path):
    one = small(tmp_path / "one", workers=1)
    two = small(tmp_path / "two", workers=2)
    assert digests(one.root) == digests(two.root)


def test_what_stops_a_worker_is_said(tmp_path):
    whole = small(tmp_path / "whole", workers=1)
    (tmp_path / "twin" / "ground_truth").mkdir(parents=True)
    (tmp_path / "twin" / "ground_truth" / whole.clips[0].subject).touch()  # is to be a folder
    with pytest.raises(SettingsError, match=r"cannot be written .* finished clips are kept"):
        small(tmp_path / "twin", workers=2)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_run_leaves_only_whole_clips_and_can_be_continued(tmp_path):
    root = tmp_path / "twin"
    code = (
        "from pathlib import Path; from mer_core.datasets.synthetic.twins import write_twin;"
        f"write_twin('smic', Path({str(root)!r}), subjects=2, clips_per_subject=3, size=48,"
        "frames=(3, 4), seed=1, workers=1)"
    )
    run = subprocess.Popen([sys.executable, "-c", code])
    while not list(root.rglob("*.bmp")) and run.poll() is None:
        time.sleep(0.01)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    small(root, workers=1)
    assert digests(root) == digests(small(tmp_path / "whole", workers=1).root)


def test_the_demo_is_written_once(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    rendered = []

    def write(settings, out, *, progress=None):
        rendered.append(settings)
        return subject.write_twin_of(settings, out, progress=progress, render=stand_in)

    monkeypatch.setattr(cached_twins, "write_twin_of", write)
    root = cached_twins.demo_twin("smic")
    assert cached_twins.demo_twin("smic") == root
    assert rendered == [cached_twins.DEMOS.get("smic")]
    assert root.is_relative_to(tmp_path)
    assert open_dataset("smic", root).synthetic
