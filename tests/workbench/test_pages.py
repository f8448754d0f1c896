"""Every page draws in every state of its controls, on clips that need no data at all."""

from __future__ import annotations

import json
import random
import runpy
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.features import RANKINGS
from mer_core.models.shipped import shown_weighting
from mer_core.plots.colour import spoken
from tests.workbench.conftest import APP
from tests.workbench.opening import parts, tiles, unfold, words
from workbench import cached, comparison
from workbench.selection import FIRST, ClipChoice


def open_page(name: str, **parameters) -> AppTest:
    """The page as a link with `parameters` opens it, in a new session."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.switch_page(f"app_pages/{name}.py")
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


@pytest.fixture
def twin(tmp_path_factory, monkeypatch):
    root = tmp_path_factory.mktemp("twin") / "casme2"
    write_twin("casme2", root, subjects=2, clips_per_subject=3, seed=5, size=64, frames=(8, 10))
    monkeypatch.setenv("MER_CASME2_ROOT", str(root))
    from workbench import cached

    cached.sources.clear()
    yield root
    monkeypatch.undo()
    cached.sources.clear()


def test_the_image_page_draws_and_keeps_the_range_of_the_brush():
    app = open_page("affective_motion_image")
    assert not app.exception
    numbers = app.select_slider(key="frames").options
    app.session_state["brush"] = {
        "selection": {
            "box": [{"x": [float(numbers[2]) - 0.4, float(numbers[6]) + 0.4], "y": [0, 1]}]
        }
    }
    app.run()
    assert not app.exception
    assert app.select_slider(key="frames").value == (int(numbers[2]), int(numbers[6]))
    titles = [tile["title"] for tile in tiles(app)]
    assert f"Frames {numbers[2]} to {numbers[6]} alone" in titles


def test_the_box_page_shows_motion_inside_the_box():
    app = open_page("affective_motion_image", boxed=True)
    before = json.loads(app.get("plotly_chart")[-1].proto.spec)["data"]
    app.session_state["box"] = {"selection": {"box": [{"x": [40, 90], "y": [120, 180]}]}}
    app.run()
    after = json.loads(app.get("plotly_chart")[-1].proto.spec)["data"]
    assert not app.exception
    assert [trace["name"] for trace in before] == ["whole frame"]
    assert [trace["name"] for trace in after] == ["inside the box", "whole frame"]


def test_no_weighting_at_all_is_not_an_error():
    app = open_page("affective_motion_image")
    app.multiselect(key="w").set_value([]).run()
    assert not app.exception


@pytest.mark.parametrize("rank", RANKINGS.names())
def test_feature_maps_draw_under_every_ranking(rank):
    app = open_page("feature_maps", rank=rank, nets=["affectivenet"])
    assert not app.exception
    assert app.selectbox(key="rank").value == rank
    assert cached.network("affectivenet", shown_weighting()).weights.label in words(app)
    assert len(tiles(app)) == 1 + 12 + 2 + 16 + 6


@pytest.mark.parametrize("view", comparison.VIEWS)
@pytest.mark.parametrize("kind", comparison.KINDS)
def test_every_kind_of_pair_is_compared_in_every_view(kind, view):
    app = open_page("compare", net="affectivenet", compare=kind, show=view, rival="mobilenet")
    assert not app.exception
    (data,) = [one for one in parts(app) if "hint" in one]
    assert len(data["tiles"]) == 2
    differences = [tile for tile in tiles(app) if tile["title"] == "A minus B"]
    trained = cached.network("affectivenet", shown_weighting()).weights.trained
    unlike = view == comparison.MAPS and (
        kind == comparison.NETWORKS or (kind == comparison.CHECKPOINTS and trained)
    )
    assert len(differences) == (0 if unlike else 1)
    assert ("not trained alike" in words(app)) == unlike


def test_a_difference_is_that_of_the_two_sides():
    app = open_page(
        "compare", net="affectivenet", compare="weightings", show="image", w1="full", w2="linear"
    )
    choice = ClipChoice("live", *map(str, (FIRST[0], f"{FIRST[1]}-0")))
    totals = [cached.image(choice, name).total.mean(axis=2) for name in ("full", "linear")]
    (tile,) = [one for one in tiles(app) if one["title"] == "A minus B"]
    reach = float(np.abs(totals[0] - totals[1]).max())
    assert tile["scale"]["ticks"][-1] == [spoken(reach), 1.0]


def test_a_row_and_a_column_set_the_receptive_field():
    app = open_page("feature_maps", nets=["affectivenet"], layer="mfl.mid", row=0, column=0)
    assert not app.exception
    (corner,) = [one for one in tiles(app) if one["alt"].startswith("Receptive field")]
    assert corner["box"][:2] == [0, 0]
    app.number_input(key="row").set_value(5).run()
    (lower,) = [one for one in tiles(app) if one["alt"].startswith("Receptive field")]
    assert lower["box"][2] > corner["box"][2]


def test_what_a_link_cannot_have_is_said_and_the_rest_is_honoured():
    app = open_page("one_clip", emotion="joy", subject="99", seed="7", nonsense="1", v="0")
    assert not app.exception
    (said,) = [warning.value for warning in app.warning]
    for part in (
        "Emotion cannot be “joy”",
        "Subject cannot be “99”",
        "nonsense",
        "another version",
    ):
        assert part in said
    assert app.number_input(key="seed").value == 7
    app.number_input(key="seed").set_value(8).run()
    assert [warning.value for warning in app.warning] == [said]  # until another page is opened


def test_a_link_pins_the_weights_and_says_when_they_have_changed():
    app = open_page("compare", net="affectivenet")
    (pin,) = fields_of_link(app)["pin"]
    name, _, digest = pin.partition(":")
    assert name == "affectivenet"
    assert cached.network(name, shown_weighting()).weights.digest.startswith(digest)
    same = open_page("compare", net="affectivenet", pin=pin)
    assert not same.warning
    other = open_page("compare", net="affectivenet", pin=f"{name}:{'0' * 12}")
    assert "weights of AffectiveNet have changed" in other.warning[0].value


def test_one_expression_of_two_people_can_be_compared():
    app = open_page("compare", subject="5", emotion="happiness", subject2="7", emotion2="happiness")
    assert not app.exception
    assert not app.warning
    said = [one.value for one in app.markdown]
    assert any(text.endswith("Happiness, subject 5") for text in said)
    assert any(text.endswith("Happiness, subject 7") for text in said)
    assert app.selectbox(key="emotion2").value == "happiness"
    app.selectbox(key="subject2").set_value("same").run()
    assert app.selectbox(key="emotion2").value != "happiness"


def test_of_several_networks_in_a_link_each_is_checked():
    app = open_page("feature_maps")
    pins = fields_of_link(app)["pin"]
    assert len(pins) == 3
    assert not open_page("feature_maps", pin=pins).warning
    stale = [f"{pin.partition(':')[0]}:{'0' * 12}" for pin in pins[1:]]
    said = open_page("feature_maps", pin=[pins[0], *stale]).warning[0].value
    assert said.count("have changed since") == 2


def test_a_network_may_stand_in_a_link_with_two_kinds_of_weights():
    both = {"net": "affectivenet", "compare": "checkpoints"}
    app = open_page("compare", **both)
    pins = fields_of_link(app)["pin"]
    assert len(pins) == len(set(pins)) == 2
    assert not open_page("compare", **both, pin=pins).warning


def test_the_clips_page_says_so_where_there_is_no_dataset():
    app = open_page("clips")
    assert not app.exception
    assert any("No dataset yet" in info.value for info in app.info)


def test_the_clips_page_filters_and_lists(twin):
    app = open_page("clips")
    assert not app.exception
    assert "6 of 6 clips of 2 subjects" in captions(app)
    person = app.multiselect(key="subjects").options[0]
    app.multiselect(key="subjects").select(person).run()
    assert "3 of 6 clips" in captions(app)
    assert not app.exception


def test_a_clip_of_a_dataset_follows_to_every_page(twin):
    app = open_page("clips")
    clip = app.selectbox(key="look").options[0]
    subject = clip.split()[0]
    for page in ("affective_motion_image", "one_clip"):
        app = open_page(page, source="casme2", person=subject)
        assert not app.exception
        assert app.selectbox(key="person").value == subject


def test_the_paper_page_filters_verdicts():
    app = open_page("paper")
    assert not app.exception
    every = len(app.dataframe[0].value)
    app.multiselect(key="verdict").set_value(["ok"]).run()
    assert not app.exception
    assert len(app.dataframe[0].value) != every


def test_a_link_holds_the_complete_view_and_its_version():
    app = open_page("affective_motion_image", subject="3", emotion="disgust")
    unfold(app, "Link to this view")
    link = next(code.value for code in app.code if "subject=" in code.value)
    fields = parse_qs(urlsplit(link).query)
    assert fields["v"] == ["1"]
    assert fields["subject"] == ["3"]
    assert fields["emotion"] == ["disgust"]
    assert set(fields) >= {"seed", "w", "frames", "source"}


def test_the_address_bar_holds_names_and_the_page_shows_titles():
    app = open_page("one_clip")
    assert "emotion" not in app.query_params
    app.selectbox(key="emotion").select("surprise").run()
    assert app.query_params["emotion"] == "surprise"
    assert "Surprise" in app.selectbox(key="emotion").options
    app.selectbox(key="emotion").select(FIRST[1]).run()
    assert "emotion" not in app.query_params


STATES = {
    "affective_motion_image": {
        "subject": list(range(1, 25)),
        "emotion": ["anger", "disgust", "surprise"],
        "seed": [0, 7, 123],
        "w": [["linear"], ["full", "rank-pooling", "literal"]],
        "boxed": ["true", "false"],
        "top": [0, 40],
        "right": [224, 120],
    },
    "feature_maps": {
        "emotion": ["fear", "sadness"],
        "nets": [["affectivenet"], ["affectivenet-ks1", "affectivenet"]],
        "rank": ["variance", "region"],
        "stage": ["1/8", "1/32"],
        "scale": ["own", "shared"],
        "layer": ["mfl.mid"],
        "row": [0, 2],
    },
    "attributions": {
        "nets": [["ststnet"], ["sssnet"]],
        "untrained": ["true"],
        "methods": [["saliency"], ["occlusion", "saliency"]],
        "under": ["apex frame", "nothing"],
        "metric": ["pointing", "auc"],
        "further": ["scores", "frames"],
    },
    "compare": {
        "net": ["affectivenet"],
        "compare": list(comparison.KINDS),
        "show": list(comparison.VIEWS),
        "rival": ["affectivenet-ks1"],
    },
    "lessons": {"lesson": ["kernels", "one-image"], "example": [2, 4]},
}


@pytest.mark.parametrize("page", STATES)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_link_of_any_view_opens_the_same_view(page, seed):
    chance = random.Random(seed)
    state = {key: chance.choice(options) for key, options in STATES[page].items()}
    first = open_page(page, **state)
    assert not first.exception
    fields = fields_of_link(first)
    again = open_page(page, **fields)
    assert not again.exception
    assert fields_of_link(again) == fields
    assert pictures(again) == pictures(first) != []
    for key, value in state.items():
        if key in fields:
            assert fields[key] == (
                [str(v) for v in value] if isinstance(value, list) else [str(value)]
            )


def pictures(app: AppTest) -> list[str]:
    """Every picture of the page: caption, alternative text and pixels."""
    return [json.dumps(tile) for tile in tiles(app)]


def fields_of_link(app: AppTest) -> dict[str, list[str]]:
    """What the permanent link of the view says."""
    unfold(app, "Link to this view")
    link = next(code.value for code in app.code if "v=1" in code.value)
    return parse_qs(urlsplit(link).query)


@pytest.mark.parametrize("name", ["__mp_main__", "workbench.streamlit_app"])
def test_whoever_imports_the_app_draws_nothing(name, monkeypatch):
    monkeypatch.setattr("streamlit.navigation", lambda *_: pytest.fail("a page was drawn"))
    runpy.run_path(str(APP), run_name=name)
