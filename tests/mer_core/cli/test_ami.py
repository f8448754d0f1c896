import json

import cv2
import numpy as np
import pytest

from mer_core.ami import build_ami
from mer_core.cli import run


@pytest.fixture
def clip(tmp_path):
    """Seven frames of a moving square in a folder, and the frames themselves."""
    folder = tmp_path / "EP01_01"
    folder.mkdir()
    frames = np.full((7, 40, 50, 3), 30, np.uint8)
    for position, frame in enumerate(frames):
        frame[10:20, 5 + 3 * position : 15 + 3 * position] = (200, 120, 60)
        number = 100 + position
        cv2.imwrite(str(folder / f"reg_img{number}.png"), cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    return folder, frames


@pytest.fixture
def ask(capsys):
    """Runs `mer ami` and returns its exit code, its JSON document and its error lines."""

    def call(*arguments):
        # Moving squares have no face; a later --crop wins.
        code = run(["ami", "--no-crop", *map(str, arguments), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else None, said.err.splitlines()

    return call


def picture(path):
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def test_the_document_and_the_picture_describe_the_image(clip, tmp_path, ask):
    folder, frames = clip
    code, document, errors = ask(folder, tmp_path / "ami.png")
    image = build_ami(frames, count=7)
    assert (code, errors) == (0, [])
    assert document["frames"] == 7
    assert document["frame_numbers"] == list(range(100, 107))
    assert document["weighting"] == "full"
    assert document["weights"] == image.weights.tolist()
    assert document["minimum"] == image.minimum
    assert document["maximum"] == image.maximum
    assert document["digest"] == image.digest
    assert document["synthetic"] is None
    assert (document["crop"], document["stabilisation"], document["notes"]) == (None, None, [])
    np.testing.assert_array_equal(picture(tmp_path / "ami.png"), image.image)


def test_options_choose_the_weighting_the_frames_and_the_size(clip, tmp_path, ask):
    folder, frames = clip
    options = ["--weighting", "rank-pooling", "--frames", "102:105", "--size", "20x25"]
    code, document, _ = ask(folder, tmp_path / "ami.png", *options)
    assert code == 0
    assert document["frame_numbers"] == [102, 103, 104, 105]
    assert (
        document["weights"]
        == build_ami(frames[:4], count=4, weighting="rank-pooling").weights.tolist()
    )
    assert picture(tmp_path / "ami.png").shape == (20, 25, 3)


@pytest.mark.parametrize(("span", "numbers"), [(":102", [100, 101, 102]), ("105:", [105, 106])])
def test_either_end_of_the_range_may_be_open(clip, tmp_path, ask, span, numbers):
    assert ask(clip[0], tmp_path / "ami.png", "--frames", span)[1]["frame_numbers"] == numbers


def test_gaps_are_warned_of_and_done_nevertheless(clip, tmp_path, ask):
    folder, _ = clip
    (folder / "reg_img103.png").unlink()
    code, document, errors = ask(folder, tmp_path / "ami.png")
    assert code == 0
    assert document["notes"] == ["1 frame number is missing: 103"]
    assert errors == ["mer: warning: 1 frame number is missing: 103"]
    assert (tmp_path / "ami.png").exists()


def test_a_flat_image_is_warned_of(clip, tmp_path, ask):
    code, document, _ = ask(
        clip[0], tmp_path / "a.png", "--frames", "101:101", "--weighting", "literal"
    )
    assert code == 0
    assert document["weights"] == [0]
    assert "flat" in document["notes"][0]


def test_stabilisation_reports_what_it_undid(clip, tmp_path, ask):
    folder = clip[0]
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    scene = cv2.GaussianBlur(noise, (0, 0), 4)
    for position, path in enumerate(sorted(folder.iterdir())):
        cv2.imwrite(str(path), scene[:, 10 - position // 3 : 130 - position // 3])
    _, document, _ = ask(folder, tmp_path / "ami.png", "--stabilise")
    assert document["stabilisation"]["shift"] == pytest.approx(2, abs=0.1)
    assert document["stabilisation"]["degrees"] == pytest.approx(0, abs=0.1)


def test_frames_of_a_synthetic_dataset_say_so(clip, tmp_path, ask, capsys):
    (tmp_path / "SYNTHETIC.txt").write_text("generated")
    assert ask(clip[0], tmp_path / "ami.png")[1]["synthetic"] is True
    run(["ami", "--no-crop", str(clip[0]), str(tmp_path / "other.png")])
    assert ", synthetic," in capsys.readouterr().out


def test_an_existing_file_is_replaced_only_when_asked(clip, tmp_path, ask):
    out = tmp_path / "ami.png"
    out.write_bytes(b"precious")
    code, document, errors = ask(clip[0], out)
    assert (code, document, len(errors)) == (2, None, 1)
    assert "exists already; pass --overwrite" in errors[0]
    assert out.read_bytes() == b"precious"
    assert ask(clip[0], out, "--overwrite")[0] == 0
    assert picture(out).shape == (40, 50, 3)


def test_a_failure_leaves_nothing_behind(clip, tmp_path, ask):
    folder, _ = clip
    (folder / "reg_img104.png").write_text("text")
    code, document, errors = ask(folder, tmp_path / "ami.png")
    assert (code, document, len(errors)) == (2, None, 1)
    assert "reg_img104.png: is not an image" in errors[0]
    assert [path.name for path in tmp_path.iterdir()] == ["EP01_01"]


def test_no_face_names_the_clip(clip, tmp_path, ask):
    code, _, errors = ask(clip[0], tmp_path / "ami.png", "--crop")
    assert code == 2
    assert "EP01_01: no face found on any of 7 frames looked at (50 x 40 px)" in errors[0]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--frames", "9:2"], "ends before it begins"),
        (["--frames", "onset:apex"], "not a range of frame numbers"),
        (["--frames", "7"], "not a range of frame numbers"),
        (["--frames", "1:2"], "has no frame numbered 1 to 2; choose within 100 to 106"),
        (["--size", "0"], "not a size"),
        (["--size", "big"], "not a size"),
        (["--weighting", "rank"], "rank-pooling"),
    ],
)
def test_a_bad_option_is_refused(clip, tmp_path, ask, options, complaint):
    code, document, errors = ask(clip[0], tmp_path / "ami.png", *options)
    assert (code, document) == (2, None)
    assert complaint in " ".join(errors)


def test_only_png_is_written(clip, tmp_path, ask):
    code, _, errors = ask(clip[0], tmp_path / "ami.jpg")
    assert code == 2
    assert "name it *.png" in errors[0]
