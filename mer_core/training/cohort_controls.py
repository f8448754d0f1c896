"""Controls on the cohort's unseen people: does a shipped network measure expression at all?

    unchanged         the network's answers for the clips as they are
    motionless        the same people, lights, sways and blinks, without the expression
    time-reversed     the same frames backwards
    shuffled labels   the same network trained on labels shuffled among each person's clips

The last is a network of its own, whose card ships without its weights; the others ask the shipped
network. Everything is compared person by person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mer_core.ami import WEIGHTINGS
from mer_core.cluster import Executor
from mer_core.datasets.synthetic.cohort import CohortSettings
from mer_core.inputs.cohort import Variant, draw_cohort, load_cohort
from mer_core.models.card import ModelCard
from mer_core.models.loaded import SYNTHETIC, load_model
from mer_core.models.shipped import FOLDER, shipped_for
from mer_core.protocols import Scores, paired_difference, score_intervals
from mer_core.training.cohort_scores import card_scores, cohort_logits, score_answers
from mer_core.training.control_studies import ControlRow, IdentityRow, identity_of
from mer_core.training.controls import find_control
from mer_core.training.pretraining import Pretraining

PROBED = "learnet"
"""The network that is trained once more for controls and for each weighting: it takes two minutes,
and answers about as well as the larger ones."""

VARIANTS: Mapping[str, Variant] = {"motionless": "motionless", "time-reversed": "reversed"}
"""Controls that change the clips -> how the cohort is drawn for them."""


@dataclass(frozen=True, kw_only=True)
class WeightingRow:
    """Scores of one frame weighting.

    Attributes:
        weighting: Its name.
        card: The network trained and scored on its images.
        identity: Score of a linear probe for the person in them.
    """

    weighting: str
    card: ModelCard
    identity: IdentityRow


def draw_variants(executor: Executor) -> None:
    """Draw the clips that the controls need."""
    for variant in ("plain", *VARIANTS.values()):
        draw_cohort(CohortSettings(), "unseen", executor=executor, variant=variant)


def cohort_controls(model: str, weighting: str) -> tuple[ControlRow, ...]:
    """Return one row for each control, the unchanged network first; clips must be drawn."""
    shipped = shipped_for(model, weighting)
    scores: dict[str, Scores] = {"none": card_scores(shipped.card)}
    shuffled = Pretraining(model=model, weighting=weighting, shuffled=True)
    scores["shuffled-labels"] = card_scores(ModelCard.load(FOLDER / f"{shuffled.name}.json"))
    network = load_model(model, weights=SYNTHETIC, weighting=weighting)
    for control, variant in VARIANTS.items():
        clips = load_cohort(CohortSettings(), "unseen", weighting=weighting, variant=variant)
        logits = cohort_logits(network.module, clips, network.entry.input)
        scores[control] = score_answers(clips, logits)
    return tuple(_row(name, found, scores["none"]) for name, found in scores.items())


def weighting_rows(model: str) -> Iterator[WeightingRow]:
    """Yield what each frame weighting is worth to `model`: recall and identity side by side."""
    for card in weighting_cards(model):
        yield WeightingRow(
            weighting=card.weighting, card=card, identity=identity_row(card.weighting)
        )


def weighting_cards(model: str) -> tuple[ModelCard, ...]:
    """Return the cards of `model` trained on images of each frame weighting."""
    names = [Pretraining(model=model, weighting=name).name for name in WEIGHTINGS.names()]
    return tuple(ModelCard.load(FOLDER / f"{name}.json") for name in names)


def identity_row(weighting: str) -> IdentityRow:
    """Score a linear probe that names the unseen person in an image."""
    clips = load_cohort(CohortSettings(), "unseen", weighting=weighting)
    scores = identity_of(clips.images, clips.subjects)
    return IdentityRow(
        weighting=weighting,
        accuracy=score_intervals([scores])["accuracy_pooled"],
        chance=scores.majority_rate,
    )


def _row(name: str, found: Scores, plain: Scores) -> ControlRow:
    control = find_control(name)
    intervals = score_intervals([found])
    return ControlRow(
        name=name,
        title=control.title,
        expectation=control.expectation,
        uar=intervals["uar"],
        accuracy=intervals["accuracy_pooled"],
        change=None if name == "none" else paired_difference([found], [plain]),
        chance=1 / len(found.classes),
        majority_rate=found.majority_rate,
    )
