"""Figures for print, as a browser draws their SVG files: the same as the PNG beside each."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

FIGURES = Path(__file__).parents[2] / "figures"
DRAWN = sorted(FIGURES.glob("*.svg"))


def grey(content: bytes, size: tuple[int, int]) -> np.ndarray:
    """A picture in grey levels, smoothed to `size`."""
    image = Image.open(io.BytesIO(content)).convert("L")
    return np.asarray(image.resize(size, Image.Resampling.BOX), float)


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
@pytest.mark.parametrize("scale", [1, 2])
def test_a_browser_draws_the_vectors_as_the_pixels_are(browser, path, scale):
    code = base64.b64encode(path.read_bytes()).decode()
    context = browser.new_context(
        viewport={"width": 1440, "height": 1200}, device_scale_factor=scale
    )
    page = context.new_page()
    page.set_content(f'<img src="data:image/svg+xml;base64,{code}" style="width:100%">')
    image = page.locator("img")
    page.wait_for_function("document.images[0].complete")
    assert image.evaluate("image => image.naturalWidth") > 0
    shown = image.screenshot()
    context.close()
    size = (358, round(358 * image_ratio(path)))
    apart = np.abs(grey(shown, size) - grey(path.with_suffix(".png").read_bytes(), size))
    assert apart.mean() < 6  # edges of letters fall on other pixels
    assert b"<text" not in path.read_bytes()  # letters are outlines, which no machine lacks


def image_ratio(path: Path) -> float:
    width, height = Image.open(path.with_suffix(".png")).size
    return height / width
