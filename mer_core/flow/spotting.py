"""Where in a clip an expression is: its onset, apex and offset, from the motion of face regions.

The method is that of He, "Research on Micro-Expression Spotting Method Based on Optical Flow
Features", ACM Multimedia 2021: optical flow on an aligned face, averaged over regions of brows,
nose, cheeks and mouth, less the motion that the head as a whole makes, low-pass filtered; an
expression is a wave of the resulting curve. Two choices are ours. The motion of the head is the
affine motion that most of the face shares (a robust fit), where He takes the tip of the nose; and
the rest of a long recording, against which a wave is measured, is the median over 1.5 seconds.
Eyes are left out, because they blink.

Frames are grey and aligned (`mer_core.faces`), so that every region lies at a fixed place.
Motion is in per cent of the distance between the eyes, whatever the size of the frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.cluster import usable_cores
from mer_core.errors import FrameError
from mer_core.resizing import resize

SIDE = 128
"""Pixels of a side of the aligned grey frames."""

EYE_DISTANCE = 0.283
"""Distance between the eyes as a share of the side, as `mer_core.faces` aligns them."""

ASSUMED_FPS = 100.0
"""Frame rate of the filters where a clip states none."""

STILL = 0.5
"""Per cent of the distance between the eyes below which a face rests. Of 128 clips of the synthetic
cohort without their expression, with sway, blinks and noise, 6 % move by more, half of them by no
more than 0.2; with their expression 13 % move by less, half of them by at least 1.2
(`tests/benchmarks/bench_spotting.py`)."""

_EYE_HEIGHT = 0.428
_SMOOTHING_SECONDS = 0.02
_REST_SECONDS = 1.5
_SINGLE_SECONDS = 1.2  # a clip this short is measured against its first frame
_REFERENCE_SECONDS = 0.5  # between the frames that flow is measured from in a longer one
_LOUDEST = 3  # regions that make the curve; a micro-expression moves few
_EDGE = 0.12  # share of a wave's height at which it begins and ends
_NEXT_WAVE = 0.25  # share of a wave's height by which the curve rises where another one begins
_MOST = 12

Curve = npt.NDArray[np.float64]
GreyFrame = npt.NDArray[np.uint8]

# Name -> middle across and down, half width and half height, as shares of the side. Those beside
# the middle line have a twin on the other side.
_PAIRED = {
    "inner brow": (0.06, 0.345, 0.05, 0.045),
    "middle brow": (0.14, 0.335, 0.05, 0.045),
    "outer brow": (0.215, 0.35, 0.045, 0.045),
    "cheek": (0.15, 0.52, 0.055, 0.04),
    "side of the nose": (0.075, 0.60, 0.04, 0.045),
    "mouth corner": (0.115, 0.72, 0.045, 0.05),
}
_MIDDLE = {
    "between the brows": (0.0, 0.37, 0.03, 0.04),
    "upper lip": (0.0, 0.685, 0.05, 0.03),
    "lower lip": (0.0, 0.76, 0.05, 0.035),
    "chin": (0.0, 0.85, 0.07, 0.04),
}
REGIONS = {
    **{f"right {name}": (0.5 - x, y, w, h) for name, (x, y, w, h) in _PAIRED.items()},
    **{f"left {name}": (0.5 + x, y, w, h) for name, (x, y, w, h) in _PAIRED.items()},
    **{name: (0.5 + x, y, w, h) for name, (x, y, w, h) in _MIDDLE.items()},
}
"""Name -> middle across and down, half width, half height; right and left are the person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A proposed expression, in frame numbers.

    Attributes:
        onset: First frame in which it shows.
        apex: Frame in which it is strongest.
        offset: Last frame in which it shows.
        strength: Motion at the apex, in per cent of the distance between the eyes.
        regions: The regions that move most, strongest first.
    """

    onset: int
    apex: int
    offset: int
    strength: float
    regions: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class MotionCurve:
    """Motion of the face's regions over time.

    Attributes:
        numbers: Frame number of each point.
        fps: Frames per second; None where the clip does not state it.
        regions: T x R x 2 motion (right, down) of each of `REGIONS` beyond that of the head.
        head: T x 2 motion of the middle of the face with the head.
    """

    numbers: tuple[int, ...]
    fps: float | None
    regions: npt.NDArray[np.float64]
    head: npt.NDArray[np.float64]

    @property
    def rate(self) -> float:
        """Frames per second that the filters reckon with."""
        return self.fps or ASSUMED_FPS

    def _away(self) -> npt.NDArray[np.float64]:
        """T x R x 2 motion of each region away from rest."""
        smooth = _smooth(self.regions, _SMOOTHING_SECONDS * self.rate)
        if len(smooth) <= _SINGLE_SECONDS * self.rate:
            rest = smooth[:1]
        else:
            rest = _running_median(smooth, round(_REST_SECONDS * self.rate))
        return smooth - rest

    @property
    def values(self) -> Curve:
        """T: mean motion of the three regions that move most in that frame."""
        return _loudest(self._away())

    def apex(self, onset: int, offset: int) -> int:
        """The number of the frame between two in which the face is farthest from rest.

        It rests at onset and offset, and between them where a straight line between the two would
        have it, so that a head that turns meanwhile is not taken for an expression. Never the
        onset itself, from which nothing has moved.
        """
        first, last = self.numbers.index(onset), self.numbers.index(offset)
        moved = _smooth(self.regions, _SMOOTHING_SECONDS * self.rate)[first : last + 1]
        share = np.linspace(0, 1, len(moved))[:, None, None]
        away = _loudest(moved - (1 - share) * moved[:1] - share * moved[-1:])
        return self.numbers[first + 1 + int(away[1:].argmax())]

    def candidates(self, *, least: float = STILL) -> tuple[Interval, ...]:
        """Waves of at least `least`, strongest first; none overlaps a stronger one."""
        away = self._away()
        values, sizes = _loudest(away), np.linalg.norm(away, axis=2)
        free = np.ones(len(values), bool)
        found: list[Interval] = []
        while free.any() and len(found) < _MOST:
            apex = int(np.where(free, values, -1).argmax())
            if values[apex] < least:
                break
            first, last = _wave(values, apex)
            if free[first : last + 1].all():
                loudest = np.argsort(-sizes[apex])[:_LOUDEST]
                names = tuple(REGIONS)
                found.append(
                    Interval(
                        onset=self.numbers[first],
                        apex=self.numbers[apex],
                        offset=self.numbers[last],
                        strength=float(values[apex]),
                        regions=tuple(names[place] for place in loudest),
                    )
                )
            free[first : last + 1] = False
        return tuple(found)


def motion_curve(
    frames: Iterable[npt.NDArray[np.uint8]],
    *,
    numbers: tuple[int, ...],
    fps: float | None = None,
) -> MotionCurve:
    """Follow the regions of an aligned face through a clip, on all cores.

    Holds half a second of small grey frames at a time.

    Args:
        frames: Aligned and square, RGB or grey.
        numbers: The recording's number of each frame.
        fps: Frames per second, where known.
    """
    rate = fps or ASSUMED_FPS
    short = len(numbers) <= _SINGLE_SECONDS * rate
    every = len(numbers) if short else max(2, round(_REFERENCE_SECONDS * rate))
    base = np.zeros((len(REGIONS) + 1, 2))
    greys = (_grey(frame) for frame in frames)
    reference, rows = next(greys, None), [base]
    if reference is None:
        raise FrameError("there is no frame to follow a face through")
    # One thread for each flow: OpenCV's own threads within one frame mostly wait for each other.
    with ThreadPoolExecutor(usable_cores()) as pool:
        while block := list(islice(greys, every)):
            rows += [base + moved for moved in pool.map(partial(_measure_motion, reference), block)]
            reference, base = block[-1], rows[-1]
    if len(rows) != len(numbers):
        raise FrameError(f"there are {len(rows)} frames for {len(numbers)} frame numbers")
    moved = np.stack(rows) * 100 / (EYE_DISTANCE * SIDE)
    return MotionCurve(numbers=numbers, fps=fps, regions=moved[:, 1:], head=moved[:, 0])


def _measure_motion(first: GreyFrame, second: GreyFrame) -> npt.NDArray[np.float64]:
    """(1 + R) x 2: motion of the head at the middle, then of each region beyond the head's."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    # The preset stops at half resolution, which costs accuracy on sub-pixel motion.
    search.setFinestScale(0)
    found = search.calc(first, second, np.zeros((SIDE, SIDE, 2), np.float32))
    flow = np.asarray(found, np.float32)
    head = _shared_motion(flow)
    rows: list[Curve] = [np.array([1.0, 0.5, 0.5]) @ head]
    for (x, y, _, _), part in zip(REGIONS.values(), _region_slices(), strict=True):
        rows.append(
            np.float64(flow[part].reshape(-1, 2).mean(axis=0)) - np.array([1.0, x, y]) @ head
        )
    return np.stack(rows).astype(np.float64)


def _shared_motion(flow: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """3 x 2: the affine motion (1, x, y) -> (u, v) that most of the face shares.

    Iteratively reweighted least squares with Cauchy weights, whose width is the median residual.
    """
    places, design = _face_grid()
    moved = flow[places].astype(np.float64)
    weights = np.ones(len(moved))
    fitted: Curve = np.zeros((3, 2))
    for _ in range(5):
        scaled = design * weights[:, None]
        fitted = np.asarray(np.linalg.solve(scaled.T @ design, scaled.T @ moved), np.float64)
        away = np.linalg.norm(moved - design @ fitted, axis=1)
        weights = 1 / (1 + (away / max(float(np.median(away)), 1e-3)) ** 2)
    return fitted


@cache
def _face_grid() -> tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], Curve]:
    """Rows and columns of a grid over the face without the eyes, and (1, x, y) at each."""
    y, x = np.mgrid[0.25:0.9:0.03, 0.2:0.8:0.03]
    eyes = (np.abs(y - _EYE_HEIGHT) < 0.05) & (np.abs(np.abs(x - 0.5) - EYE_DISTANCE / 2) < 0.08)
    x, y = x[~eyes], y[~eyes]
    places = (np.round(y * SIDE - 0.5).astype(int), np.round(x * SIDE - 0.5).astype(int))
    return places, np.column_stack([np.ones_like(x), x, y])


@cache
def _region_slices() -> tuple[tuple[slice, slice], ...]:
    return tuple(
        (
            slice(round((y - high) * SIDE), round((y + high) * SIDE)),
            slice(round((x - wide) * SIDE), round((x + wide) * SIDE)),
        )
        for x, y, wide, high in REGIONS.values()
    )


def _grey(frame: npt.NDArray[np.uint8]) -> GreyFrame:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else frame
    return resize(np.asarray(grey, np.uint8), (SIDE, SIDE))


def _wave(values: Curve, apex: int) -> tuple[int, int]:
    """First and last place around `apex` before the curve is back at rest, or rises again."""

    def end(step: int) -> int:
        place = lowest = apex
        while 0 <= place + step < len(values):
            place += step
            if values[place] < values[lowest]:
                lowest = place
            if values[place] <= _EDGE * values[apex]:
                return place
            if values[place] > values[lowest] + _NEXT_WAVE * values[apex]:
                break
        return lowest

    return end(-1), end(1)


def _loudest(away: npt.NDArray[np.float64]) -> Curve:
    """T: mean size of the three largest of T x R x 2 motions."""
    return np.sort(np.linalg.norm(away, axis=2), axis=1)[:, -_LOUDEST:].mean(axis=1)


def _smooth(values: npt.NDArray[np.float64], sigma: float) -> npt.NDArray[np.float64]:
    """Gaussian low-pass along time; the ends are repeated."""
    if sigma < 0.3:
        return values
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    out = np.zeros_like(values)
    for place, weight in enumerate(kernel / kernel.sum()):
        out += weight * padded[place : place + len(values)]
    return out


def _running_median(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """Median along time over `width` frames; the window stays inside the clip at its ends."""
    width = min(width, len(values))
    windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=0)
    medians = np.median(windows, axis=-1)
    starts = np.clip(np.arange(len(values)) - width // 2, 0, len(medians) - 1)
    return medians[starts]
