"""Frame weights of the affective-motion image, in four named readings.

The image is `AMI = sum_i w_i * frame_i` over frames numbered i = 1..k in time order (Verma,
Vipparthi and Singh, "AffectiveNet", arXiv 2104.07569, Eq. 1-5). The paper defines

    LR(m) = (2m - k) / m          Fw(i) = sum of LR(m) over m = i, i + 1, ...

but the printed limits of Fw stop one short of its index list, and the method it builds on
(Bilen et al., "Dynamic Image Networks for Action Recognition", CVPR 2016) has another numerator.
With H_n = 1 + 1/2 + ... + 1/n and H_0 = 0, the readings are:

    full           sum_{m=i..k}   (2m - k) / m      = 2(k - i + 1) - k (H_k - H_{i-1})
    literal        sum_{m=i..k-1} (2m - k) / m      = full(i) - 1
    rank-pooling   sum_{m=i..k}   (2m - k - 1) / m  = 2(k - i + 1) - (k + 1)(H_k - H_{i-1})
    linear         2i - k - 1

`full` is the default: it is what the authors' published code computes, and since its weights sum
to k it keeps the appearance that the paper's first figure shows. The others sum to 0 and keep
motion only. Two identities tie them together: `full = literal + 1`, and `literal` over k frames
is `rank-pooling` over the first k - 1, followed by a 0.

Edge cases follow the formulas: one frame weighs 1 under `full` and 0 elsewhere; two frames weigh
(1, 1) under `full` and (0, 0) under `literal`, so neither shows any motion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.registry import Registry

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """One reading of the frame weights.

    Attributes:
        name: Name in commands and settings.
        title: Display title.
        formula: The weight of frame i of k, as text.
        tex: The same as TeX.
        sums_to: Sum of the weights: "k" or "0".
        source: Source of this reading.
        compute: From the number of frames to their weights.
    """

    name: str
    title: str
    formula: str
    tex: str
    sums_to: str
    source: str
    compute: Callable[[int], Weights]

    @property
    def keeps_appearance(self) -> bool:
        """Whether a still face leaves a picture of itself, rather than nothing."""
        return self.sums_to == "k"


DEFAULT_WEIGHTING = "full"

WEIGHTINGS: Registry[Weighting] = Registry("weighting")


def frame_weights(count: int, weighting: str = DEFAULT_WEIGHTING) -> Weights:
    """The weights of `count` frames in time order, as float64."""
    if count < 1:
        raise SettingsError(f"a clip of {count} frames has no weights", remedy="use at least one")
    return WEIGHTINGS.get(weighting).compute(count)


def _full(count: int) -> Weights:
    m = np.arange(1, count + 1, dtype=np.float64)
    return _sums_to_the_end((2 * m - count) / m)


def _literal(count: int) -> Weights:
    # Dropping the last term of each sum leaves nothing for the last frame.
    m = np.arange(1, count, dtype=np.float64)
    return np.append(_sums_to_the_end((2 * m - count) / m), 0.0)


def _rank_pooling(count: int) -> Weights:
    m = np.arange(1, count + 1, dtype=np.float64)
    return _sums_to_the_end((2 * m - count - 1) / m)


def _linear(count: int) -> Weights:
    return 2 * np.arange(1, count + 1, dtype=np.float64) - count - 1


def _sums_to_the_end(terms: Weights) -> Weights:
    """For each i, the sum of terms i, i + 1, ..., to the last."""
    return np.cumsum(terms[::-1])[::-1].copy()


for _entry in (
    Weighting(
        name="full",
        title="Full",
        formula="sum of (2m - k)/m over m = i..k",
        tex=r"\sum_{m=i}^{k} \frac{2m - k}{m}",
        sums_to="k",
        source="Verma et al. 2021, Eq. 1-3 with the whole index list of Eq. 2; the authors' code",
        compute=_full,
    ),
    Weighting(
        name="literal",
        title="Literal",
        formula="sum of (2m - k)/m over m = i..k-1",
        tex=r"\sum_{m=i}^{k-1} \frac{2m - k}{m}",
        sums_to="0",
        source="Verma et al. 2021, Eq. 3 with the limits as printed",
        compute=_literal,
    ),
    Weighting(
        name="rank-pooling",
        title="Rank pooling",
        formula="sum of (2m - k - 1)/m over m = i..k",
        tex=r"\sum_{m=i}^{k} \frac{2m - k - 1}{m}",
        sums_to="0",
        source="Bilen et al. 2016, approximate rank pooling",
        compute=_rank_pooling,
    ),
    Weighting(
        name="linear",
        title="Linear",
        formula="2i - k - 1",
        tex="2i - k - 1",
        sums_to="0",
        source="a simplification of rank pooling found in public code",
        compute=_linear,
    ),
):
    WEIGHTINGS.register(_entry.name, _entry)
