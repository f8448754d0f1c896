"""The networks that ship with the package, trained on the synthetic cohort.

Each is `weights/<network>-<weighting>.safetensors` with a model card beside it. They are read
from the package, so a fresh installation answers without a network, a licence or a wait.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mer_core.errors import UnknownNameError
from mer_core.models.card import ModelCard

FOLDER = Path(__file__).resolve().parent / "weights"


@dataclass(frozen=True, kw_only=True)
class ShippedWeights:
    """One shipped network: where its weights lie, and its card."""

    path: Path
    card: ModelCard

    def intact(self) -> bool:
        """Whether the file is the one that the card describes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest() == self.card.digest


@cache
def shipped_weights() -> tuple[ShippedWeights, ...]:
    """List every trained network in this package, the best frame weighting of each first.

    Returns:
        Where each file lies, and its model card.

    Example:
        >>> all(shipped.intact() for shipped in shipped_weights())
        True
    """
    found = list(_find())
    return tuple(sorted(found, key=lambda shipped: (shipped.card.model, -shipped.card.uar.value)))


def shipped_for(model: str, weighting: str | None = None) -> ShippedWeights:
    """Return the shipped weights of `model`.

    Args:
        model: Catalogue name.
        weighting: Frame weighting of the images it reads; by default the one under which it
            answers best.

    Returns:
        Where the file lies, and its model card.

    Raises:
        UnknownNameError: None are shipped; the remedy names those that are.

    Example:
        >>> shipped_for("learnet", "full").card.weighting
        'full'
    """
    own = [shipped for shipped in shipped_weights() if shipped.card.model == model]
    for shipped in own:
        if weighting in (None, shipped.card.weighting):
            return shipped
    there = ", ".join(shipped.card.weighting for shipped in own)
    where = f"{model} under {weighting}" if weighting else model
    names = ", ".join(dict.fromkeys(shipped.card.model for shipped in shipped_weights()))
    raise UnknownNameError(
        "no trained weights are shipped",
        where=where,
        remedy=f"use the weighting {there}" if own else f"they are shipped for {names}",
    )


def shipped_classes() -> tuple[str, ...]:
    """Return the classes that all shipped networks answer with."""
    return shipped_weights()[0].card.classes


def shown_weighting() -> str:
    """Return the frame weighting under which the shipped networks answer best."""
    return max(shipped_weights(), key=lambda shipped: shipped.card.uar.value).card.weighting


def shipped_card(path: Path) -> ModelCard | None:
    """Return the card of the shipped weights at `path`; None for other files."""
    return next((s.card for s in shipped_weights() if s.path == path), None)


def is_shipped(model: str, weighting: str | None = None) -> bool:
    """Whether trained weights of `model` are shipped."""
    return any(
        shipped.card.model == model and weighting in (None, shipped.card.weighting)
        for shipped in shipped_weights()
    )


def fitting_weighting(model: str, weighting: str | None) -> str | None:
    """Return `weighting` where weights of `model` ship for it; None, for the best, elsewhere."""
    return weighting if is_shipped(model, weighting) else None


def _find() -> Iterator[ShippedWeights]:
    for path in sorted(FOLDER.glob("*.safetensors")):
        yield ShippedWeights(path=path, card=ModelCard.load(path.with_suffix(".json")))
