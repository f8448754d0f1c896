"""Journeys in a browser: another method, a clip of one's own, a link opened again."""

from __future__ import annotations

import pytest

from tests.workbench.test_browser import settle
from tests.workbench.uploads import HOSTILE, good_zip

pytestmark = pytest.mark.browser


def test_another_method_changes_the_maps_and_the_link_opens_them_again(page, server):
    page.goto(f"{server}/attributions?nets=ststnet&methods=saliency")
    settle(page)
    assert page.get_by_role("heading", name="Saliency").count() == 1
    page.get_by_label("Methods").click()
    page.get_by_role("option", name="occlusion", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Occlusion").wait_for()
    settle(page)
    address = page.url
    assert "methods=occlusion" in address
    shown = page.get_by_alt_text("Occlusion of").get_attribute("alt")

    page.get_by_role("button", name="Link to this view").click()
    link = page.get_by_test_id("stCode").inner_text().replace("\n", "")
    assert link.startswith(f"{server}/attributions?v=1")
    for where in (address, link):
        again = page.context.new_page()
        again.goto(where)
        settle(again)
        assert again.get_by_alt_text("Occlusion of").get_attribute("alt") == shown
        again.close()


def test_a_good_clip_is_answered_and_a_hostile_one_refused(page, server):
    page.goto(f"{server}/your_clip?net=ststnet")
    settle(page)
    choose = page.locator('input[type="file"]')
    good = {"name": "mine.zip", "mimeType": "application/zip", "buffer": good_zip()}
    choose.set_input_files(good)
    page.get_by_text("What this cannot tell").wait_for()
    settle(page)
    assert page.locator(".js-plotly-plot").count() == 1

    bad = {
        "name": "script.zip",
        "mimeType": "application/zip",
        "buffer": HOSTILE["script.zip"],
    }
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.locator('input[type="file"]').set_input_files(bad)
    page.get_by_role("alert").wait_for()
    settle(page)
    assert page.locator(".js-plotly-plot").count() == 0
    assert not alerts
    assert page.locator('[role="alert"] script').count() == 0


def test_the_lessons_are_walked_by_their_links(page, server):
    page.goto(f"{server}/lessons?lesson=kernels")
    settle(page)
    page.get_by_role("heading", name="Why four kernel sizes?").wait_for()
    page.get_by_role("button", name="Reading an attribution").click()
    page.get_by_role("heading", name="Reading an attribution").wait_for()
    settle(page)
    page.wait_for_url("**lesson=attribution**")
    page.get_by_text("Show the answer").click()
    page.get_by_text("is Random map").wait_for()
