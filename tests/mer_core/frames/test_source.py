from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.errors import FrameError
from mer_core.frames import FrameSource, open_frames, read_clip, source
from mer_core.frames.decoding import decode_file


def test_paths_are_read_in_the_order_of_their_numbers(folder, clip):
    paths = [folder / f"img{number}.png" for number in (4, 1, 6, 2, 5, 3)]
    found = FrameSource.from_paths(paths)
    assert found.numbers == clip.frame_numbers
    assert found.name == str(folder)
    np.testing.assert_array_equal(read_clip(found).frames, clip.frames)


def test_given_numbers_keep_the_paths_as_they_come(folder, clip):
    paths = [folder / f"img{number}.png" for number in (6, 5, 4)]
    found = FrameSource.from_paths(
        paths, numbers=[10, 11, 15], name="EP01", fps=200, synthetic=True
    )
    assert found.warnings == ("3 frame numbers are missing: 12-14",)
    held = read_clip(found)
    assert (held.name, held.frame_numbers, held.fps) == ("EP01", (10, 11, 15), 200)
    assert held.synthetic
    np.testing.assert_array_equal(held.frames, clip.frames[[5, 4, 3]])


@pytest.mark.parametrize(
    ("numbers", "complaint"), [([1], "2 files cannot have 1"), ([2, 1], "not ascending")]
)
def test_numbers_must_fit_the_paths(folder, numbers, complaint):
    paths = [folder / "img1.png", folder / "img2.png"]
    with pytest.raises(FrameError, match=complaint):
        FrameSource.from_paths(paths, numbers=numbers)


def test_no_paths_are_no_clip():
    with pytest.raises(FrameError, match="EP01: holds no frames"):
        FrameSource.from_paths([], name="EP01")


def test_a_source_can_be_read_again(folder):
    found = open_frames(folder)
    np.testing.assert_array_equal(list(found), list(found))


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_does_not_change_the_frames(folder, clip, threads):
    np.testing.assert_array_equal(
        read_clip(open_frames(folder, threads=threads)).frames, clip.frames
    )


def test_frames_of_another_size_are_named(folder, clip, encode):
    (folder / "img4.png").write_bytes(encode(clip.frames[0, :20, :30]))
    with pytest.raises(FrameError, match=r"img4\.png: is 30 x 20 pixels.*32 x 24"):
        read_clip(open_frames(folder))


def test_a_damaged_frame_is_named_and_stops_the_clip(folder):
    path = folder / "img3.png"
    path.write_bytes(path.read_bytes()[:-20])
    frames = iter(open_frames(folder))
    next(frames), next(frames)
    with pytest.raises(FrameError, match=r"img3\.png: is a truncated PNG"):
        next(frames)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(None, None, (1, 2, 3, 4, 5, 6)), (3, None, (3, 4, 5, 6)), (2, 4, (2, 3, 4)), (0, 1, (1,))],
)
def test_a_range_of_numbers_can_be_chosen(folder, clip, first, last, expected):
    found = open_frames(folder, first=first, last=last)
    assert found.numbers == expected
    assert [Path(label).name for label in found.labels] == [f"img{n}.png" for n in expected]
    np.testing.assert_array_equal(
        read_clip(found).frames, clip.frames[expected[0] - 1 : expected[-1]]
    )


def test_a_range_of_a_range(folder, clip):
    found = open_frames(folder).between(2, 6).between(3, 5).between(4, None)
    assert found.numbers == (4, 5)
    np.testing.assert_array_equal(read_clip(found).frames, clip.frames[3:5])


def test_only_gaps_inside_the_range_are_reported(folder):
    (folder / "img2.png").unlink()
    assert open_frames(folder).warnings == ("1 frame number is missing: 2",)
    assert open_frames(folder, first=3).warnings == ()
    assert open_frames(folder, first=1, last=4).warnings == ("1 frame number is missing: 2",)


def test_a_range_without_frames_says_what_there_is(folder):
    with pytest.raises(
        FrameError, match="EP01_01: has no frame numbered 7 to 9; choose within 1 to 6"
    ):
        open_frames(folder, first=7, last=9)


def test_only_frames_of_the_range_are_decoded(folder):
    (folder / "img1.png").write_bytes(b"not an image")
    assert len(read_clip(open_frames(folder, first=2))) == 5


def test_frames_are_decoded_a_few_ahead_and_no_more(folder):
    decoded = []

    def decode(path):
        decoded.append(path)
        return decode_file(path)

    paths = [folder / "img1.png"] * 50
    found = FrameSource(
        name="long",
        numbers=tuple(range(50)),
        labels=list(map(str, paths)),
        decode=source.image_decoder(decode, paths, threads=2),
    )
    frames = iter(found)
    next(frames)
    frames.close()
    assert len(decoded) <= 6


def in_order(kept):
    # A video, or anything that can be decoded only from its start.
    return replace(kept, decode=lambda part: iter([*kept.decode(part)]))


@pytest.mark.parametrize("kind", [lambda kept: kept, in_order], ids=["apart", "in order"])
@pytest.mark.parametrize("run", [1, 4, 9])
def test_frames_are_processed_in_runs(folder, clip, kind, run):
    held = {}
    kind(open_frames(folder, threads=2)).process_runs(held.__setitem__, run=run, streams=2)
    assert sorted(held) == list(range(-(-6 // run)))
    frames = [frame for number in sorted(held) for frame in held[number]]
    np.testing.assert_array_equal(frames, clip.frames)


@pytest.mark.parametrize("kind", [lambda kept: kept, in_order], ids=["apart", "in order"])
def test_the_part_of_a_source_is_processed_alone(folder, clip, kind):
    held = {}
    kind(open_frames(folder)).between(2, 6).between(3, 5).process_runs(
        held.__setitem__, run=2, streams=2
    )
    np.testing.assert_array_equal([*held[0], *held[1]], clip.frames[2:5])


@pytest.mark.parametrize("kind", [lambda kept: kept, in_order], ids=["apart", "in order"])
def test_processed_frames_of_another_size_are_named(folder, clip, encode, kind):
    (folder / "img2.png").write_bytes(encode(clip.frames[0, :20, :30]))
    with pytest.raises(FrameError, match=r"img2\.png: is 30 x 20 pixels.*32 x 24"):
        kind(open_frames(folder, threads=2)).process_runs(lambda *_: None, run=1, streams=2)


def test_a_clip_too_large_for_memory_is_refused(folder, monkeypatch):
    monkeypatch.setattr(source, "MAX_CLIP_BYTES", 6 * 24 * 32 * 3 - 1)
    with pytest.raises(FrameError, match="EP01_01: would take 0.0 GiB.*fewer frames"):
        read_clip(open_frames(folder))
