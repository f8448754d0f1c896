"""Optical flow between two frames of a face, its strain, and both as an image for a network."""

from mer_core.flow.estimation import (
    FLOW_METHODS,
    Flow,
    FlowMethod,
    flow_image,
    optical_flow,
    optical_strain,
)

__all__ = [
    "FLOW_METHODS",
    "Flow",
    "FlowMethod",
    "flow_image",
    "optical_flow",
    "optical_strain",
]
