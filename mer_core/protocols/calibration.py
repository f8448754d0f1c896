"""Calibration of probabilities.

Guo, Pleiss, Sun, Weinberger: "On Calibration of Modern Neural Networks", ICML 2017. Logits divided
by one temperature keep their order, so no answer changes; a temperature above 1 makes a network
less sure. The expected calibration error is, over bins of the highest probability, the mean
distance between how sure and how often right, weighted by how many answers fall in a bin.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.floating]
Labels = npt.NDArray[np.integer]

BINS = 15


def probabilities(logits: Logits, temperature: float = 1.0) -> npt.NDArray[np.float64]:
    """Softmax of `logits` / `temperature`, N x K."""
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def log_loss(logits: Logits, labels: Labels, temperature: float = 1.0) -> float:
    """Mean negative logarithm of the probability that the right class was given."""
    right = probabilities(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, 1e-300)).mean())


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """The temperature of least log loss, by golden-section search on its logarithm.

    The loss has one minimum in 1 / temperature, so the search cannot end in another.
    """
    low, high = np.log(0.05), np.log(20.0)
    ratio = (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if log_loss(logits, labels, np.exp(left)) < log_loss(logits, labels, np.exp(right)):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def calibration_error(logits: Logits, labels: Labels, temperature: float = 1.0) -> float:
    """Expected calibration error with `BINS` bins of equal width."""
    given = probabilities(logits, temperature)
    sure = given.max(axis=1)
    right = given.argmax(axis=1) == labels
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    gaps = np.abs(np.bincount(place, sure, BINS) - np.bincount(place, right, BINS))
    return float(gaps[counts > 0].sum() / len(labels))
