"""Lessons: every step draws, hides its answer until it is asked for, and has a link."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.attribution.control_maps import CONTROL_MAPS
from mer_core.models.catalog import branched_models
from mer_core.models.shipped import shown_weighting
from tests.workbench.opening import open_at, parts, tiles, traces, values, words
from workbench import cached
from workbench.ballot_box import BallotBox
from workbench.lesson import EXAMPLES
from workbench.lesson_steps import LESSONS
from workbench.selection import ClipChoice


@pytest.mark.parametrize("name", [lesson.name for lesson in LESSONS])
def test_a_link_opens_the_step_with_its_answer_hidden(name):
    app = open_at("lessons", lesson=name)
    assert app.selectbox(key="lesson").value == name
    before = words(app)
    app.toggle(key=f"answer.{name}").set_value(True).run()
    assert not app.exception
    assert len(words(app)) > len(before)


def test_an_unknown_step_opens_the_first():
    app = open_at("lessons", lesson="no such lesson")
    assert app.selectbox(key="lesson").value == LESSONS[0].name


def test_the_answer_about_weights_names_those_that_keep_the_face():
    app = open_at("lessons", lesson="one-image")
    app.toggle(key="answer.one-image").set_value(True).run()
    answer = next(m.value for m in app.markdown if "Because of what the weights sum" in m.value)
    for entry in WEIGHTINGS:
        assert (entry.title.lower() in answer) == (entry.sums_to == "k")


def test_a_range_of_frames_is_a_clip_of_its_own_and_its_words_are_true():
    """Early frames have weights below 0 in the whole clip, which alone would give a negative."""
    app = open_at("lessons", lesson="one-image")
    numbers = app.select_slider(key="frames").options
    first, last = numbers[0], numbers[len(numbers) // 3]
    app.select_slider(key="frames").set_value((first, last)).run()
    count = len(numbers) // 3 + 1
    said = [tile["caption"] for tile in tiles(app) if "weights, sum" in tile["caption"]]
    sums = [count if entry.sums_to == "k" else 0 for entry in WEIGHTINGS]
    assert said == [f"{count} weights, sum {total}" for total in sums]


def test_the_widths_of_the_boxes_are_those_of_the_answer():
    app = open_at("lessons", lesson="kernels")
    app.toggle(key="answer.kernels").set_value(True).run()
    answer = next(m.value for m in app.markdown if "Here the fields are" in m.value)
    said = [int(side) for side in re.findall(r"(\d+) pixels for", answer)]
    boxes = [re.search(r"(\d+) × (\d+) pixels", tile["caption"]) for tile in tiles(app)]
    assert [(int(box[1]), int(box[2])) for box in boxes if box] == [(side, side) for side in said]
    assert len(said) == 4
    app.number_input(key="row").set_value(0).run()
    captions = [tile["caption"] for tile in tiles(app)]
    sides = [int(re.search(r"border from (\d+)", caption)[1]) for caption in captions]
    assert sides == said


def test_every_map_of_the_guessing_game_is_owned_up_to():
    app = open_at("lessons", lesson="attribution")
    label = cached.network(branched_models()[0].name).weights.label
    keeps = WEIGHTINGS.get(shown_weighting()).keeps_appearance
    controls = [title for name, title in CONTROL_MAPS.items() if keeps or name != "ami-energy"]
    titles = [*controls, label]
    assert not any(title in words(app) for title in titles)
    pictures = [tile["layers"] for tile in tiles(app) if tile["title"].startswith("Map ")]
    assert len(pictures) == len(titles)
    assert all(one != other for one, other in combinations(pictures, 2))
    app.toggle(key="answer.attribution").set_value(True).run()
    assert all(title in words(app) for title in titles)


def test_no_step_gives_away_what_its_example_shows():
    labels = {emotion for _, emotion, _ in EXAMPLES}
    for lesson in LESSONS[:4]:
        app = open_at("lessons", lesson=lesson.name)
        seen = words(app).lower() + " ".join(tile["alt"] for tile in tiles(app)).lower()
        seen += " ".join(part.get("alt", "") for part in parts(app)).lower()
        assert not any(label in seen for label in labels), lesson.name


def test_a_guess_is_judged_by_where_the_face_moves():
    choice = ClipChoice("live", EXAMPLES[0][0], f"{EXAMPLES[0][1]}-{EXAMPLES[0][2]}")
    region = cached.recording(choice).region
    assert region is not None
    rows, columns = np.nonzero(region)
    inside = (float(columns[0] / region.shape[1]), float(rows[0] / region.shape[0]))
    for place, word in ((inside, "inside"), ((0.01, 0.01), "outside")):
        app = open_at("lessons", lesson="micro-expression")
        app.session_state["guess on the face"] = (choice.key, place)
        app.toggle(key="answer.micro-expression").set_value(True).run()
        assert f"Your guess is **{word}** the moving region" in words(app)


def test_votes_are_counted_once_for_each_voter_and_can_be_cleared():
    box = BallotBox()
    for voter, choice in (("a", "x"), ("b", "y"), ("c", "y"), ("a", "y")):
        box.vote("question", voter, choice)
    box.vote("other", "a", "x")
    assert box.counts("question") == {"y": 3}
    box.withdraw("question", "a")
    assert box.counts("question") == {"y": 2}
    box.clear("question")
    assert box.counts("question") == {}
    assert box.counts("other") == {"x": 1}


def test_a_class_votes_from_several_windows():
    cached.ballot_box.clear()
    option = "Map A"
    apps = [open_at("lessons", lesson="attribution") for _ in range(3)]
    for app in apps:
        app.pills(key="vote.attribution.1").set_value(option).run()
        assert not app.exception
    assert cached.ballot_box().counts("attribution.1") == {option: 3}
    apps[0].toggle(key="votes.attribution.1").set_value(True).run()
    assert "3 votes on this server" in words(apps[0])
    cached.ballot_box.clear()


def test_votes_that_were_cleared_stay_cleared_until_somebody_votes_again():
    cached.ballot_box.clear()
    voted, other = (open_at("lessons", lesson="leave-one-out") for _ in range(2))
    for app in (voted, other):
        app.pills(key="vote.leave-one-out").set_value("It would score lower").run()
    voted.button(key="clear.leave-one-out").click().run()
    for app in (voted, other):
        app.toggle(key="votes.leave-one-out").set_value(True).run()
        assert "0 votes on this server" in words(app)
    assert voted.pills(key="vote.leave-one-out").value is None
    other.pills(key="vote.leave-one-out").set_value("It would score higher").run()
    assert cached.ballot_box().counts("leave-one-out") == {"It would score higher": 1}
    cached.ballot_box.clear()


def test_every_example_has_votes_of_its_own():
    cached.ballot_box.clear()
    app = open_at("lessons", lesson="micro-expression")
    app.pills(key="vote.micro-expression.1").set_value("Eyes").run()
    app.selectbox(key="example").set_value(2).run()
    assert app.pills(key="vote.micro-expression.2").value is None
    app.pills(key="vote.micro-expression.2").set_value("Nose").run()
    box = cached.ballot_box()
    assert box.counts("micro-expression.1") == {"Eyes": 1}
    assert box.counts("micro-expression.2") == {"Nose": 1}
    cached.ballot_box.clear()


def test_the_presenters_view_keeps_the_step_and_the_way_on():
    app = open_at("lessons", lesson="summary", presenter="true")
    assert any("What to take home" in header.value for header in app.header)
    assert any(button.label == LESSONS[-2].title for button in app.button)


def test_the_leak_grows_with_looking_and_honesty_stays_at_chance():
    app = open_at("lessons", lesson="leak", people=40, each=5)
    leaked, honest = (values(trace, "y") for trace in traces(app, "leak"))
    assert leaked == sorted(leaked)
    assert leaked[-1] > max(honest)
    (stated,) = re.findall(r"(\d+)% with the leak", app.get("plotly_chart")[0].proto.alt)
    assert int(stated) == pytest.approx(100 * leaked[-1], abs=0.51)
