"""What a reader comes for on each page, from the first click to the last."""

from __future__ import annotations

import re

import pytest

from tests.workbench.running import pick, settle
from tests.workbench.uploads import HOSTILE, good_zip

pytestmark = pytest.mark.browser


def test_another_method_changes_the_maps_and_the_link_opens_them_again(page, server):
    page.goto(f"{server}/attributions?nets=ststnet&methods=saliency&untrained=true")
    settle(page)
    assert page.get_by_role("heading", name="Saliency").count() == 1
    page.get_by_alt_text("Saliency of").wait_for()
    pick(page, "Methods", "Occlusion")
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
    page.goto(f"{server}/your_clip?nets=ststnet&crop=false")
    settle(page)
    choose = page.locator('input[type="file"]')
    good = {"name": "mine.zip", "mimeType": "application/zip", "buffer": good_zip()}
    choose.set_input_files(good)
    page.get_by_text("What this cannot tell").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    settle(page)

    bad = {
        "name": "script.zip",
        "mimeType": "application/zip",
        "buffer": HOSTILE["script.zip"],
    }
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.locator('input[type="file"]').set_input_files(bad)
    page.get_by_role("alert").first.wait_for()
    settle(page)
    assert page.locator(".js-plotly-plot").count() == 0
    assert not alerts
    assert page.locator('[role="alert"] script').count() == 0


def test_the_lessons_are_walked_by_their_links(page, server):
    page.goto(f"{server}/lessons?lesson=kernels")
    settle(page)
    page.get_by_role("heading", name="Why four kernel sizes?").wait_for()
    for title, name in (
        ("What does it predict?", "prediction"),
        ("Three networks, one clip", "three-networks"),
        ("Reading an attribution", "attribution"),
    ):
        page.get_by_role("button", name=title).click()
        page.get_by_role("heading", name=title).wait_for()
        settle(page)
        page.wait_for_url(f"**lesson={name}**")
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
    page.get_by_text("Show the answer").click()
    page.get_by_text("is Random map").wait_for()


def test_a_clip_chosen_in_the_gallery_follows_to_every_page(page, server):
    page.goto(f"{server}/clips?dataset=casme2")
    settle(page)
    name = page.get_by_role("button").filter(has_text="EP").nth(2)
    subject, clip = name.inner_text().split()
    name.click()
    page.get_by_alt_text(f"{subject}/{clip}:").first.wait_for()
    settle(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Affective-motion image").click()
    page.get_by_role("heading", name="Affective-motion image", level=1).wait_for()
    settle(page)
    page.wait_for_url(lambda url: f"clip={clip}" in url)  # written when the page is complete
    page.get_by_test_id("stSidebar").get_by_role("link", name="One clip").click()
    page.get_by_role("heading", name="One clip", level=1).wait_for()
    settle(page)
    page.get_by_alt_text(re.compile(f"{clip}.*onset")).wait_for()
    page.get_by_role("button", name="Link to this view").click()
    assert f"clip={clip}" in page.get_by_test_id("stCode").inner_text().replace("\n", "")


def test_a_study_is_started_left_and_found_again_with_its_mistakes(page, server):
    page.goto(f"{server}/results")
    settle(page)
    page.get_by_text("Start a study").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text(re.compile(r"no fold yet|of 2 folds")).first.wait_for()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Paper").click()
    page.get_by_role("heading", name="Paper", level=1).wait_for()
    settle(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Results").click()
    ended = page.get_by_text("has ended")
    ended.wait_for()
    title = ended.inner_text().partition(" has ended")[0].strip()
    page.get_by_label("Study", exact=True).click()
    page.get_by_role("option").filter(has_text=title.rpartition(" · ")[2]).click()
    page.get_by_role("heading", name="Wrong predictions").wait_for()
    settle(page)
    page.get_by_role("link", name="Maps", exact=True).first.click()
    page.get_by_role("heading", name="Feature maps", level=1).wait_for()
    settle(page)
    assert "run=affectivenet" in page.url
    assert page.get_by_text("Trained on synthetic clips").count() >= 1
    page.get_by_test_id("stSidebar").get_by_role("link", name="Results").click()
    page.get_by_role("heading", name="Wrong predictions").wait_for()
    settle(page)
    page.get_by_role("link", name="Attributions", exact=True).last.click()
    page.get_by_role("heading", name="Attributions", level=1).wait_for()
    settle(page)
    assert page.get_by_text("Trained on synthetic clips").count() >= 1


def test_the_paper_is_read_by_its_link(page, server):
    page.goto(f"{server}/paper?show=Tables")
    settle(page)
    page.get_by_role("heading", name="Table 1").wait_for()
    page.get_by_text("Readings", exact=True).click()
    page.wait_for_url("**show=Readings**")
    settle(page)
    page.get_by_label("Topic", exact=True).wait_for()


def test_a_recording_of_the_camera_is_answered(page, server):
    page.goto(f"{server}/your_clip?nets=ststnet&crop=false&from=this+camera")
    settle(page)
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("What this cannot tell").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    settle(page)
    assert page.get_by_alt_text(re.compile(r"Your clip, \d+ frames")).count() == 1
