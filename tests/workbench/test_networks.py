"""Predictions on pages: judged by the sheet's own words, and marked where a clip is real."""

from __future__ import annotations

import pytest

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.datasets.synthetic.twins.writing import MARKER_FILE
from mer_core.datasets.workbook import Workbook
from mer_core.inputs.prediction import UNSEEN_REALITY
from tests.workbench.opening import open_at, words
from workbench import cached
from workbench.titles import sentence_case

MARK = sentence_case(UNSEEN_REALITY)


@pytest.fixture
def twin(tmp_path, monkeypatch):
    """A twin of a release whose sheet begins its words with a capital."""
    root = tmp_path / "samm"
    write_twin("samm", root, subjects=1, clips_per_subject=3, seed=5, size=64, frames=(8, 10))
    monkeypatch.setenv("MER_SAMM_ROOT", str(root))
    cached.sources.clear()
    yield root
    cached.sources.clear()


def test_a_clip_whose_label_has_a_capital_is_right_or_wrong(twin):
    said = words(open_at("one_clip", source="samm"))
    assert ":material/check_circle: right" in said or ":material/cancel: wrong" in said
    assert "is none of this network's classes" not in said
    assert MARK not in said


@pytest.mark.parametrize("page", ["one_clip", "attributions", "compare"])
def test_an_answer_about_a_real_clip_says_that_its_network_has_seen_none(page, twin, monkeypatch):
    (twin / MARKER_FILE).unlink()
    monkeypatch.setattr(Workbook, "marked_synthetic", False)
    assert MARK in words(open_at(page, source="samm"))
