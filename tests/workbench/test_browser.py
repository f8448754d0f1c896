"""What only a browser can show: the page as a person meets it."""

from __future__ import annotations

import pytest

from mer_core.ami import WEIGHTINGS
from tests.workbench.running import settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def choose(page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    page.wait_for_timeout(300)
    settle(page)


def test_a_newcomer_sees_a_face_its_image_and_the_maps(page, server):
    page.goto(server)
    settle(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=60_000)
    expect(page.locator("img").nth(7)).to_be_visible(timeout=60_000)

    choose(page, "Emotion", "Surprise")
    choose(page, "Weighting", WEIGHTINGS.get("literal").title)
    address = page.url
    assert "emotion=surprise" in address
    assert "w1=literal" in address
    shown = page.get_by_alt_text("Affective-motion image under literal weights").get_attribute(
        "alt"
    )

    page.context.clear_cookies()
    again = page.context.new_page()
    again.goto(address)
    settle(again)
    assert (
        again.get_by_alt_text("Affective-motion image under literal").get_attribute("alt") == shown
    )
