"""Tiles: the browser is given what was meant, and only a press on a tile is believed."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from mer_core.plots.colour import ColourScale
from workbench import tiles as module
from workbench.tiles import Press, Tile, TileGroup, draw_groups, draw_tiles, payload

RNG = np.random.default_rng(0)
FACE = RNG.integers(0, 256, (8, 6, 3), np.uint8)
VALUES = RNG.random((4, 3)).astype(np.float32)
SCALE = ColourScale(low=0.0, high=1.0)
GOOD = {"name": "a", "row": 1, "column": 2, "x": 0.25, "y": 0.5}


def decoded(address):
    content = base64.b64decode(address.partition(",")[2])
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def test_a_picture_loses_nothing():
    (layer,) = payload(Tile(picture=FACE, alt="a face"))["layers"]
    np.testing.assert_array_equal(decoded(layer["src"]), FACE)


def test_values_by_themselves_are_drawn_in_the_colours_of_their_scale():
    sent = payload(Tile(values=VALUES, scale=SCALE, alt="a map"))
    np.testing.assert_array_equal(decoded(sent["layers"][0]["src"]), SCALE.apply(VALUES))
    assert sent["shape"] == VALUES.shape
    assert sent["scale"]["ticks"] == [("0", 0.0), ("1", 1.0)]


def test_values_over_a_picture_lie_on_its_grey_and_let_it_through():
    under, over = payload(Tile(picture=FACE, values=VALUES, scale=SCALE, alt="both"))["layers"]
    grey = decoded(under["src"])
    assert (grey[..., 0] == grey[..., 1]).all()
    assert decoded(over["src"]).shape == (*VALUES.shape, 4)


def test_values_without_a_scale_are_told_and_not_drawn():
    sent = payload(Tile(picture=FACE, values=VALUES, alt="an image"))
    assert len(sent["layers"]) == 1
    code = decoded(sent["values"]["src"]).astype(float)
    low, high = sent["values"]["low"], sent["values"]["high"]
    told = low + (code[..., 0] * 256 + code[..., 1]) / 65535 * (high - low)
    np.testing.assert_allclose(told, VALUES, atol=1e-4)


def test_an_outline_is_in_pixels_of_the_picture():
    mask = np.zeros((4, 3), bool)
    mask[1:3, 1:2] = True
    (outline,) = payload(Tile(picture=FACE, outlines={"AU1": mask}, alt=""))["outlines"]
    numbers = outline["path"].strip("MZ").replace("L", " ").split()
    across, down = np.array(numbers, float).reshape(-1, 2).T
    assert 2 <= across.min() < across.max() <= 4
    assert 2 <= down.min() < down.max() <= 6


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        (GOOD, [Press("a", 1, 2, 0.25, 0.5)]),
        ({**GOOD, "name": "z"}, []),
        ({**GOOD, "x": 1.5}, []),
        ({**GOOD, "row": "one"}, []),
        ({"name": "a"}, []),
        (None, []),
        (7, []),
    ],
)
def test_only_a_press_on_a_tile_is_believed(monkeypatch, sent, heard):
    given, pressed = {}, []
    monkeypatch.setattr(module, "_tiles", lambda **named: given.update(named) or {"press": sent})
    monkeypatch.setattr(module, "st", SimpleNamespace(session_state={"key": {"press": sent}}))
    place = SimpleNamespace(container=lambda: memoryview(b""))
    tile = Tile(picture=FACE, alt="a face", name="a")
    found = draw_tiles([tile], key="key", columns=1, on_press=pressed.append, where=place)
    given["on_press_change"]()
    assert pressed == heard == ([] if found is None else [found])


def test_tiles_of_one_scale_share_a_bar_and_others_do_not(monkeypatch):
    given = {}
    monkeypatch.setattr(module, "_tiles", lambda **named: given.update(named) or {})
    place = SimpleNamespace(container=lambda: memoryview(b""))
    same = [Tile(values=VALUES, scale=SCALE, alt=str(i)) for i in range(2)]
    draw_tiles(same, key="key", columns=2, where=place)
    assert given["data"]["groups"][0]["shared"]["ticks"] == [("0", 0.0), ("1", 1.0)]
    other = Tile(values=VALUES, scale=ColourScale(low=0.0, high=2.0), alt="other")
    draw_tiles([*same, other], key="key", columns=2, where=place)
    assert given["data"]["groups"][0]["shared"] is None
    draw_groups(
        [TileGroup(title="a", tiles=same), TileGroup(title="b", tiles=[other])],
        key="key",
        columns=2,
        where=place,
    )
    first, second = given["data"]["groups"]
    assert first["shared"] is not None
    assert second["shared"] is None
