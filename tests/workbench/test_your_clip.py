"""Your own clip: good files are answered, hostile ones refused, and none touches the disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from mer_core.inputs import synthetic_recording
from tests.workbench.opening import open_at, parts, tiles, traces, values, words
from tests.workbench.uploads import HOSTILE, good_zip, png, zipped
from workbench import cached

SMALL = "ststnet"


def uploaded(name: str, content: bytes, **parameters):
    # Most of these clips are moving shapes without a face.
    app = open_at("your_clip", **{"nets": SMALL, "crop": "false", **parameters})
    app.file_uploader(key="upload").set_value((name, content, "application/octet-stream")).run()
    assert not app.exception, [found.message for found in app.exception]
    return app


def files_below(*roots: Path) -> set[Path]:
    return {path for root in roots for path in root.rglob("*") if path.is_file()}


def test_nothing_is_asked_of_nobody():
    app = open_at("your_clip")
    assert "Choose a file" in words(app)
    assert not app.get("plotly_chart")


def test_an_answer_is_withheld_with_its_reasons_and_given_anyway():
    app = uploaded("mine.zip", good_zip())
    said = words(app)
    assert "What this cannot tell" in said
    assert "untrained" in said
    assert "No link can contain it" in said
    assert "No answer" in said  # there is no face, and the network knows nothing
    assert "predicts" not in said
    assert "Feature maps" in said
    assert len(app.get("plotly_chart")) == 1
    app.toggle(key="anyway").set_value(True).run()
    assert not app.exception
    said = words(app)
    assert "predicts" in said
    assert "No answer" in said
    motion, shares = app.get("plotly_chart")
    assert "Motion of the face" in motion.proto.alt
    assert shares.proto.alt.count("%") == 3 * len(cached.network(SMALL).classes)
    assert "The same answer after" in said


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(name):
    app = uploaded(name, HOSTILE[name])
    (refusal,) = app.error
    assert "\n" not in refusal.value
    assert "Traceback" not in refusal.value
    assert "<script>" not in refusal.value  # escaped, so that Markdown shows it as text
    assert not app.get("plotly_chart")


def test_a_bad_file_after_a_good_one_leaves_nothing_of_the_good_one():
    app = uploaded("mine.zip", good_zip())
    bad = ("bad.zip", HOSTILE["truncated.zip"], "application/zip")
    app.file_uploader(key="upload").set_value(bad).run()
    assert app.error
    assert not app.get("plotly_chart")


def test_no_face_to_cut_out_is_said_plainly():
    app = uploaded("mine.zip", good_zip(), crop="true")
    assert "face" in app.error[0].value


def test_one_frame_cannot_move():
    app = uploaded("mine.zip", good_zip(1))
    assert "nothing in it can move" in words(app)


def test_frames_can_be_left_out():
    app = uploaded("mine.zip", good_zip())
    numbers = app.select_slider(key="frames").options
    app.select_slider(key="frames").set_range(numbers[1], numbers[4]).run()
    assert not app.exception
    (player,) = [part for part in parts(app) if "frames" in part]
    assert player["numbers"] == [int(number) for number in numbers[1:5]]
    assert "4 frames" in words(app)


@pytest.fixture(scope="module")
def smile() -> bytes:
    """A synthetic smile before a wall, as a zip of its frames."""
    acted = synthetic_recording(subject=3, emotion="happiness", seed=2, size=160).clip.frames
    wide = [np.pad(frame, ((20, 20), (50, 50), (0, 0)), mode="edge") for frame in acted]
    return zipped({f"{i:03}.png": png(frame[..., ::-1]) for i, frame in enumerate(wide)})


def test_three_networks_answer_a_generated_clip_with_maps_and_attributions(smile):
    app = uploaded("smile.zip", smile, nets=["affectivenet", "learnet", "mobilenet"], crop="true")
    said = words(app)
    assert said.count("predicts **Positive**") >= 2
    assert "No answer" not in said
    assert "has never seen a real face" in said
    drawn = tiles(app)
    assert sum(tile["caption"].startswith("map ") for tile in drawn) == 3 * 6
    assert said.count("**Grad-CAM**") == 3
    assert any(tile["outlines"] for tile in drawn)  # the square on the frame


def test_what_is_adjusted_is_followed_by_everything_below(smile):
    app = uploaded("smile.zip", smile, nets="affectivenet", crop="true")

    def shown():
        player = next(part for part in parts(app) if "frames" in part)
        pictures = [tile["layers"][0]["src"] for tile in tiles(app)]
        return player["frames"][0], pictures, values(traces(app, "own motion")[0], "y")

    before = shown()
    app.number_input(key="turn").set_value(12).run()
    assert not app.exception
    turned = shown()
    assert turned[0] != before[0]
    assert turned[2] != before[2]
    # The frame itself stays; the cut, the image, every map and the attribution are new.
    assert [a == b for a, b in zip(before[1], turned[1], strict=True)] == [True, *[False] * 9]
    app.toggle(key="stabilise").set_value(True).run()
    assert not app.exception
    assert "Head motion undone" in [tile["title"] for tile in tiles(app)]
    assert "degrees against the first frame" in words(app)
    steady = shown()
    assert steady[1][:3] == turned[1][:3]
    assert not set(steady[1][3:]) & set(turned[1][3:])


def test_the_clip_is_still_there_after_a_visit_elsewhere(smile):
    app = uploaded("smile.zip", smile, nets="affectivenet", crop="true")
    app.switch_page("app_pages/paper.py").run()
    app.switch_page("app_pages/your_clip.py").run()
    assert not app.exception
    assert "smile.zip" in words(app)


def test_nothing_of_it_is_in_a_cache_that_others_share(smile, monkeypatch):
    held: list[str] = []
    shared = cached.drawings_cache()
    monkeypatch.setattr(shared, "fetch", lambda key, make: held.append(str(make)) or make())
    uploaded("smile.zip", smile, nets="affectivenet", crop="true")
    assert held == []


def test_nothing_is_written_to_disk(workplace, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    cached.network(SMALL)
    places = [tmp_path, *(Path(p) for name, p in workplace.items() if name != "MER_DEMO")]
    before = files_below(*places)
    app = uploaded("mine.zip", good_zip())
    assert app.get("plotly_chart")
    assert files_below(*places) == before


def test_what_one_session_uploads_is_in_no_cache_of_the_others():
    uploaded("mine.zip", good_zip())
    other = open_at("your_clip", nets=SMALL)
    assert "Choose a file" in words(other)
    assert "own clip" not in other.session_state


def test_taking_the_file_away_forgets_it():
    app = uploaded("mine.zip", good_zip())
    assert "own clip" in app.session_state
    app.file_uploader(key="upload").set_value(None).run()
    assert not app.exception
    assert "own clip" not in app.session_state
