"""Networks as ONNX, for runtimes other than PyTorch."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mer_core.atomic import atomic_path
from mer_core.errors import MissingToolError, ModelError
from mer_core.models.loaded import LoadedModel
from mer_core.records import InputKind

OPSET = 18
TOLERANCE = 1e-4
"""Largest difference from PyTorch's logits, as a share of its largest logit."""


@dataclass(frozen=True, kw_only=True)
class OnnxFile:
    """ONNX file that was written, and how far its logits are from PyTorch's."""

    path: Path
    bytes: int
    opset: int
    deviation: float


def export_onnx(model: LoadedModel, path: Path) -> OnnxFile:
    """Write a network as ONNX and compare it with PyTorch in ONNX Runtime.

    The graph takes `input` (batch x channels x height x width, float32, already normalised) and
    gives `logits`. Its metadata carry the classes, the state of the weights and the input's mean,
    deviation and frame weighting, so that nothing else is needed to use it.

    Args:
        model: From `load_model`.
        path: File to write.

    Returns:
        The file, and the largest deviation of its logits from PyTorch's.

    Raises:
        MissingToolError: The extra `export` is not installed.
        ModelError: The network cannot be written as a graph.

    Example:
        >>> export_onnx(model, folder / "learnet.onnx").deviation < 1e-3
        True
    """
    _require_tools()
    if model.entry.input.kind is InputKind.CLIP:
        raise ModelError(
            "chooses frames by value, which an ONNX graph of fixed shapes cannot express",
            where=model.entry.name,
            remedy="use the network in PyTorch",
        )
    spec = model.entry.input
    probe = torch.rand((3, spec.channels, *spec.size), generator=torch.Generator().manual_seed(0))
    with atomic_path(path) as partial:
        _write(model, probe[:2], partial)
        deviation = _deviation(model, probe, partial)
        size = partial.stat().st_size
        if not deviation <= TOLERANCE:
            raise ModelError(
                f"ONNX Runtime's logits differ from PyTorch's by {deviation:.2g} of the largest",
                where=model.entry.name,
            )
    return OnnxFile(path=path, bytes=size, opset=OPSET, deviation=deviation)


def _write(model: LoadedModel, sample: Tensor, path: Path) -> None:
    with model.lock, _quiet():
        program = torch.onnx.export(
            model.module.eval(),
            (sample,),
            input_names=["input"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            opset_version=OPSET,
            dynamo=True,
        )
    assert program is not None
    program.model.metadata_props.update(_metadata(model))
    program.save(str(path), external_data=False)


def _metadata(model: LoadedModel) -> dict[str, str]:
    return {
        "model": model.entry.name,
        "classes": json.dumps(model.classes),
        "weights": model.weights.label,
        "weights_digest": model.weights.digest,
        "synthetic": json.dumps(model.weights.synthetic),
        "input": json.dumps(asdict(model.entry.input)),
    }


def _deviation(model: LoadedModel, probe: Tensor, path: Path) -> float:
    import onnxruntime

    session: Any = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (found,) = session.run(["logits"], {"input": probe.numpy()})
    expected = model.logits(probe).numpy()
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def _require_tools() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise MissingToolError(
            f"ONNX export needs the package {error.name}",
            remedy="pip install 'mer-workbench[export]'",
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # The exporter reports its progress on standard output, where our documents go.
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
