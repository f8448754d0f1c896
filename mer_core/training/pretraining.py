"""Pre-training on the synthetic cohort: draw, train, calibrate, score, write weights and card.

Recipes are chosen and temperatures fitted on the cohort's inner people; its unseen people are
scored once, for the card. An interrupted training goes on with the epoch it was in, and equal
seeds give equal weights on one kind of processor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mer_core.datasets.synthetic.cohort import COHORT_NAME, CohortSettings
from mer_core.errors import SettingsError
from mer_core.inputs.cohort import SIZE, CohortImages, load_cohort
from mer_core.models.card import Calibration, CardScore, ModelCard, Novelty
from mer_core.models.catalog import image_models, model_entry
from mer_core.models.checkpoint import (
    CheckpointHeader,
    Compression,
    Lineage,
    compress,
    expand,
    save_state,
)
from mer_core.models.loaded import build_seeded
from mer_core.models.novelty import NoveltyScale, fit_novelty, novelty_path
from mer_core.protocols import Scores, score_intervals
from mer_core.protocols.calibration import calibration_error, fit_temperature
from mer_core.provenance import canonical_json, commit, processor, settings_digest, versions
from mer_core.records import InputKind
from mer_core.seeding import generator
from mer_core.training.cohort_scores import cohort_logits, cohort_tensor, score_answers
from mer_core.training.epoch_state import EpochState, load_epoch_state, save_epoch_state
from mer_core.training.fold import train_fold
from mer_core.training.prediction import BATCH
from mer_core.training.settings import Optimiser, Precision, Schedule, TrainingSettings
from mer_core.training.training_data import TrainingData

RECIPE = TrainingSettings(
    epochs=6,
    batch=16,
    learning_rate=5e-4,
    optimiser=Optimiser.ADAMW,
    weight_decay=0.01,
    schedule=Schedule.COSINE,
    precision=Precision.BFLOAT16,
)
"""The recipe of all shipped networks but for the learning rate, chosen on the inner people: with
SGD at 4e-3 the unweighted average recall of AffectiveNet on them was 0.62 after the first epoch
and 0.62 after the fourth, with AdamW 0.66 after the first. LEARNet reached 0.73 and 0.78 in six."""

LEARNING_RATES: Mapping[str, float] = {"learnet": 1e-3, "mobilenet": 1e-3}
"""Networks with batch normalisation throughout and few weights take larger steps."""

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, kw_only=True)
class Pretraining:
    """One network to be trained on the cohort.

    Attributes:
        model: Catalogue name.
        weighting: Frame weighting of the images it reads.
        cohort: People it learns from.
        recipe: Settings of its training.
        seed: Seed of initial weights, order and augmentation.
        compression: Number format of its weights on disk.
        shuffled: Whether labels are shuffled among each person's clips, a control.
    """

    model: str
    weighting: str
    cohort: CohortSettings = CohortSettings()
    recipe: TrainingSettings = RECIPE
    seed: int = 0
    compression: Compression = Compression.HALF
    shuffled: bool = False

    @property
    def name(self) -> str:
        """Stem of its file names."""
        return f"{self.model}-{self.weighting}" + ("-shuffled" if self.shuffled else "")

    @property
    def digest(self) -> str:
        """Identity of everything its weights follow from."""
        return settings_digest({**asdict(self), "recipe": self.recipe.as_dict()})


def recipe_of(model: str) -> TrainingSettings:
    """Return the recipe of one network."""
    return replace(RECIPE, learning_rate=LEARNING_RATES.get(model, RECIPE.learning_rate))


def _plan_shipped(
    model: str, *weightings: str, compression: Compression = Compression.INT8
) -> Iterator[Pretraining]:
    for weighting in weightings:
        yield Pretraining(
            model=model, weighting=weighting, recipe=recipe_of(model), compression=compression
        )


SHIPPED: tuple[Pretraining, ...] = (
    *_plan_shipped("affectivenet", "rank-pooling", "full", compression=Compression.HALF),
    *_plan_shipped("learnet", "rank-pooling", "full"),
    *_plan_shipped("mobilenet", "rank-pooling"),
    # At the smaller learning rate: the weights that ship were trained with it.
    Pretraining(model="mobilenet", weighting="full", compression=Compression.INT8),
    # For the better weighting alone: it takes 23.5 MB at 8 bits, of 45 MB in all.
    *_plan_shipped("resnet50", "rank-pooling"),
)
"""The networks that ship with the package."""


def plan_pretraining(model: str, weighting: str) -> Pretraining:
    """Return the training that ships, or one of the same recipe and number format.

    Raises:
        UnknownNameError: There is no such network.
        SettingsError: The network cannot learn from the cohort's images.
    """
    entry = model_entry(model)
    reads_images = entry.input.kind in (InputKind.AMI, InputKind.DYNAMIC_IMAGE)
    if not (entry.trains and reads_images and entry.input.size == SIZE):
        raise SettingsError(
            f"{entry.title} cannot learn from affective-motion images of {SIZE[0]} x {SIZE[1]}",
            remedy=f"choose one of: {', '.join(entry.name for entry in image_models())}",
        )
    own = [job for job in SHIPPED if job.model == model]
    formats = [job.compression for job in own] or [Compression.HALF]
    other = Pretraining(
        model=model, weighting=weighting, recipe=recipe_of(model), compression=formats[0]
    )
    return next((job for job in own if job.weighting == weighting), other)


def pretrain(job: Pretraining, *, folder: Path, report: Report | None = None) -> ModelCard:
    """Train, calibrate and score one network; write `<name>.safetensors` and `<name>.json`.

    Beside them lies `novelty-<weighting>.npz`, which tells images of the kind it was trained on.
    The cohort must have been drawn. A training that was stopped goes on from its last epoch; one
    that has ended is done again.

    Args:
        job: Network to train.
        folder: Folder of weights and card; a state to resume from lies there meanwhile.
        report: Callback after every epoch.

    Raises:
        StoreError: Somebody of the cohort is not drawn yet.
    """
    card_path = folder / f"{job.name}.json"
    training = load_cohort(job.cohort, "training", weighting=job.weighting)
    inner = load_cohort(job.cohort, "inner", weighting=job.weighting)
    state_path = folder / f".{job.name}.state.safetensors"
    module, history = _train(job, training, inner, state_path, report)
    state = {name: value.detach().cpu() for name, value in module.state_dict().items()}
    written = compress({k: v.contiguous() for k, v in state.items()}, job.compression)
    weights_path = folder / f"{job.name}.safetensors"
    save_state(weights_path, written, _header(job, training))
    unseen = load_cohort(job.cohort, "unseen", weighting=job.weighting)
    spec = model_entry(job.model).input
    exact = score_answers(unseen, cohort_logits(module, unseen, spec))
    module.load_state_dict(expand(written))
    scale_path = novelty_path(folder, job.weighting)
    fit_novelty(inner.images, inner.subjects).save(scale_path)
    scale = NoveltyScale.load(scale_path)
    card = _card(
        job,
        training=training,
        history=history,
        inner_logits=cohort_logits(module, inner, spec),
        inner=inner,
        unseen_logits=cohort_logits(module, unseen, spec),
        unseen=unseen,
        exact=exact,
        novelty=Novelty(limit=scale.limit, alarms=scale.alarms(unseen.images)),
        digest=hashlib.sha256(weights_path.read_bytes()).hexdigest(),
    )
    card.save(card_path)
    state_path.unlink(missing_ok=True)
    return card


def _train(
    job: Pretraining,
    training: CohortImages,
    inner: CohortImages,
    state_path: Path,
    report: Report | None,
) -> tuple[nn.Module, tuple[dict[str, float], ...]]:
    entry = model_entry(job.model)
    labels = _shuffle_labels(training, job.seed) if job.shuffled else training.labels
    data = TrainingData(
        images=cohort_tensor(training, entry.input),
        labels=torch.from_numpy(labels),
        classes=training.classes,
        samples=(),
        kind=entry.input.kind,
    )
    start, inner_uars = load_epoch_state(state_path, digest=job.digest)
    held = cohort_tensor(inner, entry.input)

    def observe(_epoch: int, module: nn.Module) -> None:
        with torch.no_grad():
            device = next(module.parameters()).device
            logits = torch.cat([module(part.to(device)).float() for part in held.split(BATCH)])
        inner_uars.append(score_answers(inner, logits.cpu().double().numpy()).uar)

    def keep(state: EpochState) -> None:
        save_epoch_state(state_path, state, digest=job.digest, inner_uars=inner_uars)
        if report is not None:
            report(f"training {job.name}", len(state.history), job.recipe.epochs)

    fitted = train_fold(
        data,
        lambda seed: build_seeded(entry, len(training.classes), seed),
        job.recipe,
        seed=job.seed,
        observe=observe,
        keep=keep,
        start=start,
    )
    history = tuple(
        {"loss": record.loss, "accuracy": record.accuracy, "inner_uar": value}
        for record, value in zip(fitted.history, inner_uars, strict=True)
    )
    return fitted.module, history


def _shuffle_labels(training: CohortImages, seed: int) -> npt.NDArray[np.int64]:
    """Labels permuted among the clips of each person, so only their link to a clip is lost."""
    draw = generator(seed, "shuffled labels")
    labels = training.labels.copy()
    people = np.array(training.subjects)
    for person in dict.fromkeys(training.subjects):
        own = np.flatnonzero(people == person)
        labels[own] = training.labels[draw.permutation(own)]
    return labels


def _header(job: Pretraining, training: CohortImages) -> CheckpointHeader:
    return CheckpointHeader(
        model=job.model,
        classes=training.classes,
        seed=job.seed,
        data_digest=training.digest,
        synthetic=True,
        settings={**job.recipe.as_dict(), "weighting": job.weighting},
        versions=versions(),
        lineage=Lineage(
            subjects=tuple(sorted({f"{COHORT_NAME}/{name}" for name in training.subjects})),
            data=(training.digest,),
        ),
    )


def _card(
    job: Pretraining,
    *,
    training: CohortImages,
    history: tuple[dict[str, float], ...],
    inner: CohortImages,
    inner_logits: npt.NDArray[np.float64],
    unseen: CohortImages,
    unseen_logits: npt.NDArray[np.float64],
    exact: Scores,
    novelty: Novelty,
    digest: str,
) -> ModelCard:
    scores = score_answers(unseen, unseen_logits)
    intervals = score_intervals([scores])
    temperature = fit_temperature(inner_logits, inner.labels)
    uar, accuracy = intervals["uar"], intervals["accuracy_pooled"]
    return ModelCard(
        model=job.model,
        weighting=job.weighting,
        classes=unseen.classes,
        synthetic=True,
        cohort=json.loads(canonical_json(job.cohort)),
        cohort_digest=job.cohort.digest,
        training_digest=training.digest,
        recipe=job.recipe.as_dict(),
        seed=job.seed,
        history=history,
        people=len(scores.subjects),
        clips=scores.n,
        uar=CardScore(value=uar.value, low=uar.low, high=uar.high),
        accuracy=CardScore(value=accuracy.value, low=accuracy.low, high=accuracy.high),
        confusion=_counts(scores.confusion),
        by_person=tuple(_counts(counts) for counts in scores.by_subject),
        calibration=Calibration(
            temperature=temperature,
            error_before=calibration_error(unseen_logits, unseen.labels),
            error_after=calibration_error(unseen_logits, unseen.labels, temperature),
        ),
        compression=str(job.compression),
        uar_uncompressed=exact.uar,
        digest=digest,
        machine=machine(job.recipe),
        versions=versions(),
        commit=commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        novelty=novelty,
    )


def _counts(matrix: npt.NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(n) for n in row) for row in matrix)


def machine(recipe: TrainingSettings) -> dict[str, str]:
    """Describe the machine: processor or graphics card, threads, arithmetic."""
    on_card = recipe.device.startswith("cuda")
    return {
        "processor": torch.cuda.get_device_name(recipe.device)
        if on_card
        else processor().described,
        "threads": str(recipe.threads),
        "arithmetic": str(recipe.precision),
    }
