"""A network with its weights, ready to be asked, together with the lock that protects it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from mer_core.errors import CheckpointError, ModelError, SettingsError
from mer_core.models.card import ModelCard
from mer_core.models.catalog import model_entry
from mer_core.models.checkpoint import (
    CheckpointHeader,
    expand,
    load_checkpoint,
    restore,
    weights_digest,
)
from mer_core.models.entry import ModelEntry
from mer_core.models.published import published_file
from mer_core.models.shipped import (
    fitting_weighting,
    is_shipped,
    shipped_card,
    shipped_classes,
    shipped_for,
)
from mer_core.records import InputKind
from mer_core.seeding import derive_seed

SYNTHETIC = "synthetic"
"""What `load_model` takes for the weights that ship with the package."""


@dataclass(frozen=True, kw_only=True)
class WeightsState:
    """Origin of a network's weights; shown beside everything the network says.

    Attributes:
        kind: "random", "imagenet", "checkpoint" or "shipped".
        label: Display label.
        seed: Seed of the random part, where there is one.
        digest: Digest of the weights as they are in memory.
        synthetic: Whether they were trained on generated clips.
        path: The checkpoint they were read from, where there is one.
        card: Model card of a shipped network: cohort, recipe, scores, calibration.
    """

    kind: Literal["random", "imagenet", "checkpoint", "shipped"]
    label: str
    digest: str
    seed: int | None = None
    synthetic: bool = False
    path: Path | None = None
    card: ModelCard | None = None

    @property
    def trained(self) -> bool:
        """Whether the classifier has seen any expression; if not, its answers mean nothing."""
        return self.kind in ("checkpoint", "shipped")

    @property
    def source(self) -> str:
        """Value of `weights` with which `load_model` gives this network again."""
        if self.card is not None:
            return f"{SYNTHETIC}:{self.card.weighting}"
        return self.kind if self.path is None else str(self.path)


@dataclass(frozen=True, eq=False, kw_only=True)
class LoadedModel:
    """A network in eval mode.

    One module serves every thread, and hooks of one caller fire on the passes of another, so
    whatever touches `module` holds `lock`, plain forward passes included.

    Attributes:
        entry: The network; the weighting in `entry.input` is the one these weights were trained
            on, where that is known.
        module: In eval mode.
        classes: Names in the order of the logits.
        weights: Origin of the weights.
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
        """Softmax of `logits`, at the temperature of the card where there is one."""
        return torch.softmax(self.logits(inputs) / self.temperature, dim=1)

    @property
    def temperature(self) -> float:
        """Divisor of the logits, so that a probability says how often it is right."""
        card = self.weights.card
        return 1.0 if card is None else card.calibration.temperature


def load_model(
    name: str,
    *,
    classes: Sequence[str] | None = None,
    weights: Literal["random", "imagenet", "synthetic"] | str | Path = "random",
    weighting: str | None = None,
    seed: int = 0,
) -> LoadedModel:
    """Build a network and give it the weights that were asked for, never others.

    Args:
        name: Catalogue name.
        classes: Class names in the order of the logits; trained weights know their own.
        weights: "synthetic" for those that ship with the package, trained on generated faces;
            "random", "imagenet", or a checkpoint written by `save_checkpoint`.
        weighting: Choice among the shipped weights: those trained on images of this frame
            weighting. By default those that answer best. "synthetic:full" says the same in one
            word.
        seed: Seed of everything drawn at random, whatever the state of PyTorch's generator.

    Returns:
        The network in eval mode, with the state of its weights and the lock that protects it.

    Raises:
        UnknownNameError: There is no such network, or none of its weights are shipped.
        CheckpointError: The weights do not fit the network, or were trained for other classes.

    Example:
        >>> untrained = load_model("affectivenet", classes=("negative", "positive"), seed=3)
        >>> untrained.weights.label
        'random weights, untrained (seed 3)'
    """
    entry = model_entry(name)
    path = checkpoint_file(name, weights, weighting)
    if path is not None:
        module, header = _from_checkpoint(entry, path, classes)
        state = _checkpoint_state(header, path)
        if state.card is not None:
            seen = replace(entry.input, weighting=state.card.weighting)
            entry = replace(entry, input=seen)
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
    return str(weights).partition(":")[0] in ("random", "imagenet", SYNTHETIC)


def checkpoint_file(name: str, weights: str | Path, weighting: str | None = None) -> Path | None:
    """Return the checkpoint that `weights` means; None where they are random or published.

    Args:
        name: Catalogue name of the network.
        weights: As `load_model` takes them.
        weighting: Choice among the shipped weights, unless `weights` says so itself.
    """
    if weights in ("random", "imagenet"):
        return None
    kind, _, named = str(weights).partition(":")
    if kind == SYNTHETIC:
        return shipped_for(name, named or weighting).path
    return Path(weights)


def initial_network(
    name: str,
    *,
    classes: Sequence[str] | None,
    weights: str | Path = "random",
    seed: int = 0,
) -> nn.Module:
    """The module of `load_model` alone, for those who train it: fresh weights are not hashed."""
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


def load_shown(name: str, *, weighting: str | None = None) -> LoadedModel:
    """Build a network as it is shown where nothing else is asked for.

    That is with the weights that ship for `weighting`; with those that answer best, where none
    ship for it; and untrained, where none ship at all.
    """
    if is_shipped(name):
        return load_model(name, weights=SYNTHETIC, weighting=fitting_weighting(name, weighting))
    return load_model(name, classes=shipped_classes(), weights="random")


def _check_classes(requested: Sequence[str] | None, trained: tuple[str, ...], where: Path) -> None:
    if requested is not None and tuple(requested) != trained:
        raise CheckpointError(
            f"trained for the classes {', '.join(trained)}, not {', '.join(requested)}", where=where
        )


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
    """Raise `ModelError` unless `inputs` is a batch of what the network takes in."""
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
    _check_classes(classes, header.classes, path)
    module = build_seeded(entry, len(header.classes), 0)
    restore(module, expand(tensors), where=path)
    return _ready(module), header


def _checkpoint_state(header: CheckpointHeader, path: Path) -> WeightsState:
    card = shipped_card(path)
    if card is not None:
        images = card.weighting.replace("-", " ")
        label = f"trained on {images} images of {card.cohort['training']} generated people"
    else:
        trained = "trained on synthetic clips" if header.synthetic else "trained"
        label = f"{trained}, checkpoint {header.weights_digest[:12]}"
        if header.lineage is None:
            label += ", on whom is not recorded"
    return WeightsState(
        kind="checkpoint" if card is None else "shipped",
        label=label,
        digest=header.weights_digest,
        seed=header.seed,
        synthetic=header.synthetic,
        path=path,
        card=card,
    )
