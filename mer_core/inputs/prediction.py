"""What a network says of a clip of one's own, or why it says nothing.

Probabilities are those of the temperature on the network's model card (Guo et al., "On Calibration
of Modern Neural Networks", ICML 2017). It was fitted on inner synthetic people so that of the
answers given with 70 % about 70 % are right. Among the card's unseen people it mostly brings them
nearer to that, not always, so both errors are told; of other people nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from mer_core.inputs.recording import Recording, recording_input
from mer_core.inputs.refusals import Refusal, clip_refusals
from mer_core.models.loaded import SYNTHETIC, LoadedModel, load_model
from mer_core.models.novelty import shipped_novelty
from mer_core.models.shipped import fitting_weighting, shipped_weights

UNSEEN_REALITY = "this network has never seen a real face: it was trained on generated ones"
"""The mark beside an answer about a real clip; "synthetic" is a mark of the clip itself."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ClipPrediction:
    """A network's answer for one clip.

    Attributes:
        model: Catalogue name of the network.
        title: Its name for readers.
        weights: Origin of its weights.
        probabilities: Class -> probability, also where the answer is withheld.
        refusals: Reasons why the answer is withheld; empty where it is given. An image of a real
            face is mostly unlike those of generated ones, so an answer about it mostly is.
        calibrated_on: People on whom the probabilities were calibrated; "" where they were not.
        marks: Remarks that go with the answer.
    """

    model: str
    title: str
    weights: str
    probabilities: Mapping[str, float]
    refusals: tuple[Refusal, ...]
    calibrated_on: str
    marks: tuple[str, ...]

    @property
    def most_probable(self) -> str:
        """The most probable class, also where the answer is withheld."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def predicted(self) -> str | None:
        """The most probable class; None where the answer is withheld."""
        return None if self.refusals else self.most_probable


def predict(
    recording: Recording,
    model: LoadedModel | str | None = None,
    *,
    weighting: str | None = None,
) -> ClipPrediction:
    """Ask a network about a recording.

    Args:
        recording: The clip.
        model: A loaded network, or the name of one that ships with the package; by default the
            shipped one that answers best.
        weighting: Frame weighting of its image; the one it was trained on where not given. Of a
            network given by name, the weights that ship for it answer, where some do.

    Returns:
        The probability of every class, and why the answer is not to be believed, if so.

    Raises:
        FrameError: The clip is too short for this network.

    Example:
        >>> answer = predict(clip, model)
        >>> round(sum(answer.probabilities.values()), 6)
        1.0
    """
    if model is None:
        model = best_shipped()
    network = _load_shipped(model, weighting) if isinstance(model, str) else model
    spec = network.entry.input
    seen = recording_input(recording, spec, weighting=weighting)
    shares = network.probabilities(torch.from_numpy(seen)[None])[0].tolist()
    return ClipPrediction(
        model=network.entry.name,
        title=network.entry.title,
        weights=network.weights.label,
        probabilities=dict(zip(network.classes, shares, strict=True)),
        refusals=(*clip_refusals(recording), *network_refusals(network, recording, weighting)),
        calibrated_on=calibrated_on(network),
        marks=marks(network, recording),
    )


def _load_shipped(name: str, weighting: str | None) -> LoadedModel:
    return load_model(name, weights=SYNTHETIC, weighting=fitting_weighting(name, weighting))


def best_shipped() -> str:
    """The name of the shipped network that answers best."""
    return max(shipped_weights(), key=lambda shipped: shipped.card.uar.value).card.model


def network_refusals(
    network: LoadedModel, recording: Recording, weighting: str | None = None
) -> tuple[Refusal, ...]:
    """List the reasons why `network` cannot answer, beside those of every network.

    Of weights that did not ship with the package it is not known what they were trained on, so
    nothing is said of how an image compares with that.
    """
    if not network.weights.trained:
        return (Refusal(check="network", reason=f"it knows nothing: {network.weights.label}"),)
    card = network.weights.card
    scale = None if card is None else shipped_novelty(card.weighting)
    if card is None or card.novelty is None or scale is None:
        return ()
    spec = network.entry.input
    image = recording.image(weighting or spec.weighting, size=spec.size)
    novelty = scale.novelty(image.image)
    if novelty <= scale.limit:
        return ()
    return (
        Refusal(
            check="novelty",
            reason="the image is unlike those of the generated faces that taught this network:"
            f" {100 * novelty:.1f} % of its contrast is strange to them, where"
            f" {100 * (1 - card.novelty.alarms):.0f} % of the images of {card.people} unseen"
            f" synthetic people stay below {100 * scale.limit:.1f} %",
        ),
    )


def calibrated_on(network: LoadedModel) -> str:
    """Return on whom probabilities were calibrated and what it changed; "" where they were not."""
    card = network.weights.card
    if card is None:
        return ""
    people = "synthetic people" if card.synthetic else "people"
    return (
        f"calibrated on {people}; on {card.people} unseen ones they are wrong by"
        f" {card.calibration.error_after:.1%} on average, without calibration by"
        f" {card.calibration.error_before:.1%}"
    )


def marks(network: LoadedModel, recording: Recording) -> tuple[str, ...]:
    """List the remarks that go with an answer: about the clip, and about the network."""
    if recording.clip.synthetic:
        return ("synthetic data",)
    return (UNSEEN_REALITY,) if network.weights.synthetic else ()
