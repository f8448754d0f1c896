"""Action units as weights of facial actions, and emotions as sampled combinations of them.

The names of the facial actions are ARKit's; the correspondence is the customary one (Ekman,
Friesen and Hager, *Facial Action Coding System*, 2002).

Emotions follow the usual FACS tables: Ekman, Friesen and Hager (2002), table of emotion
prototypes; Yan et al., *CASME II* (PLoS ONE 2014), table 3; Davison et al., *SAMM* (IEEE TAC
2018). Classes overlap as they do in life: AU4 alone occurs in anger, disgust and "others", AU14 in
contempt and repression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mer_core.errors import UnknownNameError


@dataclass(frozen=True)
class UnitSpec:
    """One action unit.

    Attributes:
        title: The name in FACS.
        both: Facial actions without a side, and their weights.
        sided: Stems of facial actions that exist as "...Left" and "...Right", and their weights.
    """

    title: str
    both: Mapping[str, float]
    sided: Mapping[str, float]


ACTION_UNITS: Mapping[str, UnitSpec] = {
    "AU1": UnitSpec("inner brow raiser", {"browInnerUp": 1.0}, {}),
    "AU2": UnitSpec("outer brow raiser", {}, {"browOuterUp": 1.0}),
    "AU4": UnitSpec("brow lowerer", {}, {"browDown": 1.0}),
    "AU5": UnitSpec("upper lid raiser", {}, {"eyeWide": 1.0}),
    "AU6": UnitSpec("cheek raiser", {}, {"cheekSquint": 1.0}),
    "AU7": UnitSpec("lid tightener", {}, {"eyeSquint": 1.0}),
    "AU9": UnitSpec("nose wrinkler", {}, {"noseSneer": 1.0}),
    "AU10": UnitSpec("upper lip raiser", {}, {"mouthUpperUp": 1.0}),
    "AU12": UnitSpec("lip corner puller", {}, {"mouthSmile": 1.0}),
    "AU14": UnitSpec("dimpler", {}, {"mouthDimple": 1.0}),
    "AU15": UnitSpec("lip corner depressor", {}, {"mouthFrown": 1.0}),
    "AU17": UnitSpec("chin raiser", {"mouthShrugLower": 1.0}, {}),
    "AU20": UnitSpec("lip stretcher", {}, {"mouthStretch": 1.0}),
    "AU23": UnitSpec("lip tightener", {"mouthRollLower": 0.35}, {"mouthPress": 0.8}),
    "AU24": UnitSpec("lip presser", {"mouthRollUpper": 0.5, "mouthRollLower": 0.5}, {}),
    "AU25": UnitSpec("lips part", {"jawOpen": 0.22}, {"mouthLowerDown": 0.6}),
    "AU26": UnitSpec("jaw drop", {"jawOpen": 0.6}, {}),
    "AU45": UnitSpec("blink", {}, {"eyeBlink": 1.0}),
}


def facial_actions(
    intensities: Mapping[str, float], asymmetry: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Weights of facial actions for action units of given intensity.

    Args:
        intensities: Action unit to intensity, 0 absent to 1 maximal.
        asymmetry: Action unit to a share from -1 (only the subject's right side moves) over 0
            (both sides alike) to 1 (only the left side moves).
    """
    leaning = asymmetry or {}
    weights: dict[str, float] = {}
    for name, intensity in intensities.items():
        spec = action_unit(name)
        lean = leaning.get(name, 0.0)
        for action, weight in spec.both.items():
            weights[action] = weights.get(action, 0.0) + weight * intensity
        for stem, weight in spec.sided.items():
            for side, share in (("Left", min(1.0, 1 + lean)), ("Right", min(1.0, 1 - lean))):
                action = stem + side
                weights[action] = weights.get(action, 0.0) + weight * share * intensity
    return weights


def action_unit(name: str) -> UnitSpec:
    """The unit called `name`, such as "AU12"."""
    if name not in ACTION_UNITS:
        raise UnknownNameError(
            f"there is no action unit called {name!r}",
            remedy=f"choose one of: {', '.join(ACTION_UNITS)}",
        )
    return ACTION_UNITS[name]


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
