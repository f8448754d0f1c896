"""Action units of the Facial Action Coding System as weights of facial actions.

The names of the facial actions are ARKit's; the correspondence is the customary one (Ekman,
Friesen and Hager, *Facial Action Coding System*, 2002).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
