"""A gallery of clips: only what it shows can be chosen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from workbench import gallery as module
from workbench.gallery import Tile, gallery

TILES = [Tile(name=n, word="fear", alt=f"Image of {n}", picture="data:,") for n in ("a 1", "b 2")]


@pytest.mark.parametrize(
    ("sent", "heard"), [("b 2", ["b 2"]), ("c 3", []), (None, []), (["b 2"], []), (7, [])]
)
def test_a_name_that_no_tile_has_is_not_passed_on(monkeypatch, sent, heard):
    given, chosen = {}, []
    monkeypatch.setattr(module, "_gallery", lambda **named: given.update(named) or {})
    monkeypatch.setattr(module, "st", SimpleNamespace(session_state={"key": {"choice": sent}}))
    gallery(TILES, key="key", shown="a 1", movie=str.upper, on_choice=chosen.append)
    given["on_choice_change"]()
    assert chosen == heard
    assert given["data"]["shown"] == "a 1"
    assert [tile["name"] for tile in given["data"]["tiles"]] == ["a 1", "b 2"]


@pytest.mark.parametrize(("pointed", "movies"), [("b 2", {"b 2": "B 2"}), ("c 3", {}), (None, {})])
def test_only_the_clip_under_the_pointer_is_made_to_move(monkeypatch, pointed, movies):
    given = {}
    monkeypatch.setattr(module, "_gallery", lambda **named: given.update(named) or {})
    monkeypatch.setattr(module, "st", SimpleNamespace(session_state={"key": {"pointed": pointed}}))
    gallery(TILES, key="key", shown="a 1", movie=str.upper, on_choice=lambda _: None)
    assert given["data"]["movies"] == movies
