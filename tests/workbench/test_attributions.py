"""Attributions: every control state draws, what does not apply says why, exports run."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from mer_core.attribution import METHODS, list_methods
from mer_core.attribution.control_maps import CONTROL_MAPS
from mer_core.attribution.localisation import METRICS
from mer_core.attribution.recording import Recipe
from mer_core.inputs.clip_code import SyntheticClip
from mer_core.models.shipped import shown_weighting
from mer_core.records import AttributionRequest
from tests.workbench.opening import open_at, tiles, traces, unfold, values, words
from workbench import attribution_map, cached, cached_attributions, selection
from workbench.selection import FIRST, ClipChoice

SMALL = "ststnet"
SHOWN = shown_weighting()
CLIP = ClipChoice("live", str(FIRST[0]), f"{FIRST[1]}-0")


@pytest.fixture(scope="module")
def model():
    return cached.network(SMALL, SHOWN)


def test_maps_of_untrained_networks_are_withheld_until_asked_for():
    app = open_at("attributions", nets=[SMALL, "offapexnet"])
    assert app.multiselect(key="nets").value == [SMALL, "offapexnet"]
    assert words(app).count("its map is withheld") == 4
    assert tiles(app) == []
    app.toggle(key="untrained").set_value(True).run()
    assert not app.exception
    assert len(tiles(app)) == 4
    assert all(tile["badges"][0]["text"] == "untrained network" for tile in tiles(app))


def test_every_network_stands_under_what_it_predicts(model):
    app = open_at("attributions", nets=[SMALL])
    look = cached_attributions.inspection(CLIP, SHOWN, model)
    assert f"predicts **{look.predicted.capitalize()}**" in words(app)
    tables = " ".join(str(part.proto) for part in app.get("html"))
    for name, share in look.answer.items():
        assert name.capitalize() in tables
        assert f"{share:.0%}" in tables


@pytest.mark.parametrize("method", METHODS.names())
def test_every_method_draws_a_map_or_says_why_not(method, model):
    app = open_at("attributions", untrained="true", nets=[SMALL], methods=[method])
    (available,) = [o for o in list_methods(model) if o.method.name == method]
    titles = [tile["alt"].partition(" of ")[0] for tile in tiles(app)]
    assert (available.method.title in titles) == available.applies
    if not available.applies:
        assert method not in app.multiselect(key="methods").value
        label = next(e.label for e in app.expander if e.label.startswith("Unavailable methods"))
        table = unfold(app, label).dataframe[0].value
        assert available.reason in list(table["Reason"])


@pytest.mark.parametrize("metric", METRICS.names())
def test_every_score_stands_beside_all_control_maps(metric):
    app = open_at(
        "attributions", untrained="true", nets=[SMALL], methods=["saliency"], metric=metric
    )
    alt = next(c.proto.alt for c in app.get("plotly_chart") if "times chance" in c.proto.alt)
    shown = {name: f"{title}: " in alt for name, title in CONTROL_MAPS.items()}
    assert shown == {name: name != "ami-energy" for name in CONTROL_MAPS}


@pytest.mark.parametrize("under", attribution_map.UNDER)
def test_every_ground_draws_with_and_without_outlines(under):
    app = open_at("attributions", untrained="true", nets=[SMALL], methods=["saliency"], under=under)
    assert "Outlined" in words(app)
    app.toggle(key="outline").set_value(False).run()
    assert not app.exception
    assert "Outlined" not in words(app)


def test_a_class_that_a_network_does_not_know_falls_back():
    app = open_at("attributions", untrained="true", nets=[SMALL], target="no such class")
    assert app.selectbox(key="target").value == "predicted"


def test_the_class_asked_about_is_the_class_explained(model):
    name = model.classes[-1]
    open_at("attributions", untrained="true", nets=[SMALL], methods=["saliency"], target=name)
    found = cached_attributions.attribution(
        CLIP, "full", model, AttributionRequest(method="saliency", target=name)
    )
    assert found.target == name


def test_a_face_at_rest_has_nothing_to_find():
    app = open_at("attributions", untrained="true", nets=[SMALL], emotion="neutral")
    assert "nothing to find" in words(app)


def test_parameters_are_drawn_from_what_the_method_declares():
    app = open_at("attributions", untrained="true", nets=[SMALL], methods=["grad-cam"])
    names = {one.name for one in METHODS.get("grad-cam").parameters(cached.network(SMALL).entry)}
    drawn = {
        widget.key.removeprefix("grad-cam.")
        for kind in (app.toggle, app.selectbox, app.number_input)
        for widget in kind
        if widget.key and widget.key.startswith("grad-cam.")
    }
    assert drawn == names


def test_a_parameter_out_of_range_in_the_address_is_brought_back():
    app = open_at(
        "attributions", nets=[SMALL], methods=["saliency"], **{"saliency.smoothing_samples": 10**9}
    )
    assert app.number_input(key="saliency.smoothing_samples").value <= 64


def test_shares_of_frames_are_drawn_or_refused_with_a_reason():
    refused = open_at(
        "attributions", untrained="true", nets=[SMALL], methods=["saliency"], further="frames"
    )
    assert "two frames only" in words(refused)
    drawn = open_at(
        "attributions", untrained="true", nets=["mobilenet"], methods=["saliency"], further="frames"
    )
    (curve,) = traces(drawn, "shares")
    assert sum(map(abs, values(curve, "y"))) == pytest.approx(1)


def test_scores_and_frames_are_drawn_one_at_a_time():
    app = open_at("attributions", untrained="true", nets=[SMALL], methods=["saliency"])
    assert [box.key for box in app.selectbox if box.key == "metric"] == ["metric"]
    app.segmented_control(key="further").set_value("frames").run()
    assert not app.exception
    assert [box.key for box in app.selectbox if box.key == "metric"] == []


def test_a_map_that_is_kept_is_not_waited_for(model):
    waited = []

    @contextmanager
    def meanwhile():
        waited.append(True)
        yield

    asked = AttributionRequest(method="saliency", target=model.classes[0])
    cached_attributions._results.clear()
    first = cached_attributions.attribution(CLIP, SHOWN, model, asked, meanwhile=meanwhile)
    assert cached_attributions.attribution(CLIP, SHOWN, model, asked, meanwhile=meanwhile) is first
    assert waited == [True]


def test_the_script_that_is_offered_computes_the_same_array(tmp_path, model):
    found = cached_attributions.attribution(
        CLIP, SHOWN, model, AttributionRequest(method="saliency")
    )
    recipe = Recipe(
        clip=selection.clip_code(CLIP),
        model=model,
        weights=cached.weights_of(model),
        weights_seed=model.weights.seed or 0,
        weighting=SHOWN,
        map=found,
        synthetic=True,
    )
    assert isinstance(recipe.clip, SyntheticClip)
    script = tmp_path / "map.py"
    script.write_text(recipe.script("map"))
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "map.npy"), found.values, rtol=1e-5, atol=1e-9)
    json.dumps(recipe.record(), default=str)


def test_a_map_with_one_value_everywhere_says_so_and_what_to_ask_instead(model):
    found = cached_attributions.attribution(
        CLIP, SHOWN, model, AttributionRequest(method="grad-cam")
    )
    flat = replace(found, values=np.zeros_like(found.values))
    assert flat.constant
    assert not found.constant
    elsewhere = next(layer for layer in model.entry.layers if layer.name != found.layer)
    default, other = (
        attribution_map.constant_in_words(replace(flat, layer=layer), model)
        for layer in (model.entry.default_layer.name, elsewhere.name)
    )
    assert METHODS.get("saliency").title in default
    assert model.entry.default_layer.title in other
