"""Pictures made of arrays, the same bytes for the same numbers, and files and figures of them.

Pictures are RGB uint8 arrays, H x W x 3; only what encodes knows OpenCV's order.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.colour import ColourScale, Rgb
from mer_core.plots.theme import figure

PAPER = (255, 255, 255)
INK = (43, 45, 51)
FAINT = (138, 143, 153)


def png_bytes(image: Rgb) -> bytes:
    """`image` as a PNG file."""
    return _encoded(image, ".png", [])


def webp_bytes(image: Rgb, *, quality: int = 90) -> bytes:
    """`image` as a WebP file of the given quality, 1 to 100; smaller than a PNG, and lossy."""
    return _encoded(image, ".webp", [cv2.IMWRITE_WEBP_QUALITY, quality])


def _encoded(image: Rgb, kind: str, settings: Sequence[int]) -> bytes:
    done, buffer = cv2.imencode(kind, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), settings)
    if not done:
        raise ValueError(f"an array of shape {image.shape} cannot be encoded as {kind}")
    return buffer.tobytes()


def enlarge(image: Rgb, size: tuple[int, int], *, smooth: bool = False) -> Rgb:
    """`image` at height and width `size`; by default without inventing values between pixels."""
    method = cv2.INTER_CUBIC if smooth else cv2.INTER_NEAREST
    if size[0] < image.shape[0]:
        method = cv2.INTER_AREA
    return np.asarray(cv2.resize(image, size[::-1], interpolation=method), np.uint8)


def overlay(
    base: Rgb, values: npt.NDArray[np.floating], scale: ColourScale, *, opacity: float = 0.6
) -> Rgb:
    """`values` in colour over a grey `base`; weak values let the face through.

    The opacity of a pixel is proportional to the strength of its value, so that a map that is
    near zero everywhere looks like the plain face and not like a wash of colour.
    """
    red, green, blue = np.moveaxis(np.asarray(base, np.float32), 2, 0)
    grey = ((red + green + blue) / 3)[..., None]
    reach = max(abs(scale.low), abs(scale.high)) if scale.signed else scale.high - scale.low
    strength = (
        np.abs(values if scale.signed else values - scale.low) / reach
        if reach > 0
        else np.zeros_like(values)
    )
    alpha = (opacity * np.sqrt(np.clip(strength, 0, 1))).astype(np.float32)[..., None]
    return np.rint(grey + (scale.apply(values) - grey) * alpha).astype(np.uint8)


def pickable_image(image: Rgb, *, height: int = 360, synthetic: bool = False) -> go.Figure:
    """An image on which a box can be drawn; the box comes back in pixels."""
    drawn = figure(height=height, synthetic=synthetic)
    # As a PNG: the pixels as numbers would be several times as much to send.
    picture = base64.b64encode(png_bytes(image)).decode()
    drawn.add_trace(go.Image(source=f"data:image/png;base64,{picture}", hoverinfo="skip"))
    _as_picture(drawn)
    drawn.update_layout(dragmode="select")
    return drawn


def _as_picture(drawn: go.Figure) -> None:
    plain = {
        "showgrid": False,
        "showticklabels": False,
        "ticks": "",
        "zeroline": False,
        "automargin": False,
    }
    drawn.update_xaxes(**plain, constrain="domain")
    drawn.update_yaxes(**plain, autorange="reversed", scaleanchor="x", constrain="domain")
    drawn.update_layout(margin={"l": 4, "r": 4, "t": 36, "b": 4})


_BAR = 14
_ACCENT = (213, 94, 0)


def animation_bytes(
    frames: Sequence[Rgb],
    *,
    fps: float,
    frame_numbers: Sequence[int],
    key_frames: Mapping[str, int] | None = None,
    size: int = 320,
    quality: int = 85,
) -> bytes:
    """An endless WebP of `frames` over a time bar; ticks are the key frames.

    Args:
        frames: RGB frames of one size.
        fps: Playing speed; a fraction of the recording's shows what the eye would miss.
        frame_numbers: The number of each frame, on the scale of `key_frames`.
        key_frames: Names and numbers of onset, apex, offset, as far as they are known.
        size: Width of the picture at most; smaller frames are left to the viewer to enlarge.
        quality: Quality of the WebP, 1 to 100.
    """
    ticks = [
        list(frame_numbers).index(number)
        for number in (key_frames or {}).values()
        if number in frame_numbers
    ]
    size = min(size, frames[0].shape[1])
    height = round(frames[0].shape[0] * size / frames[0].shape[1])
    pictures = [
        np.vstack([enlarge(frame, (height, size), smooth=True), _bar(i, len(frames), ticks, size)])
        for i, frame in enumerate(frames)
    ]
    animation = cv2.Animation()
    animation.frames = [cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) for picture in pictures]
    animation.durations = [max(1, round(1000 / fps))] * len(pictures)
    done, buffer = cv2.imencodeanimation(".webp", animation, [cv2.IMWRITE_WEBP_QUALITY, quality])
    if not done:
        raise ValueError(f"{len(pictures)} frames cannot be encoded as WebP")
    return buffer.tobytes()


def _bar(index: int, count: int, ticks: Sequence[int], width: int) -> Rgb:
    bar = np.full((_BAR, width, 3), PAPER, np.uint8)
    middle = _BAR // 2

    def column(frame: int) -> int:
        return round(4 + (width - 9) * frame / max(1, count - 1))

    cv2.line(bar, (column(0), middle), (column(count - 1), middle), FAINT, 1)
    cv2.line(bar, (column(0), middle), (column(index), middle), INK, 3)
    for tick in ticks:
        cv2.line(bar, (column(tick), 1), (column(tick), _BAR - 2), _ACCENT, 2)
    return bar
