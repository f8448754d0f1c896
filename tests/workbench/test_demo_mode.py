"""A demo dataset can be chosen before it is drawn, and is then drawn first."""

from __future__ import annotations

import pytest

from mer_core.datasets.synthetic.twins import demo_folder, write_twin
from mer_core.datasets.synthetic.twins.preparation import ORDER, Preparation
from tests.workbench.opening import open_at
from workbench import cached


@pytest.fixture
def work(monkeypatch, tmp_path):
    monkeypatch.setenv("MER_DEMO", "on")
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    found = Preparation()  # never started
    monkeypatch.setattr(cached, "preparation", lambda: found)
    cached.sources.clear()
    yield found
    cached.sources.clear()


def test_a_dataset_that_is_not_there_is_drawn_first_when_it_is_asked_for(work):
    assert work.missing == ORDER
    app = open_at("clips", dataset="samm")
    assert not app.exception
    assert any("being drawn now" in info.value for info in app.info)
    assert work.missing[0] == "samm"


def test_what_is_drawn_is_shown(work, monkeypatch):
    write_twin(
        "samm", demo_folder("samm"), subjects=2, clips_per_subject=2, seed=1, size=64, frames=(5, 6)
    )
    monkeypatch.setitem(work._there, "samm", work._clips["samm"])
    app = open_at("clips", dataset="samm")
    assert not app.exception
    assert not app.info


@pytest.mark.parametrize(("page", "choice"), [("clips", "dataset"), ("one_clip", "source")])
def test_a_twin_in_the_place_of_ones_own_copy_says_why(work, monkeypatch, tmp_path, page, choice):
    write_twin(
        "samm", demo_folder("samm"), subjects=2, clips_per_subject=2, seed=1, size=64, frames=(5, 6)
    )
    monkeypatch.setitem(work._there, "samm", work._clips["samm"])
    monkeypatch.setenv("MER_SAMM_ROOT", str(tmp_path / "unplugged"))
    app = open_at(page, **{choice: "samm"})
    assert not app.exception
    (warning,) = app.warning
    assert "unplugged" in warning.value
    assert "synthetic" in warning.value
