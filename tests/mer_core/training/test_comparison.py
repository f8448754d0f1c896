from __future__ import annotations

from dataclasses import replace

import pytest

from mer_core.errors import SettingsError
from mer_core.training.comparison import compare
from mer_core.training.result import StudyResult
from mer_core.training.study import Study
from tests.mer_core.training.blobs import TINY, BlobExperiment


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, StudyResult]:
    root = tmp_path_factory.mktemp("compared")
    more = replace(TINY, epochs=12)
    made = {
        "short": Study.create(
            BlobExperiment(), settings=replace(TINY, epochs=1), folder=root / "short"
        ),
        "long": Study.create(BlobExperiment(), settings=more, folder=root / "long"),
        "wider": Study.create(BlobExperiment(subjects=5), settings=TINY, folder=root / "wider"),
    }
    unrun = Study.create(BlobExperiment(), settings=replace(TINY, epochs=2), folder=root / "unrun")
    return {name: study.complete(workers=1) for name, study in made.items()} | {
        "unrun": unrun.result()
    }


def test_the_first_is_what_the_others_are_measured_from(results):
    first, second = compare([results["short"], results["long"]])
    assert first.difference is None
    assert second.difference is not None
    gain = results["long"].means["uar"] - results["short"].means["uar"]
    assert second.difference.value == pytest.approx(gain)
    assert second.difference.low <= second.difference.value <= second.difference.high
    assert second.as_dict()["difference"]["value"] == pytest.approx(gain)


def test_other_subjects_leave_no_difference_to_draw(results):
    assert compare([results["short"], results["wider"]])[1].difference is None


def test_what_cannot_be_compared_is_named(results):
    with pytest.raises(SettingsError, match="no fold of this study is finished"):
        compare([results["short"], results["unrun"]])
    other = replace(results["long"], classes=("happy", "sad", "tense"))
    with pytest.raises(SettingsError, match="label scheme"):
        compare([results["short"], other])
