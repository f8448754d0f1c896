"""Weights on disk: safetensors with a JSON header. Nothing is ever unpickled.

Networks that ship with the package have their weights in fewer bytes:

    8 bits per channel    q = round(w / s), s = max |w| / 127 over the channel's weights
    half precision        IEEE 754 binary16

Only tensors of two dimensions or more are compressed: biases and batch normalisation are small
and decide much. What is read back is 32-bit, so a network computes as any other does.

A lineage names everyone a set of weights has seen: the ground for refusing to test it on them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from mer_core import atomic
from mer_core.errors import CheckpointError
from mer_core.records import Sample

FORMAT = "mer-checkpoint/1"
_HEADER = "mer"


@dataclass(frozen=True, kw_only=True)
class CheckpointHeader:
    """Origin of a set of weights, and what is needed to use them.

    Attributes:
        model: Catalogue name of the network.
        classes: Class names in the order of the logits.
        seed: Seed of the run that trained them.
        data_digest: Identity of the training data.
        synthetic: Whether any of that data were generated.
        settings: Training settings, plain values.
        versions: Packages that can change a number.
        lineage: People and data that these weights and those they started from have seen; None
            where that is unknown, as in checkpoints written before lineage was kept.
        weights_digest: Filled in on saving; checked on loading.
    """

    model: str
    classes: tuple[str, ...]
    seed: int | None = None
    data_digest: str = ""
    synthetic: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    lineage: Lineage | None = None
    weights_digest: str = ""


def weights_digest(state: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, dtypes, shapes and bytes; the identity of a network's weights."""
    total = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        total.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def save_checkpoint(path: Path, module: nn.Module, header: CheckpointHeader) -> CheckpointHeader:
    """Write a network's weights to a file, whole or not at all.

    Args:
        path: File to write, `.safetensors`.
        module: The network.
        header: Origin of the weights.

    Returns:
        The header, with the digest of the weights.

    Raises:
        CheckpointError: The file cannot be written.

    Example:
        >>> header = CheckpointHeader(model="learnet", classes=model.classes)
        >>> saved = save_checkpoint(folder / "mine.safetensors", model.module, header)
        >>> load_checkpoint(folder / "mine.safetensors")[0] == saved
        True
    """
    state = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in _state(module)}
    return save_state(path, state, header)


def save_state(
    path: Path, state: Mapping[str, Tensor], header: CheckpointHeader
) -> CheckpointHeader:
    """Write `state` to `path` as it is, whole or not at all; return the completed header."""
    header = dataclasses.replace(header, weights_digest=weights_digest(state))
    text = json.dumps({"format": FORMAT, **dataclasses.asdict(header)}, sort_keys=True)
    try:
        atomic.write_bytes(path, save(dict(state), metadata={_HEADER: text}))
    except OSError as error:
        raise CheckpointError(
            f"the weights cannot be written ({error.strerror or error})",
            where=path,
            remedy="name a folder with room and permission",
        ) from error
    return header


def read_header(path: Path) -> CheckpointHeader:
    """Read the header alone, without checking that the weights are those it was written for."""
    with _open(path) as file:
        return _parse((file.metadata() or {}).get(_HEADER), path)


def load_checkpoint(path: Path) -> tuple[CheckpointHeader, dict[str, Tensor]]:
    """Read a file of weights; nothing in it is executed.

    Args:
        path: File that `save_checkpoint` wrote.

    Returns:
        What made the weights, and the weights by name.

    Raises:
        CheckpointError: Anything is wrong with the file; one line says what.

    Example:
        >>> header, tensors = load_checkpoint(shipped_for("learnet").path)
        >>> header.model, header.synthetic
        ('learnet', True)
    """
    with _open(path) as file:
        header = _parse((file.metadata() or {}).get(_HEADER), path)
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if weights_digest(state) != header.weights_digest:
        raise CheckpointError(
            "the weights are not those the header was written for",
            where=path,
            remedy="copy or train it again",
        )
    return header, state


def restore(module: nn.Module, state: Mapping[str, Tensor], *, where: str | Path) -> None:
    """Copy `state` into `module`, or say by name what does not fit and change nothing."""
    expected = dict(_state(module))
    problems = [f"{name} is missing" for name in expected if name not in state]
    problems += [f"{name} is unknown" for name in state if name not in expected]
    problems += [
        f"{name} is {tuple(state[name].shape)} instead of {tuple(expected[name].shape)}"
        for name in expected
        if name in state and state[name].shape != expected[name].shape
    ]
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise CheckpointError(
            f"weights of another network: {', '.join(problems[:3])}{more}", where=where
        )
    module.load_state_dict(dict(state))


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise CheckpointError("there is no such weights file", where=path)
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(
            f"not a whole safetensors file ({error})",
            where=path,
            remedy="copy or train it again",
        ) from error


def _state(module: nn.Module) -> list[tuple[str, Tensor]]:
    return list(module.state_dict().items())


def _parse(text: str | None, path: Path) -> CheckpointHeader:
    if text is None:
        raise CheckpointError(
            "safetensors without this workbench's header",
            where=path,
            remedy="published weights are asked for by name, not by file",
        )
    try:
        values = json.loads(text)
        if values.pop("format") != FORMAT:
            raise ValueError("another format version")
        values["classes"] = tuple(values["classes"])
        if values.get("lineage") is not None:
            values["lineage"] = Lineage.from_dict(values["lineage"])
        return CheckpointHeader(**values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"unreadable header ({error})", where=path) from error


_SCALE = ".scale"


class Compression(StrEnum):
    """Number formats in which weights are written."""

    NONE = "none"
    HALF = "half"
    INT8 = "int8"


def compress(state: Mapping[str, Tensor], compression: Compression) -> dict[str, Tensor]:
    """Return `state` as it is written; `expand` reads it."""
    written: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if compression is Compression.NONE or tensor.dim() < 2 or not tensor.is_floating_point():
            written[name] = tensor
        elif compression is Compression.HALF:
            written[name] = tensor.half()
        else:
            written[name], written[name + _SCALE] = _quantise(tensor)
    return written


def expand(written: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return 32-bit weights from what `compress` wrote."""
    state: dict[str, Tensor] = {}
    for name, tensor in written.items():
        if name.endswith(_SCALE) and name.removesuffix(_SCALE) in written:
            continue
        if tensor.dtype is torch.int8:
            scale = written[name + _SCALE]
            tensor = tensor.float() * scale.reshape(-1, *(1,) * (tensor.dim() - 1))
        state[name] = tensor.float() if tensor.is_floating_point() else tensor
    return state


def _quantise(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Levels from -127 to 127, and one scale for each output channel."""
    scale = weights.flatten(1).abs().amax(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones(()))
    levels = torch.round(weights / scale.reshape(-1, *(1,) * (weights.dim() - 1)))
    return levels.clamp(-127, 127).to(torch.int8), scale


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The data that weights were trained on, those of the weights they started from included.

    Attributes:
        subjects: Every person seen, as `person_key` names them, sorted.
        data: Digests of the training data, that of the last training first.
        parents: Weights digests of the checkpoints they descend from, nearest first.
    """

    subjects: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()

    @classmethod
    def of(cls, samples: Iterable[Sample], *, data_digest: str) -> Self:
        """The lineage of weights trained from scratch on `samples`."""
        people = {person_key(sample) for sample in samples}
        return cls(subjects=tuple(sorted(people)), data=(data_digest,))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The lineage that `as_dict` wrote."""
        return cls(**{name: tuple(map(str, entries)) for name, entries in values.items()})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the people come from, sorted."""
        return tuple(sorted({subject.partition("/")[0] for subject in self.subjects}))

    def descended_from(self, parent: Lineage, *, weights_digest: str) -> Lineage:
        """This lineage where training started from the weights `weights_digest` of `parent`."""
        return Lineage(
            subjects=tuple(sorted({*self.subjects, *parent.subjects})),
            data=tuple(dict.fromkeys((*self.data, *parent.data))),
            parents=tuple(dict.fromkeys((weights_digest, *parent.parents))),
        )

    def seen(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """The people of `samples` that these weights have seen, sorted."""
        return tuple(sorted({person_key(sample) for sample in samples} & set(self.subjects)))


def person_key(sample: Sample) -> str:
    """The person in a clip as a lineage names them.

    `casme2/sub01` is a person; the synthetic face that bears this name in a twin is another, and
    is called `casme2 (synthetic)/sub01`.
    """
    dataset = f"{sample.dataset} (synthetic)" if sample.synthetic else sample.dataset
    return f"{dataset}/{sample.subject}"
