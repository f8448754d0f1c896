"""What a hand does: brush a curve, draw a box, click a unit; and what a link keeps of it."""

from __future__ import annotations

import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.workbench.running import settle
from tests.workbench.watching import choose

pytestmark = pytest.mark.browser


def plot(page, key: str) -> dict[str, float]:
    """Where the inside of the chart lies on the screen."""
    area = page.locator(f".st-key-{key} .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    return box


def drag(page, key: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags across a chart; places are shares of its width and height."""
    box = plot(page, key)
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=8)
    page.mouse.up()


def saved(page, label: str, folder, place) -> str:
    """Presses a download button and returns the name of what it saved."""
    with page.expect_download() as waiting:
        place.get_by_role("button", name=label, exact=True).click()
    found = waiting.value
    found.save_as(folder / found.suggested_filename)
    return found.suggested_filename


def test_brushed_frames_make_an_image_that_a_link_and_a_script_make_again(page, server, tmp_path):
    page.goto(f"{server}/affective_motion_image?w=full")
    settle(page)
    drag(page, "brush", (0.3, 0.5), (0.6, 0.6))
    page.wait_for_url("**frames=**")
    first, last = parse_qs(urlsplit(page.url).query)["frames"]
    assert int(first) < int(last)
    part = page.get_by_alt_text(f"Image of frames {first} to {last} alone under full weights")
    part.wait_for()
    settle(page)
    shown = part.get_attribute("alt")
    again = page.context.new_page()
    again.goto(page.url)
    settle(again)
    assert again.get_by_alt_text("alone under full weights").get_attribute("alt") == shown
    again.close()

    page.get_by_role("button", name="Export").nth(1).click()
    offers = page.get_by_test_id("stPopoverBody")
    array = saved(page, "Array", tmp_path, offers)
    script = saved(page, "Script", tmp_path, offers)
    assert "synthetic" in script
    made = tmp_path / "again.npy"
    command = [sys.executable, script, "-", str(made)]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=180)
    np.testing.assert_array_equal(np.load(made), np.load(tmp_path / array))


def test_a_box_on_the_face_shows_the_motion_inside(page, server):
    page.goto(f"{server}/affective_motion_image?w=full")
    settle(page)
    page.get_by_text("Draw a box on the face, and see").click()
    page.wait_for_url("**boxed=true**")
    settle(page)
    assert page.get_by_label("Top", exact=True).input_value() == "0"
    drag(page, "box", (0.3, 0.6), (0.7, 0.8))
    page.wait_for_url("**top=**")
    settle(page)
    assert int(page.get_by_label("Top", exact=True).input_value()) > 100
    assert "inside the box" in page.locator(".st-key-motion").text_content()
    page.get_by_role("button", name="Whole frame").click()
    page.wait_for_url(lambda url: "top=" not in url)
    settle(page)
    assert page.get_by_label("Top", exact=True).input_value() == "0"
    assert "inside the box" not in page.locator(".st-key-motion").text_content()


def test_a_click_on_a_unit_moves_its_receptive_field(page, server):
    page.goto(f"{server}/feature_maps?nets=affectivenet")
    settle(page)
    before = page.get_by_alt_text("Receptive field").get_attribute("alt")
    page.locator(".st-key-unit .mer-surface").click(position={"x": 3, "y": 3})
    page.wait_for_url("**row=0**")
    settle(page)
    assert page.get_by_label("Row", exact=True).input_value() == "0"
    assert page.get_by_label("Column", exact=True).input_value() == "0"
    assert page.get_by_alt_text("Receptive field").get_attribute("alt") != before


def test_frames_brushed_under_a_map_are_explained_alone(page, server):
    page.goto(
        f"{server}/attributions?nets=affectivenet&methods=grad-cam&further=frames&untrained=true"
    )
    settle(page)
    page.get_by_text("All frames are chosen").wait_for()
    drag(page, "shares", (0.3, 0.5), (0.6, 0.6))
    alone = page.get_by_alt_text(re.compile(r"of AffectiveNet for frames \d+ to \d+"))
    alone.wait_for()
    settle(page)
    first = alone.get_attribute("alt")
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => ![...document.images].some(image => image.alt === before)", arg=first
    )
    settle(page)
    assert alone.get_attribute("alt") != first


def test_what_lies_behind_more_choices_is_kept_by_a_link(page, server):
    page.goto(f"{server}/attributions?nets=ststnet&methods=saliency&untrained=true")
    settle(page)
    page.get_by_role("button", name="More").click()
    choose(page, "Target class", "Surprise")()
    page.get_by_alt_text("for surprise").wait_for()
    page.wait_for_url("**target=surprise**")
    again = page.context.new_page()
    again.goto(page.url)
    again.get_by_alt_text("for surprise").wait_for()
    settle(again)
    again.get_by_role("button", name="More").click()
    again.get_by_text("Nothing", exact=True).click()
    again.wait_for_url("**under=nothing**")
    settle(again)
    assert again.get_by_alt_text("for surprise").count() == 1
    assert "target=surprise" in again.url
    again.close()
