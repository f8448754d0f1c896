"""Answers and scores of networks on the synthetic cohort, person by person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mer_core.datasets.synthetic.cohort import COHORT_NAME, subject_name
from mer_core.inputs import image_tensor
from mer_core.inputs.cohort import CohortImages
from mer_core.models.card import ModelCard
from mer_core.protocols import Scores, score
from mer_core.records import InputSpec, Prediction
from mer_core.training.prediction import BATCH


def cohort_tensor(cohort: CohortImages, spec: InputSpec) -> Tensor:
    """The images of a cohort as a network with `spec` takes them in."""
    return torch.from_numpy(np.stack([image_tensor(image, spec) for image in cohort.images]))


def cohort_logits(
    module: nn.Module, cohort: CohortImages, spec: InputSpec
) -> npt.NDArray[np.float64]:
    """N x K logits of a network in eval mode, in 32-bit arithmetic."""
    device = next(module.parameters()).device
    was_training = module.training
    module.eval()
    with torch.no_grad():
        parts = [
            module(batch.to(device)).float().cpu()
            for batch in cohort_tensor(cohort, spec).split(BATCH)
        ]
    module.train(was_training)
    return torch.cat(parts).double().numpy()


def score_answers(cohort: CohortImages, logits: npt.NDArray[np.float64]) -> Scores:
    """Scores of the answers that `logits` give to a part of the cohort, person by person."""
    answers = logits.argmax(axis=1)
    predictions = [
        Prediction(
            key=f"{COHORT_NAME}/{subject}/{index}",
            subject=subject,
            truth=cohort.classes[label],
            predicted=cohort.classes[answer],
            probabilities={},
        )
        for index, (subject, label, answer) in enumerate(
            zip(cohort.subjects, cohort.labels, answers, strict=True)
        )
    ]
    return score(predictions, cohort.classes)


def card_scores(card: ModelCard) -> Scores:
    """The scores of a card, person by person, as those of a study."""
    return Scores(
        classes=card.classes,
        subjects=tuple(f"{COHORT_NAME}/{subject_name('unseen', n)}" for n in range(card.people)),
        by_subject=np.array(card.by_person, np.int64),
    )
