"""What each page promises a person, one journey for each promise."""

from __future__ import annotations

import re

import pytest

from tests.workbench.running import settle
from tests.workbench.watching import choose

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

FOLD = 900
PICTURES = (
    "",
    "affective_motion_image",
    "attributions?nets=ststnet&methods=saliency&untrained=true",
    "clips?dataset=casme2",
    "compare?net=affectivenet",
    "feature_maps?nets=affectivenet",
    "lessons",
)
FIRST_PICTURE = ".mer-surface, .mer-player img, .mer-gallery img"


@pytest.mark.parametrize("path", PICTURES)
def test_the_first_picture_is_above_the_fold_and_the_choice_stays_in_view(page, server, path):
    page.set_viewport_size({"width": 1440, "height": FOLD})
    page.goto(f"{server}/{path}")
    settle(page)
    first = page.locator(FIRST_PICTURE).first
    first.wait_for()
    tops = page.locator(FIRST_PICTURE).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert min(tops) < 0.62 * FOLD
    row = page.locator(".st-key-choices")
    if row.count():
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 2000)")
        page.wait_for_timeout(200)
        box = row.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 120


@pytest.mark.parametrize("path", PICTURES)
def test_no_picture_reaches_beyond_the_screen_of_a_telephone(page, server, path):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/{path}")
    settle(page)
    pictures = page.locator(".mer-surface, .mer-player img, .mer-gallery img, .mer-bar")
    pictures.first.wait_for()
    ends = pictures.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(ends) <= 390


def test_the_sidebar_says_what_this_is(page, server):
    page.goto(server)
    settle(page)
    side = page.get_by_test_id("stSidebar")
    for words in ("MER Workbench", "Look", "Measure", "Try"):
        expect(side.get_by_text(words, exact=True).first).to_be_visible()
    box = side.bounding_box()
    assert box is not None
    assert box["width"] < 260
    side.get_by_role("button", name="About").click()
    page.get_by_role("dialog").get_by_text("It recognises movements, not feelings").wait_for()


def test_the_player_is_paused_scrubbed_and_slowed_with_the_keyboard(page, server):
    page.emulate_media(reduced_motion="no-preference")
    page.goto(server)
    settle(page)
    player = page.locator(".mer-player")
    player.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    said = player.locator("output")
    held = said.inner_text()
    page.wait_for_timeout(400)
    assert said.inner_text() == held
    player.get_by_role("slider", name="Frame").focus()
    page.keyboard.press("Home")
    first = said.inner_text()
    page.keyboard.press("ArrowRight")
    assert said.inner_text() != first
    player.get_by_role("button", name="apex").click()
    assert "apex" in said.inner_text()
    player.get_by_label("Speed").select_option(index=0)
    player.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "held => document.querySelector('.mer-player output').textContent !== held",
        arg=said.inner_text(),
    )


def test_the_value_under_the_pointer_is_told_and_a_tile_is_enlarged(page, server):
    page.goto(f"{server}/feature_maps?nets=affectivenet")
    settle(page)
    unit = page.locator(".st-key-unit .mer-surface")
    unit.scroll_into_view_if_needed()
    unit.hover(position={"x": 5, "y": 5})
    said = page.locator(".st-key-unit .mer-said")
    expect(said).to_have_text(re.compile(r"row 0, column 0: [-\d.e]+"))
    unit.focus()
    page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(re.compile(r"row 0, column 0:"))
    page.locator(".st-key-input").get_by_role("button", name="Enlarge").first.click()
    dialog = page.locator("dialog.mer-large")
    dialog.wait_for()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_pressed_layer_of_the_diagram_shows_its_maps(page, server):
    page.goto(f"{server}/feature_maps?nets=affectivenet")
    settle(page)
    node = page.locator(".mer-diagram .mer-node").nth(1)
    title = node.get_attribute("aria-label").partition(":")[0]
    node.focus()
    page.keyboard.press("Enter")
    page.get_by_alt_text(f"{title}, map").first.wait_for()
    settle(page)
    assert node.get_attribute("aria-pressed") == "true"
    assert "layer=" in page.url


def test_two_clips_are_swiped_zoomed_and_read_with_one_cross_hair(page, server):
    page.goto(f"{server}/compare?net=affectivenet")
    settle(page)
    view = page.locator(".mer-compare")
    divider = view.get_by_label("Divider")
    divider.focus()
    page.keyboard.press("Home")
    clip = view.locator(".mer-stage").nth(1).evaluate("stage => stage.style.clipPath")
    assert "0%" in clip
    view.locator(".mer-pane").focus()
    page.keyboard.press("ArrowDown")
    expect(view.locator("output")).to_have_text(re.compile(r"A [-\d.,e]+, B [-\d.,e]+, A minus B"))
    assert view.locator(".mer-cross:not([hidden])").count() == 2
    view.get_by_role("button", name="Side by side").click()
    boxes = [stage.bounding_box() for stage in view.locator(".mer-stage").all()]
    assert boxes[1]["x"] >= boxes[0]["x"] + boxes[0]["width"]
    view.get_by_label("Zoom").focus()
    page.keyboard.press("ArrowRight")
    zoom = view.locator(".mer-surface").first.evaluate("node => node.style.transform")
    assert zoom == "scale(1.5)"


def test_a_guess_on_the_face_is_judged_when_the_answer_is_shown(page, server):
    page.goto(f"{server}/lessons?lesson=micro-expression")
    settle(page)
    page.locator(".st-key-guess .mer-surface").click(position={"x": 4, "y": 4})
    page.get_by_text("Your guess is framed").wait_for()
    page.get_by_text("Show the answer").click()
    page.get_by_text("Your guess is outside the moving region").wait_for()


def test_the_presenters_view_hides_all_but_the_step(page, server):
    page.goto(f"{server}/lessons?lesson=summary&presenter=true")
    settle(page)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("heading", name="What to take home")).to_be_visible()
    size = page.get_by_text("short and slight").evaluate("node => getComputedStyle(node).fontSize")
    assert float(size.removesuffix("px")) > 20
    page.goto(f"{server}/lessons?lesson=leak&presenter=true")
    settle(page)
    expect(page.get_by_text("They guess", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Clear the votes")).to_be_hidden()
    expect(page.get_by_label("Epochs", exact=True)).to_be_hidden()
    choose(page, "Lesson", "7. Reading an attribution")()
    page.get_by_role("heading", name="Reading an attribution").wait_for()


def test_votes_of_two_windows_are_counted_together(page, server):
    address = f"{server}/lessons?lesson=three-networks"
    other = page.context.browser.new_context().new_page()
    other.set_default_timeout(180_000)
    for window, choice in ((page, "All agree"), (other, "Two agree")):
        window.goto(address)
        settle(window)
        window.get_by_text(choice, exact=True).click()
        settle(window)
    page.get_by_text("Show the class's votes").click()
    page.get_by_text("2 votes on this server").wait_for()
    other.context.close()


def test_a_clip_plays_under_the_pointer_and_stands_beside_the_gallery(page, server):
    page.goto(f"{server}/clips?dataset=casme2")
    settle(page)
    item = page.locator(".mer-gallery li").first
    still = item.locator("img").get_attribute("src")
    item.hover()
    page.wait_for_function(
        "still => document.querySelector('.mer-gallery img').src !== still", arg=still
    )
    gallery = page.locator(".mer-gallery").bounding_box()
    player = page.locator(".mer-player").bounding_box()
    assert player["x"] > gallery["x"] + gallery["width"] - 1
    assert player["y"] < FOLD


def test_maps_of_untrained_networks_are_withheld(page, server):
    page.goto(f"{server}/attributions?nets=ststnet&methods=saliency")
    settle(page)
    page.get_by_text("its map is withheld").wait_for()
    assert page.get_by_alt_text("Saliency of").count() == 0
    page.get_by_text("Show maps of untrained networks too").click()
    page.get_by_alt_text("Saliency of").wait_for()
    expect(page.locator(".mer-badge.mer-bad").first).to_have_text("untrained network")
