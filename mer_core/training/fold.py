"""Training of one fold.

`train_fold` receives the training side and nothing else: no argument of it holds an image, a
label or an index of the held-out side. Whoever wants to cheat has to do it elsewhere, in the
open; `leak.py` does, to show what it is worth.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
import torch.utils.deterministic
from torch import Tensor, nn
from torch.nn import functional

from mer_core.errors import SettingsError
from mer_core.models.entry import AuxiliaryLoss
from mer_core.models.layers import activations_in_place
from mer_core.protocols import inner_split
from mer_core.protocols.scores import uar
from mer_core.seeding import derive_seed, generator
from mer_core.training.epoch_state import EpochState
from mer_core.training.prediction import arithmetic, predict_classes
from mer_core.training.settings import (
    ClassWeights,
    Optimiser,
    Schedule,
    Selection,
    TrainingSettings,
)
from mer_core.training.training_data import (
    EpochRecord,
    FittedNetwork,
    TrainingData,
    augment,
    draw_frames,
)


def train_fold(
    data: TrainingData,
    build: Callable[[int], nn.Module],
    settings: TrainingSettings,
    *,
    seed: int,
    report: Callable[[EpochRecord], None] | None = None,
    observe: Callable[[int, nn.Module], None] | None = None,
    start: EpochState | None = None,
    keep: Callable[[EpochState], None] | None = None,
) -> FittedNetwork:
    """Train a fresh network on `data`.

    Equal arguments give equal weights, bit for bit, on one machine with one thread count.

    Args:
        data: The training side of the fold.
        build: Seed -> network with its initial weights.
        settings: Settings of the training.
        seed: Seed of everything drawn in this fold.
        report: Callback after each epoch, with its record.
        observe: Callback after each epoch, with the network in eval mode. It can look, and
            training neither knows nor changes.
        start: State that `keep` was given by a run of the same arguments; it goes on from there,
            and ends with the same weights. Not with selection on an inner split, which would have
            to remember its best epoch.
        keep: Callback after each epoch, with what is needed to go on from it.
    """
    if start is not None and settings.selection is Selection.INNER:
        raise SettingsError("training with an inner split cannot be resumed", where="training")
    if len(data) < 2:
        raise SettingsError("a fold needs at least two training clips", where="training")
    with reproducible(derive_seed(seed, "training"), settings):
        module = build(derive_seed(seed, "initial weights")).to(settings.device)
        if settings.channels_last:
            module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        fit, held = _inner_sides(data, settings, seed)
        training = _Training(module, fit, held, settings, seed)
        if start is not None:
            training.restore(start)
        return training.run(report, observe, keep)


@contextmanager
def reproducible(seed: int, settings: TrainingSettings) -> Iterator[None]:
    """Deterministic PyTorch with its own random stream and threads; all is put back after."""
    threads = torch.get_num_threads()
    strict = torch.are_deterministic_algorithms_enabled()
    deterministic: Any = torch.utils.deterministic  # its type stub lacks the flag
    fills = deterministic.fill_uninitialized_memory
    on_gpu = settings.device != "cpu"
    if on_gpu:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # or cuBLAS refuses
    with torch.random.fork_rng(enabled=True, devices=None if on_gpu else []):
        torch.manual_seed(seed)
        torch.set_num_threads(settings.threads)
        torch.use_deterministic_algorithms(True)
        # Writing NaN into all fresh memory shows who reads it unwritten. Nobody does, and it takes
        # a tenth of a step.
        deterministic.fill_uninitialized_memory = False
        try:
            yield
        finally:
            deterministic.fill_uninitialized_memory = fills
            torch.use_deterministic_algorithms(strict)
            torch.set_num_threads(threads)


class _Training:
    """One run over the epochs; the state that only training needs."""

    def __init__(
        self,
        module: nn.Module,
        data: TrainingData,
        held: TrainingData | None,
        settings: TrainingSettings,
        seed: int,
    ) -> None:
        self.module, self.data, self.held = module, data, held
        self.settings, self.seed = settings, seed
        self.labels = data.labels.to(settings.device)
        self.class_weights = class_weights(data.labels, len(data.classes), settings)
        self.optimiser = _optimiser(module, settings)
        self.schedule = _schedule(self.optimiser, settings)
        self.history: list[EpochRecord] = []

    def restore(self, state: EpochState) -> None:
        """Put everything where it was after the last epoch of `state`."""
        self.module.load_state_dict(state.weights)
        parameters = dict(self.module.named_parameters())
        for place, value in state.optimiser.items():
            name, _, buffer = place.rpartition("/")
            like = parameters[name] if value.dim() else value
            self.optimiser.state[parameters[name]][buffer] = torch.empty_like(like).copy_(value)
        for _ in state.history:
            self.optimiser.step()  # without gradients: the schedule wants to see it called
            self.schedule.step()
        self.history = list(state.history)

    def _state(self) -> EpochState:
        buffers = {
            f"{name}/{buffer}": value
            for name, parameter in self.module.named_parameters()
            for buffer, value in self.optimiser.state[parameter].items()
            if isinstance(value, Tensor)
        }
        return EpochState(
            weights={k: v.detach().cpu().clone() for k, v in self.module.state_dict().items()},
            optimiser={k: v.detach().cpu().clone() for k, v in buffers.items()},
            history=tuple(self.history),
        )

    def run(
        self,
        report: Callable[[EpochRecord], None] | None,
        observe: Callable[[int, nn.Module], None] | None,
        keep: Callable[[EpochState], None] | None = None,
    ) -> FittedNetwork:
        history = self.history
        chosen, best, state = self.settings.epochs, -1.0, None
        for epoch in range(len(history) + 1, self.settings.epochs + 1):
            record = self._epoch(epoch)
            history.append(record)
            if record.validation_uar is not None and record.validation_uar > best:
                chosen, best = epoch, record.validation_uar
                state = copy.deepcopy(self.module.state_dict())
            if report is not None:
                report(record)
            if observe is not None:
                self.module.eval()
                observe(epoch, self.module)
            if keep is not None:
                keep(self._state())
        if state is not None:
            self.module.load_state_dict(state)
        return FittedNetwork(module=self.module.eval(), epoch=chosen, history=tuple(history))

    def _epoch(self, epoch: int) -> EpochRecord:
        began = time.perf_counter()
        self.module.train()
        torch.manual_seed(derive_seed(self.seed, "dropout", epoch))
        moves = torch.Generator().manual_seed(derive_seed(self.seed, "augmentation", epoch))
        order = generator(self.seed, "order", epoch)
        rounds = [order.permutation(len(self.data)) for _ in range(self.settings.copies)]
        loss = torch.zeros((), device=self.settings.device)
        right = torch.zeros((), dtype=torch.long, device=self.settings.device)
        with activations_in_place(self.module):
            for step in steps(np.concatenate(rounds), self.settings.batch):
                step_loss, step_right = self._step(step, moves)
                loss += step_loss * len(step)
                right += step_right
        self.schedule.step()
        seen = len(self.data) * self.settings.copies
        return EpochRecord(
            epoch=epoch,
            loss=float(loss) / seen,
            accuracy=float(right) / seen,
            validation_uar=self._validate(),
            seconds=time.perf_counter() - began,
        )

    def _step(self, indices: np.ndarray, moves: torch.Generator) -> tuple[Tensor, Tensor]:
        """One change of the weights; returns its loss and how many answers were right."""
        self.optimiser.zero_grad(set_to_none=True)
        index = torch.as_tensor(indices)
        mass = self.class_weights[self.labels[index]].sum()
        total, right = self.labels.new_zeros((), dtype=torch.float32), self.labels.new_zeros(())
        for inputs, labels in self._parts(index, moves):
            logits, penalty = self._forward(inputs)
            each = functional.cross_entropy(logits, labels, reduction="none")
            part = (self.class_weights[labels] * each).sum() / mass
            if penalty is not None:
                part = part + penalty.sum() / len(index)
            part.backward()
            total += part.detach()
            right += (logits.detach().argmax(dim=1) == labels).sum()
        self.optimiser.step()
        return total, right

    def _parts(self, index: Tensor, moves: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """The step's images at once, or clip by clip where their lengths differ."""
        images, device = self.data.images, self.settings.device
        if isinstance(images, Tensor):
            batch = augment(images[index].to(device), self.settings, moves, kind=self.data.kind)
            if self.settings.channels_last and batch.dim() == 4:
                batch = batch.contiguous(memory_format=torch.channels_last)
            yield batch, self.labels[index]
            return
        for i in index.tolist():
            clip = images[i][draw_frames(len(images[i]), self.settings.frames, moves)]
            clip = augment(clip[None].to(device), self.settings, moves, kind=self.data.kind)
            yield clip, self.labels[i : i + 1]

    def _forward(self, inputs: Tensor) -> tuple[Tensor, Tensor | None]:
        with arithmetic(self.settings):
            if isinstance(self.module, AuxiliaryLoss):
                logits, penalty = self.module.logits_and_penalty(inputs)
                return logits.float(), penalty.float()
            return self.module(inputs).float(), None

    def _validate(self) -> float | None:
        if self.held is None:
            return None
        self.module.eval()
        classes = len(self.held.classes)
        answers = predict_classes(self.module, self.held.images, self.settings)
        counts = np.zeros((classes, classes), dtype=np.int64)
        np.add.at(counts, (self.held.labels.numpy(), answers), 1)
        return float(uar(counts))


def steps(order: np.ndarray, batch: int) -> Iterator[np.ndarray]:
    """Cut `order` into batches; a last one of a single item joins the one before it.

    Batch normalisation over vectors has no variance to divide by when it sees one item.
    """
    cuts = list(range(0, len(order), batch))
    if len(cuts) > 1 and len(order) - cuts[-1] == 1:
        cuts.pop()
    yield from np.split(order, cuts[1:])


def class_weights(labels: Tensor, classes: int, settings: TrainingSettings) -> Tensor:
    """One weight per class; balanced is N / (K n_c), and 0 for a class never trained on."""
    if settings.class_weights is ClassWeights.NONE:
        return torch.ones(classes, device=settings.device)
    counts = torch.bincount(labels, minlength=classes).float()
    weights = len(labels) / (classes * counts)
    return torch.where(counts > 0, weights, torch.zeros(())).to(settings.device)


def _inner_sides(
    data: TrainingData, settings: TrainingSettings, seed: int
) -> tuple[TrainingData, TrainingData | None]:
    if settings.selection is not Selection.INNER:
        return data, None
    everyone = np.arange(len(data))
    fit, held = inner_split(
        data.samples, everyone, share=settings.inner_share, seed=derive_seed(seed, "inner")
    )
    return data.take(fit), data.take(held)


def _optimiser(module: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimiser is Optimiser.ADAMW:
        return torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=decay)
    return torch.optim.SGD(
        module.parameters(), lr=rate, momentum=settings.momentum, weight_decay=decay
    )


def _schedule(
    optimiser: torch.optim.Optimizer, settings: TrainingSettings
) -> torch.optim.lr_scheduler.LRScheduler:
    if settings.schedule is Schedule.COSINE:
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings.epochs)
    return torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1.0)
