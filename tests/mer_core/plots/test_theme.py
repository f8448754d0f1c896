"""Room for labels is made where it is known, so that plotly need not draw twice to find it."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.plots.answers import probability_bars
from mer_core.plots.attributions import score_bars
from mer_core.plots.curves import share_curve, weight_curves
from mer_core.plots.theme import figure, fit_labels

NAMES = {"Grad-CAM, AffectiveNet": 1.5, "Guided backpropagation, MobileNetV1": 0.9}


def layout(drawn):
    return drawn.to_dict()["layout"]


@pytest.mark.parametrize(
    "drawn",
    [
        weight_curves([1, 2], {"full": np.array([-1.0, 1.0])}),
        share_curve([1, 2], {"a": np.array([0.1, 0.9])}),
        score_bars(NAMES, {"motion energy": 1.6}, title="times chance"),
        probability_bars({"joy": 0.7, "anger": 0.3}, {"joy": (0.6, 0.8), "anger": (0.2, 0.4)}),
    ],
    ids=["weights", "shares", "scores", "answer"],
)
def test_charts_of_a_page_leave_nothing_to_be_measured(drawn):
    assert layout(drawn)["xaxis"]["automargin"] is False
    assert layout(drawn)["yaxis"]["automargin"] is False


def test_room_grows_with_the_longest_label():
    scores = score_bars(NAMES, {}, title="times chance")
    short = score_bars({"LRP": 1.0}, {}, title="times chance")
    difference = len(max(NAMES, key=len)) - len("LRP")
    # Letters of this type are 7 pixels wide on average, and digits a little more.
    assert layout(scores)["margin"]["l"] - layout(short)["margin"]["l"] >= 7 * difference


def test_a_title_has_room_of_its_own():
    plain, titled = figure(height=100), figure(height=100)
    fit_labels(plain, longest=4)
    fit_labels(titled, longest=4, titled=True)
    assert layout(titled)["margin"]["l"] > layout(plain)["margin"]["l"] + 13
