"""How alike two maps are: by the order of their pixels, and by their structure."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError

Map = npt.NDArray[np.floating]

_WINDOW, _SIGMA = 11, 1.5
_K1, _K2 = 0.01, 0.03


def rank_correlation(first: Map, second: Map) -> float:
    """Spearman's correlation of the pixels, ties at their mean rank.

    NaN where either map is constant: it has no order to compare.
    """
    _check(first, second)
    one, two = _ranks(first), _ranks(second)
    one, two = one - one.mean(), two - two.mean()
    size = np.sqrt((one @ one) * (two @ two))
    return float(one @ two / size) if size else float("nan")


def structural_similarity(first: Map, second: Map) -> float:
    """Mean SSIM (Wang et al., IEEE TIP 2004) of the maps, each scaled by its largest magnitude.

    Attributions have no common unit, so each is brought into -1..1 first and zero stays zero. The
    window is the paper's Gaussian of 11 pixels, sigma 1.5; its means are taken over the places
    where the window lies inside the image, and over the whole of a smaller image.
    """
    _check(first, second)
    one, two = _scale(first), _scale(second)
    span = 2.0 if min(one.min(), two.min()) < 0 else 1.0
    c1, c2 = (_K1 * span) ** 2, (_K2 * span) ** 2
    mean1, mean2 = _blur(one), _blur(two)
    var1 = _blur(one * one) - mean1**2
    var2 = _blur(two * two) - mean2**2
    both = _blur(one * two) - mean1 * mean2
    likeness = ((2 * mean1 * mean2 + c1) * (2 * both + c2)) / (
        (mean1**2 + mean2**2 + c1) * (var1 + var2 + c2)
    )
    rim = _WINDOW // 2 if min(likeness.shape) > _WINDOW else 0
    return float(likeness[rim : likeness.shape[0] - rim, rim : likeness.shape[1] - rim].mean())


def _check(first: Map, second: Map) -> None:
    if first.shape != second.shape or first.ndim != 2:
        raise SettingsError(
            f"maps of {first.shape} and {second.shape} cannot be compared", where="similarity"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise SettingsError("a map has pixels that are not numbers", where="similarity")


def _ranks(values: Map) -> npt.NDArray[np.float64]:
    _, level, sizes = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return (last - (sizes - 1) / 2)[level.ravel()]


def _scale(values: Map) -> npt.NDArray[np.float64]:
    exact = np.asarray(values, np.float64)
    top = np.abs(exact).max()
    return exact / top if top else exact


def _blur(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(
        cv2.GaussianBlur(values, (_WINDOW, _WINDOW), _SIGMA, borderType=cv2.BORDER_REFLECT),
        np.float64,
    )
