"""A network with its weights, ready to be asked, together with the lock that protects it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from mer_core.errors import CheckpointError, ModelError, SettingsError
from mer_core.models.catalog import model_entry
from mer_core.models.checkpoint import (
    CheckpointHeader,
    load_checkpoint,
    restore,
    weights_digest,
)
from mer_core.models.entry import ModelEntry
from mer_core.models.published import published_file
from mer_core.records import InputKind
from mer_core.seeding import derive_seed


@dataclass(frozen=True, kw_only=True)
class WeightsState:
    """Where a network's weights come from; shown beside everything the network says.

    Attributes:
        kind: "random", "imagenet" or "checkpoint".
        label: What a reader sees.
        seed: Of the random part, where there is one.
        digest: Of the weights as they are in memory.
        synthetic: Whether they were trained on generated clips.
        path: The checkpoint they were read from, where there is one.
    """

    kind: Literal["random", "imagenet", "checkpoint"]
    label: str
    digest: str
    seed: int | None = None
    synthetic: bool = False
    path: Path | None = None

    @property
    def trained(self) -> bool:
        """Whether the classifier has seen any expression; if not, its answers mean nothing."""
        return self.kind == "checkpoint"


@dataclass(frozen=True, eq=False, kw_only=True)
class LoadedModel:
    """A network in eval mode.

    One module serves every thread, and hooks of one caller fire on the passes of another, so
    whatever touches `module` holds `lock`, plain forward passes included.
    """

    entry: ModelEntry
    module: nn.Module
    classes: tuple[str, ...]
    weights: WeightsState
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def digest(self) -> str:
        """Identity of network and weights, for caches and provenance."""
        return f"{self.entry.name}-{self.weights.digest}"

    def logits(self, inputs: Tensor) -> Tensor:
        """B x classes, without gradients; the module's mode is as it was afterwards."""
        check_input(self.entry, inputs)
        with self.lock, torch.no_grad():
            was_training = self.module.training
            self.module.eval()
            try:
                return self.module(inputs)
            finally:
                self.module.train(was_training)

    def probabilities(self, inputs: Tensor) -> Tensor:
        """Softmax of `logits`."""
        return torch.softmax(self.logits(inputs), dim=1)


def load_model(
    name: str,
    *,
    classes: Sequence[str] | None = None,
    weights: Literal["random", "imagenet"] | str | Path = "random",
    seed: int = 0,
) -> LoadedModel:
    """Builds a network and gives it the weights that were asked for, never others.

    Args:
        name: Catalogue name.
        classes: Class names in the order of the logits; a checkpoint knows its own.
        weights: "random", "imagenet", or a checkpoint written by `save_checkpoint`.
        seed: Of everything drawn at random, whatever the state of PyTorch's generator.
    """
    entry = model_entry(name)
    path = checkpoint_file(name, weights)
    if path is not None:
        module, header = _from_checkpoint(entry, path, classes)
        state = _checkpoint_state(header, path)
        return LoadedModel(entry=entry, module=module, classes=header.classes, weights=state)
    module = initial_network(name, classes=classes, weights=weights, seed=seed)
    digest = weights_digest(module.state_dict())
    if weights == "imagenet":
        assert entry.published is not None  # initial_network has raised otherwise
        label = f"{entry.published.trained_on} weights, classifier untrained (seed {seed})"
        state = WeightsState(kind="imagenet", label=label, digest=digest, seed=seed)
    else:
        label = f"random weights, untrained (seed {seed})"
        state = WeightsState(kind="random", label=label, digest=digest, seed=seed)
    return LoadedModel(entry=entry, module=module, classes=tuple(classes or ()), weights=state)


def is_named(weights: str | Path) -> bool:
    """Whether `weights` is a name that `load_model` knows, rather than the path of a file."""
    return weights in ("random", "imagenet")


def checkpoint_file(name: str, weights: str | Path) -> Path | None:
    """The checkpoint from which the network `name` takes `weights`.

    None where they are drawn at random, or published by others.
    """
    return None if is_named(weights) else Path(weights)


def initial_network(
    name: str,
    *,
    classes: Sequence[str] | None,
    weights: str | Path = "random",
    seed: int = 0,
) -> nn.Module:
    """The module of `load_model` alone, for those who train it: its weights are not hashed."""
    entry = model_entry(name)
    path = checkpoint_file(name, weights)
    if path is not None:
        return _from_checkpoint(entry, path, classes)[0]
    if not classes:
        raise SettingsError(f"{name} needs its class names where weights are {weights}")
    if len(set(classes)) < len(classes) or not all(classes):
        raise SettingsError("class names must differ and not be empty", where=str(classes))
    module = build_seeded(entry, len(classes), seed)
    if weights == "imagenet":
        file = published_file(entry)
        assert entry.published is not None  # published_file has raised otherwise
        entry.published.restore(module, file)
    return _ready(module)


def _ready(module: nn.Module) -> nn.Module:
    """In eval mode, and laid out as convolutions are quickest forward and back: channels last."""
    return module.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


_BUILDING = threading.Lock()


def build_seeded(entry: ModelEntry, classes: int, seed: int) -> nn.Module:
    """A freshly initialised network that depends on `seed` alone."""
    # PyTorch's generator is shared by all threads: one network is drawn at a time.
    with _BUILDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights", entry.name))
        return entry.build(classes)


def check_input(entry: ModelEntry, inputs: Tensor) -> None:
    """Raises `ModelError` unless `inputs` is a batch of what the network takes in."""
    spec = entry.input
    expected = (spec.channels, *spec.size)
    frames = spec.kind is InputKind.CLIP
    dims = 5 if frames else 4
    if inputs.dim() != dims or tuple(inputs.shape[-3:]) != expected or 0 in inputs.shape:
        shape = " x ".join(map(str, (("B", "T") if frames else ("B",)) + expected))
        raise ModelError(
            f"takes {shape}, not {tuple(inputs.shape)}",
            where=entry.name,
            remedy="make the input with mer_core.inputs",
        )


def _from_checkpoint(
    entry: ModelEntry, path: Path, classes: Sequence[str] | None
) -> tuple[nn.Module, CheckpointHeader]:
    header, tensors = load_checkpoint(path)
    if header.model != entry.name:
        raise CheckpointError(f"weights of {header.model}, not of {entry.name}", where=path)
    if classes is not None and tuple(classes) != header.classes:
        raise CheckpointError(
            f"trained for the classes {', '.join(header.classes)}, not {', '.join(classes)}",
            where=path,
        )
    module = build_seeded(entry, len(header.classes), 0)
    restore(module, tensors, where=path)
    return _ready(module), header


def _checkpoint_state(header: CheckpointHeader, path: Path) -> WeightsState:
    trained = "trained on synthetic clips" if header.synthetic else "trained"
    return WeightsState(
        kind="checkpoint",
        label=f"{trained}, checkpoint {header.weights_digest[:12]}",
        digest=header.weights_digest,
        seed=header.seed,
        synthetic=header.synthetic,
        path=path,
    )
