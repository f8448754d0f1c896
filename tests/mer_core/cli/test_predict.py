"""`mer predict`: many clips, one table; a clip that cannot be answered does not stop the others."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest

from mer_core.cli import run
from mer_core.inputs import synthetic_recording


@pytest.fixture
def clips(tmp_path):
    """Two folders of frames below one: a synthetic face, and a wall."""
    acted = synthetic_recording(subject=3, emotion="surprise", seed=1, size=128).clip.frames
    for name, frames in (("face", acted), ("wall", [np.full((90, 90, 3), 128, np.uint8)] * 4)):
        folder = tmp_path / "clips" / name
        folder.mkdir(parents=True)
        for i, frame in enumerate(frames):
            cv2.imwrite(str(folder / f"{i:03}.png"), frame[..., ::-1])
    return tmp_path / "clips"


def test_a_table_has_a_row_for_every_clip(clips, tmp_path, capsys):
    out = tmp_path / "predictions.csv"
    code = run(["predict", str(clips), "--out", str(out), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 0  # the wall has no face, which is a warning
    face, wall = document["clips"]
    assert "no face" in wall["problem"]
    assert not face["problem"]
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert face["predicted"] in (*face["probabilities"], None)
    assert (face["predicted"] is None) == bool(face["refusals"])
    assert set(face["crop"]) == {"centre", "width", "degrees"}
    rows = list(csv.DictReader(out.open()))
    assert [row["clip"] for row in rows] == [face["clip"], wall["clip"]]
    assert float(rows[0]["crop_width"]) == pytest.approx(face["crop"]["width"], abs=0.01)
    assert rows[1]["problem"] == wall["problem"]
    assert "has never seen a real face" in rows[0]["marks"]  # frames in a folder are not marked
    assert run(["predict", str(clips), "--out", str(out)]) == 2  # exists already


def test_a_withheld_answer_is_given_when_it_is_asked_for_anyway(clips, capsys):
    still = clips / "still"
    still.mkdir()
    (first,) = (path for path in (clips / "face").iterdir() if path.name == "000.png")
    for i in range(6):
        (still / f"{i}.png").write_bytes(first.read_bytes())
    said = []
    for options in ([], ["--anyway"]):
        assert run(["predict", str(still), "--json", *options]) == 0
        said.append(json.loads(capsys.readouterr().out)["clips"][0])
    withheld, given = said
    assert withheld["predicted"] is None
    assert "nothing moves" in withheld["refusals"][0]
    assert given["refusals"] == withheld["refusals"]
    assert given["predicted"] == max(given["probabilities"], key=given["probabilities"].get)


def test_patterns_and_people(clips, capsys):
    assert run(["predict", str(clips / "fa*")]) == 0
    said = capsys.readouterr().out
    assert "face" in said
    assert "calibrated on synthetic people" in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["none/*.mp4"], "stands for no clip"), (["x.mp4", "--out", "t.txt"], "written as CSV")],
)
def test_what_cannot_be_asked_is_one_line(arguments, complaint, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["predict", *arguments]) == 2
    assert complaint in capsys.readouterr().err
