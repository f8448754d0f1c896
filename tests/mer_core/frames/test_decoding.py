import struct
import threading
import time
import zlib

import cv2
import numpy as np
import pytest

from mer_core.errors import FrameError
from mer_core.frames import decode_file, decode_image
from mer_core.frames.decoding import ahead, default_threads


def png_bomb(side):
    """A hundred bytes that ask for side x side pixels."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff"])
def test_lossless_files_come_back_as_rgb(tmp_path, suffix, clip, encode):
    path = tmp_path / f"frame{suffix}"
    path.write_bytes(encode(clip.frames[3], suffix))
    np.testing.assert_array_equal(decode_file(path), clip.frames[3])


def test_jpeg_comes_back_nearly_as_rgb(clip, encode):
    frame = decode_image(encode(clip.frames[5], ".jpg"), name="f.jpg")
    assert np.abs(frame.astype(int) - clip.frames[5]).mean() < 4


@pytest.mark.parametrize("shape", [(9, 8), (33, 21, 3)], ids=["grey", "colour"])
@pytest.mark.parametrize("progressive", [0, 1])
def test_jpeg_decoded_as_rgb_equals_jpeg_decoded_as_bgr_and_reversed(shape, progressive):
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive])[1]
    reversed_ = cv2.imdecode(content, cv2.IMREAD_COLOR)[..., ::-1]
    np.testing.assert_array_equal(decode_image(content.tobytes(), name="f.jpg"), reversed_)


def test_grey_becomes_three_equal_channels():
    grey = np.arange(200, dtype=np.uint8).reshape(10, 20)
    frame = decode_image(cv2.imencode(".png", grey)[1].tobytes(), name="grey.png")
    np.testing.assert_array_equal(frame, np.repeat(grey[:, :, None], 3, axis=2))


def test_alpha_is_dropped_and_the_colours_under_it_kept():
    bgra = np.random.default_rng(0).integers(0, 256, (10, 20, 4), np.uint8)
    frame = decode_image(cv2.imencode(".png", bgra)[1].tobytes(), name="alpha.png")
    np.testing.assert_array_equal(frame, bgra[:, :, 2::-1])


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize(
    "shape", [(256, 257), (16, 16, 3), (16, 16, 4)], ids=["grey", "rgb", "rgba"]
)
def test_sixteen_bits_are_scaled_to_eight_on_a_fixed_scale(shape, suffix):
    values = np.arange(np.prod(shape), dtype=np.uint64) * 65535 // (np.prod(shape) - 1)
    deep = values.astype(np.uint16).reshape(shape)
    frame = decode_image(cv2.imencode(suffix, deep)[1].tobytes(), name="deep")
    colour = deep[..., None].repeat(3, axis=2) if deep.ndim == 2 else deep[..., 2::-1]
    np.testing.assert_allclose(frame, colour / 257, atol=0.51)


def test_floating_point_images_are_refused():
    content = cv2.imencode(".tiff", np.ones((4, 4, 3), np.float32))[1].tobytes()
    with pytest.raises(FrameError, match="^f.tiff: holds float32 values"):
        decode_image(content, name="f.tiff")


def test_paths_need_not_be_ascii(tmp_path, clip, encode):
    path = tmp_path / "第1次 ämbient 😀" / "图像1.png"
    path.parent.mkdir()
    path.write_bytes(encode(clip.frames[2]))
    np.testing.assert_array_equal(decode_file(path), clip.frames[2])


def test_text_renamed_to_an_image_is_refused(tmp_path):
    path = tmp_path / "img3.jpg"
    path.write_text("onset 3, apex 9\n")
    with pytest.raises(FrameError, match=r"img3\.jpg: is not an image"):
        decode_file(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "img3.jpg"
    path.touch()
    with pytest.raises(FrameError, match=r"img3\.jpg: is empty"):
        decode_file(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FrameError, match=r"img4\.jpg: cannot be read \(No such file"):
        decode_file(tmp_path / "img4.jpg")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tiff"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_image_is_refused_and_not_filled_with_grey(suffix, share, encode):
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    content = encode(image, suffix)
    with pytest.raises(FrameError, match=f"^img7{suffix}: .*(truncated|damaged)"):
        decode_image(content[: int(share * len(content))], name=f"img7{suffix}")


def test_a_header_bomb_is_refused_before_memory_is_asked_for():
    with pytest.raises(FrameError, match=r"^bomb\.png: declares 10000 x 10000 pixels"):
        decode_image(png_bomb(10_000), name="bomb.png")


def test_a_chunk_longer_than_its_file_is_refused_before_memory_is_asked_for(encode):
    content = bytearray(encode(np.zeros((24, 32, 3), np.uint8), ".png"))
    at = content.find(b"IDAT")
    content[at - 4 : at] = b"\xff\xff\xff\xff"
    with pytest.raises(FrameError, match="is a truncated PNG"):
        decode_image(bytes(content), name="x.png")


def test_a_bomb_that_is_also_truncated_is_refused_for_its_size():
    with pytest.raises(FrameError, match="declares 100000 x 100000"):
        decode_image(png_bomb(100_000)[:40], name="bomb.png")


def test_a_damaged_body_is_refused():
    with pytest.raises(FrameError, match=r"^small\.png: .*damaged"):
        decode_image(png_bomb(64), name="small.png")


def test_an_error_is_one_line(tmp_path):
    with pytest.raises(FrameError) as caught:
        decode_file(tmp_path / "line\nbreak.jpg")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_results_come_in_order(threads, count):
    assert list(ahead(lambda n: n * n, range(count), threads=threads)) == [
        n * n for n in range(count)
    ]


def test_no_more_than_the_depth_is_started_ahead():
    started = []
    results = ahead(started.append, range(100), threads=2, depth=4)
    for taken in range(1, 20):
        next(results)
        assert len(started) <= taken + 4
    results.close()
    assert len(started) < 30


def test_work_runs_beside_its_consumer():
    barrier = threading.Barrier(2, timeout=10)
    results = ahead(lambda _: barrier.wait(), range(2), threads=2)
    assert sorted(results) == [0, 1]


def test_an_exception_comes_where_its_item_would_have():
    def work(n):
        if n == 3:
            raise ValueError(n)
        return n

    results = ahead(work, range(50), threads=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(results)


def test_no_thread_outlives_its_use():
    before = threading.active_count()
    results = ahead(lambda n: time.sleep(0.001) or n, range(1000), threads=3)
    next(results)
    results.close()
    assert threading.active_count() == before


def test_there_is_at_least_one_thread():
    assert 1 <= default_threads() <= 8
