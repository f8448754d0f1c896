"""Your own clip: good files are answered, hostile ones refused, and none touches the disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.workbench.opening import open_at, words
from tests.workbench.uploads import HOSTILE, good_zip
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


def test_a_good_clip_is_answered_and_the_limits_are_stated():
    app = uploaded("mine.zip", good_zip())
    said = words(app)
    assert "What this cannot tell" in said
    assert "untrained" in said
    assert "No link can contain it" in said
    assert "No answer" in said  # there is no face, and the network knows nothing
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
    assert "4 frames" in " ".join(str(image.proto) for image in app.get("image"))


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
