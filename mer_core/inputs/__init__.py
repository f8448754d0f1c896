"""The one path from a sample to what a network sees: clip, image or flow, then numbers.

What draws generated clips is loaded when `synthetic_recording` is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mer_core.inputs.building import Built, build_inputs
from mer_core.inputs.imaging import Imaging, expression_source, image_of, sample_image
from mer_core.inputs.recording import (
    Recording,
    recording_input,
    sample_recording,
)
from mer_core.inputs.sources import Source, sources
from mer_core.inputs.tensors import (
    InputSet,
    clip_frames,
    flow_tensor,
    frames_tensor,
    image_tensor,
    model_input,
    sample_clip,
)
from mer_core.store import AmiStore, StoreInfo

if TYPE_CHECKING:
    from mer_core.inputs.synthetic import synthetic_recording

__all__ = [
    "AmiStore",
    "Built",
    "Imaging",
    "InputSet",
    "Recording",
    "Source",
    "StoreInfo",
    "build_inputs",
    "clip_frames",
    "expression_source",
    "flow_tensor",
    "frames_tensor",
    "image_of",
    "image_tensor",
    "model_input",
    "recording_input",
    "sample_clip",
    "sample_image",
    "sample_recording",
    "sources",
    "synthetic_recording",
]


def __getattr__(name: str) -> Any:
    if name == "synthetic_recording":
        from mer_core.inputs.synthetic import synthetic_recording

        return synthetic_recording
    raise AttributeError(f"module 'mer_core.inputs' has no attribute {name!r}")
