"""The first page: every control state draws, and says what is synthetic and what is untrained."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from mer_core.ami import WEIGHTINGS, frame_weights
from mer_core.features import RANKINGS
from mer_core.models.shipped import shown_weighting
from tests.workbench.conftest import APP
from tests.workbench.opening import open_at, parts, tiles
from workbench import cached, cached_attributions
from workbench.selection import FIRST, ClipChoice


@pytest.fixture
def app():
    return AppTest.from_file(str(APP), default_timeout=120).run()


def text_of(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.caption, *app.markdown, *app.header])


def test_the_prediction_is_judged_by_the_class_that_the_label_counts_as(app):
    model = cached.network("affectivenet", shown_weighting())
    choice = ClipChoice("live", str(FIRST[0]), f"{FIRST[1]}-0")
    predicted = cached_attributions.inspection(choice, shown_weighting(), model).predicted
    assert predicted == "positive"  # the first page shows a right answer
    said = text_of(app)
    assert f"AffectiveNet** predicts **{predicted.capitalize()}**" in said
    assert "right" in said.partition("predicts")[2][:60]
    assert "labelled Happiness, which counts as Positive" in said


def test_the_clip_can_be_played_with_its_key_frames(app):
    (player,) = [part for part in parts(app) if "frames" in part]
    recording = cached.recording(ClipChoice("live", str(FIRST[0]), f"{FIRST[1]}-0"))
    assert player["numbers"] == list(recording.clip.frame_numbers)
    assert len(player["frames"]) == len(player["numbers"])
    assert dict(player["keys"]) == recording.key_frames
    assert player["rate"] in [one["rate"] for one in player["rates"]]


def chart(app: AppTest, index: int) -> str:
    return app.get("plotly_chart")[index].proto.spec


def test_the_page_draws_without_an_exception_and_owns_up(app):
    assert not app.exception
    assert cached.network("affectivenet", shown_weighting()).weights.label in text_of(app)
    assert "synthetic" in text_of(app).lower()
    assert len(tiles(app)) == 1 + 2 + 16


def test_other_weights_change_the_curve(app):
    before = chart(app, 0)
    app.selectbox(key="w2").select("linear").run()
    assert not app.exception
    assert chart(app, 0) != before
    names = [trace["name"] for trace in json.loads(chart(app, 0))["data"]]
    assert names == [WEIGHTINGS.get(shown_weighting()).title, "Linear", "AU12"]


@pytest.mark.parametrize("rank", RANKINGS.names())
def test_every_ranking_draws(app, rank):
    app.selectbox(key="rank").select(rank).run()
    assert not app.exception


@pytest.mark.parametrize("depth", [1, 3])
def test_every_depth_draws_the_four_kernels(app, depth):
    app.selectbox(key="part").select_index(depth).run()
    assert not app.exception


def test_the_page_draws_where_nothing_can_be_kept(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("MER_CACHE", str(blocked))
    for kept in (cached.image_store, cached._recording):
        kept.clear()
    page = open_at("one_clip", seed=77)
    assert not page.exception
    assert len(tiles(page)) == 1 + 2 + 16
    cached.image_store.clear()


def test_a_still_clip_is_not_an_error(app):
    app.selectbox(key="emotion").select("neutral").run()
    assert not app.exception
    title = RANKINGS.get("region").title
    assert title not in app.selectbox(key="rank").options


def test_the_address_opens_the_view_and_a_bad_value_falls_back():
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params["subject"] = "5"
    app.query_params["emotion"] = "no such emotion"
    app.run()
    assert not app.exception
    assert app.selectbox(key="subject").value == 5
    assert app.selectbox(key="emotion").value != "no such emotion"


def test_the_alternative_text_states_the_sum_that_the_formula_demands(app):
    alt = app.get("plotly_chart")[0].proto.alt
    (total,) = re.findall(r"full from [-.\d]+ to [-.\d]+, sum (\d+\.\d+)", alt)
    frames = len(json.loads(chart(app, 0))["data"][0]["x"])
    assert float(total) == frames == pytest.approx(frame_weights(frames, "full").sum())
