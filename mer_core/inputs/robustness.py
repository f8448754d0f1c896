"""A network's answer about one recording, and how firmly it holds.

A softmax says how the classes compare and not how often such an answer is right. What can be seen
on a single clip is whether the answer survives changes that must not matter, and can: those of
`mer_core.inputs.clip_changes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from mer_core.inputs.clip_changes import ChangedInputs, ClipChange, applicable_changes
from mer_core.inputs.recording import Recording
from mer_core.models.loaded import LoadedModel


@dataclass(frozen=True, eq=False, kw_only=True)
class Robustness:
    """Prediction of a network for one recording, and for slightly changed copies of it.

    Attributes:
        classes: In the order of the columns below.
        probabilities: Softmax for the recording itself.
        variants: Name of each change -> softmax after it.
    """

    classes: tuple[str, ...]
    probabilities: npt.NDArray[np.float64]
    variants: Mapping[str, npt.NDArray[np.float64]]

    @property
    def predicted(self) -> str:
        """The most probable class."""
        return self.classes[int(self.probabilities.argmax())]

    @property
    def agreement(self) -> float:
        """Share of the changes after which the answer is the same."""
        same = [self.classes[int(p.argmax())] == self.predicted for p in self.variants.values()]
        return float(np.mean(same)) if same else 1.0

    def span(self, name: str) -> tuple[float, float]:
        """Least and greatest probability of a class over the recording and all changes."""
        place = self.classes.index(name)
        seen = [self.probabilities[place], *(p[place] for p in self.variants.values())]
        return float(min(seen)), float(max(seen))


def measure_robustness(
    model: LoadedModel, recording: Recording, *, weighting: str | None = None
) -> Robustness:
    """Ask `model` about a recording and about changes of it that must not matter.

    Beside the clip, this takes the memory of one image, or of one input of the network.

    Args:
        model: From `load_model`.
        recording: The clip.
        weighting: Frame weights of an accumulated image; the network's own by default.

    Returns:
        The probability of every class, for the recording and after each change.

    Raises:
        FrameError: The clip is too short for this network.

    Example:
        >>> answer = measure_robustness(model, clip)
        >>> answer.predicted in model.classes, 0 <= answer.agreement <= 1
        (True, True)
    """
    inputs = ChangedInputs(recording, model.entry.input, weighting=weighting)

    def probabilities_after(change: ClipChange) -> npt.NDArray[np.float64]:
        seen = torch.from_numpy(inputs.after(change))
        return model.probabilities(seen[None])[0].double().numpy()

    return Robustness(
        classes=model.classes,
        probabilities=probabilities_after(ClipChange(name="unchanged")),
        variants={
            change.name: probabilities_after(change)
            for change in applicable_changes(recording, model.entry.input.kind)
        },
    )
