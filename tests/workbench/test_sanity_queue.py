"""Sanity checks behind the pages: the latest first, each once, and only while it is quiet."""

from __future__ import annotations

import threading
import time

import pytest

from mer_core.attribution.checks import Verdict
from mer_core.attribution.sanity import Check, SanityCard
from mer_core.errors import SettingsError
from workbench import sanity_queue as module
from workbench.attribution_map import verdict_in_words
from workbench.bounded_cache import BoundedCache
from workbench.sanity_queue import SanityQueue


def check(verdict: Verdict) -> Check:
    return Check(name="one", title="One", verdict=verdict, figure=None, text="")


CARD = SanityCard(checks=(check(Verdict.PASS),))


@pytest.fixture
def quiet(monkeypatch):
    """Seconds since a page was drawn, as the test says."""
    seconds = [100.0]
    monkeypatch.setattr(module, "quiet_seconds", lambda: seconds[0])
    monkeypatch.setattr(module, "QUIET_SECONDS", 2.0)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.005)
    return seconds


def wait_for(condition) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_a_map_is_checked_once_however_often_it_is_asked_for(quiet):
    queue, asked, gate = SanityQueue(BoundedCache(8)), [], threading.Event()

    def examine(told):
        asked.append(1)
        told("stability")
        gate.wait(5)
        return CARD

    for _ in range(3):
        queue.ask("a", examine)
    wait_for(lambda: queue.check == "stability")
    queue.ask("a", examine)
    gate.set()
    wait_for(lambda: queue.done("a"))
    queue.ask("a", examine)
    assert asked == [1]
    assert queue.cards.get("a") is CARD


def test_nothing_is_checked_while_pages_are_drawn(quiet):
    quiet[0] = 0.0
    queue, asked = SanityQueue(BoundedCache(8)), []
    queue.ask("a", lambda told: asked.append("a") or CARD)
    queue.ask("b", lambda told: asked.append("b") or CARD)
    time.sleep(0.1)
    assert asked == []
    quiet[0] = 100.0
    wait_for(lambda: queue.done("a") and queue.done("b"))
    assert asked == ["b", "a"]  # what is looked at now comes first


def test_a_check_that_cannot_be_made_says_why_and_the_next_goes_on(quiet):
    queue = SanityQueue(BoundedCache(8))

    def refuse(told):
        raise SettingsError("no such layer")

    def break_down(told):
        raise RuntimeError("unforeseen")

    queue.ask("a", refuse)
    wait_for(lambda: queue.done("a"))
    queue.ask("b", break_down)
    wait_for(lambda: queue.done("b"))
    queue.ask("c", lambda told: CARD)
    wait_for(lambda: queue.done("c"))
    assert queue.failures["a"] == "no such layer"
    assert "log" in queue.failures["b"]


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ((Verdict.PASS, Verdict.PASS), "2 passed"),
        ((Verdict.PASS, Verdict.WARN), "1 warning"),
        ((Verdict.WARN, Verdict.WARN, Verdict.NONE), "2 warnings"),
        ((Verdict.WARN, Verdict.FAIL), "1 failed"),
    ],
)
def test_the_badge_counts_the_worst(verdicts, words):
    card = SanityCard(checks=tuple(map(check, verdicts)))
    assert verdict_in_words(card) == words
