"""What each page must answer, one journey for each question."""

from __future__ import annotations

import re

import pytest

from mer_core.features import RANKINGS
from tests.workbench.running import settle
from tests.workbench.watching import choose

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_a_prediction_is_judged_by_the_class_that_the_label_counts_as(page, server):
    page.goto(server)
    settle(page)
    page.get_by_text("The clip is labelled Happiness, which counts as Positive.").wait_for()
    rows = page.locator(".mer-answer").first.locator("tr")
    rows.first.wait_for()
    shares = [int(text.rstrip("%")) for text in rows.locator("td:last-child").all_inner_texts()]
    assert len(shares) > 1
    assert 100 - len(shares) <= sum(shares) <= 100 + len(shares)
    predicted = page.locator(".mer-predicted")
    expect(predicted).to_have_count(1)
    assert predicted.locator("td:last-child").inner_text() == f"{max(shares)}%"
    right = "✓" in predicted.locator("th").inner_text()
    verdict = page.get_by_text("AffectiveNet predicts").inner_text()
    assert verdict.endswith("right" if right else "wrong")


def test_the_first_page_says_in_a_sentence_what_each_thing_is(page, server):
    page.goto(server)
    settle(page)
    for term in ("Micro-expression", "Affective-motion image", "Prediction"):
        column = page.get_by_test_id("stColumn").filter(
            has=page.get_by_role("heading", name=term, exact=True)
        )
        said = column.first.get_by_test_id("stMarkdown").first
        assert len(said.inner_text().split()) > 5
        top = said.bounding_box()
        assert top is not None
        assert top["y"] < 300


def test_a_link_says_what_it_could_not_honour(page, server):
    page.goto(f"{server}/?emotion=joy&subject=99")
    settle(page)
    said = page.get_by_role("alert").inner_text()
    assert "Emotion cannot be “joy”" in said
    assert "Subject cannot be “99”" in said


@pytest.mark.parametrize(
    ("kind", "second"),
    [
        ("clips", "B Surprise"),
        ("weightings&w2=linear", "B Linear"),
        ("networks&rival=mobilenet", "B MobileNetV1"),
        ("networks&rival=affectivenet-ks1", "B AffectiveNet KS-1"),
        ("checkpoints", "B Untrained"),
    ],
)
def test_two_sides_that_differ_in_one_thing_lie_under_one_divider(page, server, kind, second):
    page.goto(f"{server}/compare?net=affectivenet&compare={kind}&emotion2=surprise&show=map")
    settle(page)
    view = page.locator(".mer-compare")
    view.wait_for()
    assert second in " ".join(view.locator(".mer-names").inner_text().split())
    assert view.locator(".mer-stage .mer-surface").count() == 2
    view.get_by_label("Divider").wait_for()


def test_a_deeper_layer_and_a_paler_map_are_compared_too(page, server):
    page.goto(f"{server}/compare?net=affectivenet&show=attribution&method=saliency")
    settle(page)
    veil = page.locator(".mer-compare .mer-veil").first
    veil.wait_for()
    page.locator(".mer-compare").get_by_label("Opacity").focus()
    page.keyboard.press("Home")
    assert veil.evaluate("layer => layer.style.opacity") == "0"
    page.goto(f"{server}/compare?net=affectivenet&show=map")
    settle(page)
    page.get_by_label("Layer", exact=True).click()
    page.get_by_role("option").last.click()
    page.wait_for_url("**layer=**")
    settle(page)
    assert page.locator(".mer-compare .mer-surface").count() == 2


def test_maps_are_ranked_by_what_they_answer_where_the_face_moves(page, server):
    page.goto(f"{server}/feature_maps?nets=affectivenet")
    settle(page)
    assert page.get_by_label("Maps ranked by").input_value() == RANKINGS.get("region").title
    first = page.locator(".st-key-input .mer-surface")
    diagram = page.locator(".mer-diagram").bounding_box()
    seen = first.bounding_box()
    assert seen is not None and diagram is not None
    assert seen["y"] < diagram["y"] + diagram["height"]  # beside the diagram, above all maps
    assert seen["y"] < page.locator(".st-key-unit .mer-surface").bounding_box()["y"]


def test_bars_of_scores_have_the_colours_of_verdicts_and_labels_that_collide_with_nothing(
    page, server
):
    page.goto(f"{server}/attributions?nets=affectivenet&methods=saliency&methods=grad-cam")
    settle(page)
    chart = page.locator(".st-key-scores .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    bars = chart.locator(".barlayer .point path")
    colours = bars.evaluate_all("all => all.map(one => getComputedStyle(one).fill)")
    verdicts = {"rgb(0, 158, 115)", "rgb(230, 159, 0)", "rgb(138, 143, 153)"}  # good, so-so, none
    assert len(colours) == 2
    assert set(colours) <= verdicts
    labels = [box.bounding_box() for box in chart.locator(".yaxislayer-above text").all()]
    labels.sort(key=lambda box: box["y"])
    plain = chart.locator(".nsewdrag").first.bounding_box()
    assert len(labels) == 2
    for label in labels:  # dotted lines lie inside the axes, and names left of them
        assert label["x"] + label["width"] <= plain["x"] + 1
    assert labels[0]["y"] + labels[0]["height"] <= labels[1]["y"]


def test_every_network_says_above_its_maps_what_it_predicts_and_whether_that_is_right(page, server):
    page.goto(f"{server}/attributions?nets=affectivenet&nets=mobilenet&methods=saliency")
    settle(page)
    answers = page.locator(".mer-answer")
    expect(answers).to_have_count(2)
    for i, name in enumerate(("AffectiveNet", "MobileNetV1")):
        said = page.get_by_text(re.compile(f"^{name} predicts .*(right|wrong)$"))
        table = answers.nth(i).bounding_box()
        map_ = page.get_by_alt_text(f"Saliency of {name}").first.bounding_box()
        words = said.bounding_box()
        assert words["y"] < table["y"] < map_["y"]
        assert abs(words["x"] - table["x"]) < 5
        assert abs(table["x"] - map_["x"]) < 5


def test_kernels_have_scales_of_their_own_or_one_for_all(page, server):
    page.goto(f"{server}/feature_maps?nets=affectivenet")
    settle(page)
    bars = page.locator(".st-key-branches .mer-bar")
    bars.first.wait_for()
    own = bars.all_inner_texts()
    page.get_by_text("One scale for all", exact=True).click()
    page.wait_for_url("**scale=shared**")
    settle(page)
    bars.first.wait_for()
    shared = bars.all_inner_texts()
    assert len(own) == len(shared) == page.locator(".st-key-branches section").count() > 1
    assert len(set(own)) > 1
    assert len(set(shared)) == 1


def test_a_difference_is_drawn_between_networks_trained_alike_alone(page, server):
    page.goto(f"{server}/compare?net=affectivenet&compare=clips&show=map")
    settle(page)
    page.get_by_alt_text("A minus B").wait_for()
    page.goto(f"{server}/compare?net=affectivenet&compare=networks&show=map&rival=mobilenet")
    settle(page)
    page.get_by_text("not trained alike").wait_for()
    assert page.get_by_alt_text("A minus B").count() == 0


def test_the_checks_of_a_map_arrive_by_themselves_as_a_coloured_badge(page, server):
    page.goto(f"{server}/attributions?nets=affectivenet&methods=saliency")
    settle(page)
    badge = page.locator(".mer-tiles .mer-badge", has_text="checks: ")
    badge.wait_for()
    settle(page)
    assert re.search(r"mer-(good|doubtful|bad)", badge.get_attribute("class") or "")
    page.get_by_role("button", name="Sanity checks and export").click()
    body = page.get_by_test_id("stPopoverBody")
    verdicts = body.get_by_text(re.compile(r"\((pass|warn|fail)\)"))
    verdicts.first.wait_for()
    worst = {"passed": "pass", "warning": "warn", "failed": "fail"}
    word = next(verdict for name, verdict in worst.items() if name in badge.inner_text())
    assert any(f"({word})" in line for line in verdicts.all_inner_texts())


def test_methods_that_do_not_apply_are_listed_with_their_reasons_and_not_offered(page, server):
    page.goto(f"{server}/attributions?nets=affectivenet&methods=saliency")
    settle(page)
    part = page.get_by_text(re.compile(r"Unavailable methods \(\d+\)"))
    count = int(re.findall(r"\d+", part.inner_text())[0])
    part.click()
    table = page.get_by_test_id("stDataFrame").first
    table.wait_for()
    settle(page)
    assert int(table.locator("table").get_attribute("aria-rowcount")) == count + 1
    titles = table.locator("tbody tr td:nth-child(2)").all_text_contents()
    page.get_by_label("Methods").click()
    offered = page.get_by_role("option").all_inner_texts()
    assert titles
    assert not set(titles) & set(offered)


def test_a_lesson_hides_what_its_clip_shows_until_the_answer_is_asked_for(page, server):
    page.goto(f"{server}/lessons?lesson=micro-expression")
    settle(page)
    main = page.get_by_test_id("stMain")
    secret = re.compile(r"\b(AU\d+|[Hh]appiness|onset|apex)\b")
    assert not secret.search(main.inner_text())
    page.get_by_text("Show the answer").click()
    page.wait_for_url("**answer.micro-expression=true**")
    settle(page)
    assert secret.search(main.inner_text())


def test_a_lesson_leaves_one_person_out_and_tests_on_nobody_else(page, server):
    page.goto(f"{server}/lessons?lesson=leave-one-out")
    settle(page)
    for person in (3, 5):
        held = page.get_by_label("Person left out")
        held.fill(str(person))
        held.press("Enter")
        row = page.locator(".mer-folds tr").nth(person - 1)
        expect(row.locator(".mer-test")).not_to_have_count(0)
        settle(page)
        tested = page.locator(".mer-folds .mer-test").count()
        assert tested == row.locator("td").count()
        assert row.locator("th").inner_text() == f"Person {person}"


def test_a_study_is_announced_on_every_page_and_stopped_now(page, server):
    page.goto(f"{server}/results")
    settle(page)
    page.get_by_text("Start a study").click()
    choose(page, "Training profile", "Paper")()
    page.get_by_role("button", name="Start", exact=True).click()
    cells = page.locator(".mer-fold-grid li")
    cells.first.wait_for()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Paper", exact=True).click()
    page.get_by_role("heading", name="Paper", level=1).wait_for()
    notice = page.get_by_test_id("stSidebar").get_by_text("Study training")
    notice.wait_for()
    page.get_by_role("link", name="Go to the study").click()
    page.get_by_role("heading", name="Results", level=1).wait_for()
    page.get_by_role("button", name="Stop now").click()
    page.get_by_text("was stopped; finished folds are kept").wait_for()
    settle(page)
    expect(cells).to_have_count(0)
