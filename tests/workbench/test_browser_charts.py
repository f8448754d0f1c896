"""Charts are drawn once, and look as plotly would draw them from their template."""

from __future__ import annotations

import re
from functools import partial
from importlib.resources import files

import numpy as np
import pytest

from mer_core.plots.bars import probability_bars, score_bars
from mer_core.plots.curves import epoch_curves, share_curve, weight_curves, weights_and_intensities
from mer_core.plots.raster import pickable_image
from tests.workbench.running import settle
from workbench.drawings import chart

pytestmark = pytest.mark.browser

RNG = np.random.default_rng(0)
CURVES = {"a": RNG.normal(size=5), "b": RNG.normal(size=5)}
KEYS = {"onset": 1, "apex": 3}
CHARTS = {
    "weights": partial(weight_curves, range(1, 6), CURVES, key_frames=KEYS, synthetic=True),
    "units": partial(
        weights_and_intensities,
        CURVES,
        range(2, 7),
        {"AU4": RNG.random(9), "AU12": RNG.random(9)},
        range(9),
        key_frames=KEYS,
    ),
    "shares": partial(share_curve, range(1, 6), CURVES, key_frames=KEYS, brush=True),
    "scores": partial(score_bars, {"Saliency": 1.5}, {"Random map": 1.0}, title="times chance"),
    "answer": partial(
        probability_bars, {"joy": 0.7, "fear": 0.3}, {"joy": (0.6, 0.8), "fear": (0.2, 0.4)}
    ),
    "epochs": partial(epoch_curves, {"study": [0.4, 0.5, 0.9]}, chance=0.2),
    "picture": partial(pickable_image, RNG.integers(0, 256, (20, 20, 3), np.uint8)),
}
SELECTABLE = {"shares": "box", "picture": "box"}

# What Streamlit does with a chart: it hands it to plotly, and then a copy of it.
TWICE = """
async text => {
  const place = document.body.appendChild(document.createElement("div"));
  const given = () => JSON.parse(text);
  const first = given();
  await Plotly.newPlot(place, first.data, first.layout, {displaylogo: false});
  let draws = 0;
  place.on("plotly_beforeplot", () => { draws += 1; });
  const again = given();
  await Plotly.react(place, again.data, again.layout, {displaylogo: false});
  place.remove();
  return draws;
}
"""
PICTURE = """
async text => {
  const {data, layout} = JSON.parse(text);
  return await Plotly.toImage({data, layout}, {format: "png", width: 600, height: 400});
}
"""
# Bytes that the app has sent over its socket.
SENT = """
window.sent = 0;
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({data}) => { sent += data.size ?? data.byteLength; });
  }
};
"""
VERDICT = re.compile(r"checks: \d+ (passed|warnings?|failed)")
BEFORE = "`plotly_beforeplot`"  # said by the one function of plotly's that draws


@pytest.fixture
def plotly(page):
    """A page with the plotly.js that comes with plotly."""
    page.set_content("<body></body>")
    page.add_script_tag(content=(files("plotly") / "package_data" / "plotly.min.js").read_text())
    return page


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_that_is_given_again_is_not_drawn_again(plotly, name):
    make = CHARTS[name]
    assert plotly.evaluate(TWICE, make().to_json()) == 1, "the original is recognised, too"
    settled = chart(make, dark=False, picked=SELECTABLE.get(name, ""))
    assert plotly.evaluate(TWICE, settled.to_json()) == 0


@pytest.mark.parametrize("name", CHARTS)
def test_a_settled_chart_looks_like_the_original(plotly, name):
    pictures = [
        plotly.evaluate(PICTURE, drawn.to_json())
        for drawn in (CHARTS[name](), chart(CHARTS[name], dark=False))
    ]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize(
    "path",
    [
        "?",
        "affective_motion_image?boxed=true",
        "attributions?nets=affectivenet",
        "attributions?nets=affectivenet&further=frames",
    ],
)
def test_a_page_draws_each_of_its_charts_once(page, server, path):
    if path.startswith("attributions"):  # bars take the colour of a verdict when it is there
        page.goto(f"{server}/{path}")
        page.get_by_text(VERDICT).first.wait_for()
    watch = page.context.new_cdp_session(page)
    watch.send("Profiler.enable")
    watch.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})
    page.goto(f"{server}/{path}")
    settle(page)
    page.locator(".js-plotly-plot").first.wait_for()
    page.wait_for_timeout(500)  # the second drawing would come at once
    charts = page.locator(".js-plotly-plot").count()
    assert draws(page, watch.send("Profiler.takePreciseCoverage")["result"]) == charts


def test_a_page_gone_back_to_is_not_sent_its_moving_pictures_again(page, server):
    page.add_init_script(SENT)
    page.goto(f"{server}/lessons")
    settle(page)
    first = page.evaluate("sent")
    for title in ("One clip", "Paper", "Affective-motion image", "Lessons"):
        page.evaluate("sent = 0")
        page.get_by_test_id("stSidebar").get_by_role("link", name=title, exact=True).click()
        page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
        settle(page)
    again = page.evaluate("sent")
    frames = page.locator(".mer-player img").first.get_attribute("src")
    assert frames is not None
    assert frames.startswith("data:image/webp")
    assert 4 * again < first


def draws(page, coverage) -> int:
    """How often plotly has drawn, counted by the browser."""
    (script,) = (one for one in coverage if "/PlotlyChart." in one["url"])
    source = page.request.get(script["url"]).text()
    spans = [(each["startOffset"], each["endOffset"], each["count"])
             for function in script["functions"] for each in function["ranges"][:1]]  # fmt: skip
    at = source.index(BEFORE)
    assert source.find(BEFORE, at + 1) < 0
    return min((end - start, count) for start, end, count in spans if start <= at < end)[1]
