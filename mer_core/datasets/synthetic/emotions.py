"""Emotions as sampled combinations of action units, after the usual FACS tables.

Sources: Ekman, Friesen and Hager (2002), table of emotion prototypes; Yan et al., *CASME II*
(PLoS ONE 2014), table 3; Davison et al., *SAMM* (IEEE TAC 2018). Classes overlap as they do in
life: AU4 alone occurs in anger, disgust and "others", AU14 in contempt and repression.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mer_core.errors import UnknownNameError

Combination = tuple[str, ...]

_TABLE: Mapping[str, tuple[Combination, ...]] = {
    "happiness": (("AU12",), ("AU6", "AU12"), ("AU12", "AU25"), ("AU6", "AU12", "AU7")),
    "surprise": (("AU1", "AU2"), ("AU1", "AU2", "AU5"), ("AU1", "AU2", "AU25"), ("AU2", "AU26")),
    "disgust": (("AU9",), ("AU4", "AU9"), ("AU10",), ("AU4", "AU7", "AU10"), ("AU9", "AU17")),
    "sadness": (("AU1",), ("AU1", "AU4"), ("AU15",), ("AU1", "AU4", "AU15"), ("AU15", "AU17")),
    "fear": (("AU1", "AU2", "AU4"), ("AU20",), ("AU1", "AU4", "AU20"), ("AU4", "AU5", "AU25")),
    "anger": (("AU4",), ("AU4", "AU7"), ("AU4", "AU5"), ("AU4", "AU7", "AU23"), ("AU4", "AU24")),
    "contempt": (("AU14",), ("AU12", "AU14"), ("AU10", "AU14")),
    "repression": (("AU17",), ("AU14",), ("AU15", "AU17"), ("AU24",), ("AU14", "AU17")),
    "tense": (("AU7",), ("AU4", "AU14"), ("AU20", "AU23"), ("AU24", "AU7")),
    "others": (("AU4",), ("AU2",), ("AU7",), ("AU4", "AU7"), ("AU1", "AU7"), ("AU17", "AU4")),
    "pain": (("AU4", "AU7", "AU9"), ("AU4", "AU6", "AU10"), ("AU4", "AU20")),
    "helpless": (("AU1", "AU4", "AU14"), ("AU1", "AU15"), ("AU14", "AU15")),
    "confused": (("AU4",), ("AU2", "AU4"), ("AU4", "AU7")),
    "positive": (("AU12",), ("AU6", "AU12"), ("AU12", "AU25")),
    "negative": (("AU4", "AU9"), ("AU1", "AU4", "AU15"), ("AU4", "AU7"), ("AU1", "AU4", "AU20")),
    "neutral": ((),),
}

EMOTIONS: tuple[str, ...] = tuple(_TABLE)
"""Labels that `plan_clip` knows; "neutral" is a face that does not move."""

_ONE_SIDED = {"contempt": 0.85}
"""How far the movement of an emotion leans to one side."""


def combinations(emotion: str) -> tuple[Combination, ...]:
    """The action-unit combinations an emotion is drawn from."""
    if emotion not in _TABLE:
        raise UnknownNameError(
            f"there is no emotion called {emotion!r}",
            remedy=f"choose one of: {', '.join(EMOTIONS)}",
        )
    return _TABLE[emotion]


def sample_units(
    emotion: str, rng: np.random.Generator
) -> tuple[dict[str, float], dict[str, float]]:
    """Relative intensities (at most 1) and asymmetry of one showing of `emotion`."""
    options = combinations(emotion)
    units = options[int(rng.integers(len(options)))]
    intensities = {unit: float(rng.uniform(0.6, 1.0)) for unit in units}
    lean = _ONE_SIDED.get(emotion, 0.0) * float(rng.choice([-1.0, 1.0]))
    asymmetry = {unit: float(np.clip(lean + rng.normal(0, 0.08), -1, 1)) for unit in units}
    return intensities, asymmetry
