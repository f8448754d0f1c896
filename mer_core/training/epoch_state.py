"""State of a training between two epochs, and its file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from mer_core import atomic
from mer_core.training.training_data import EpochRecord


@dataclass(frozen=True, eq=False, kw_only=True)
class EpochState:
    """All that the next epoch depends on, so that an interrupted training goes on from here.

    Attributes:
        weights: The network's.
        optimiser: Its buffers, as "<parameter>/<buffer>".
        history: The epochs so far.
    """

    weights: dict[str, Tensor]
    optimiser: dict[str, Tensor]
    history: tuple[EpochRecord, ...]


def save_epoch_state(
    path: Path, state: EpochState, *, digest: str, inner_uars: Sequence[float]
) -> None:
    """Write a state atomically.

    Args:
        path: A safetensors file.
        state: The state.
        digest: Identity of the training it belongs to.
        inner_uars: Unweighted average recall on inner people after each epoch so far.
    """
    tensors = {f"weights.{name}": tensor.contiguous() for name, tensor in state.weights.items()}
    tensors |= {f"optimiser.{name}": value.contiguous() for name, value in state.optimiser.items()}
    text = json.dumps(
        {
            "digest": digest,
            "history": [asdict(record) for record in state.history],
            "inner_uars": list(inner_uars),
        }
    )
    atomic.write_bytes(path, save(tensors, metadata={"state": text}))


def load_epoch_state(path: Path, *, digest: str) -> tuple[EpochState | None, list[float]]:
    """The state at `path`, unless it is of another training or damaged: then from the start."""
    if not path.exists():
        return None, []
    try:
        with safe_open(path, framework="pt") as file:
            values = json.loads((file.metadata() or {})["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if values["digest"] != digest:
            return None, []
        state = EpochState(
            weights=dict(_below("weights.", tensors)),
            optimiser=dict(_below("optimiser.", tensors)),
            history=tuple(EpochRecord(**record) for record in values["history"]),
        )
        return state, list(values["inner_uars"])
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None, []


def _below(prefix: str, tensors: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    for name, tensor in tensors.items():
        if name.startswith(prefix):
            yield name.removeprefix(prefix), tensor
