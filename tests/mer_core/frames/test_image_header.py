import cv2
import numpy as np
import pytest

from mer_core.image_header import ImageHeader, read_header

SIZES = [(1, 1), (17, 40), (40, 17), (3, 300)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("suffix", "name"),
    [(".jpg", "JPEG"), (".png", "PNG"), (".bmp", "BMP"), (".tiff", "TIFF"), (".webp", "WebP")],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_header_states_what_was_written(suffix, name, size, channels, encode):
    image = np.full((*size, channels), 77, np.uint8)
    content = cv2.imencode(suffix, image)[1].tobytes()
    assert read_header(content) == ImageHeader(name, size[1], size[0])


@pytest.mark.parametrize("quality", [50, 101])
def test_lossy_and_lossless_webp_are_both_read(quality):
    image = np.random.default_rng(0).integers(0, 256, (20, 33, 3), np.uint8)
    content = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()
    assert read_header(content) == ImageHeader("WebP", 33, 20)


def test_webp_with_alpha_is_read():
    image = np.random.default_rng(0).integers(0, 256, (20, 33, 4), np.uint8)
    content = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, 50])[1].tobytes()
    assert read_header(content) == ImageHeader("WebP", 33, 20)


def test_progressive_jpeg_is_read():
    image = np.random.default_rng(0).integers(0, 256, (20, 33, 3), np.uint8)
    content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    assert read_header(content) == ImageHeader("JPEG", 33, 20)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp"])
def test_no_proper_beginning_of_an_image_counts_as_complete(suffix, encode):
    content = encode(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8), suffix)
    for length in range(16, len(content) - 12, 7):
        header = read_header(content[:length])
        assert header is not None
        assert not header.complete


def test_the_end_of_an_embedded_thumbnail_is_not_the_end_of_the_image(encode):
    content = encode(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8), ".jpg")
    thumbnail = b"Exif\0\0" + content
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    whole = content[:2] + segment + content[2:]
    assert read_header(whole) == ImageHeader("JPEG", 30, 20)
    cut = read_header(whole[:-40])
    assert cut is not None
    assert not cut.complete


def test_bytes_after_the_end_do_no_harm(encode):
    content = encode(np.zeros((20, 30, 3), np.uint8), ".jpg")
    assert read_header(content + bytes(100)) == ImageHeader("JPEG", 30, 20)


@pytest.mark.parametrize("content", [b"", b"BMW is a car", b"hello", b"RIFFxxxxAVI ", bytes(100)])
def test_other_content_has_no_image_header(content):
    assert read_header(content) is None
