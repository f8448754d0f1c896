"""Frames in, one image out: the affective-motion image and what is done to its frames before."""

from mer_core.ami.accumulation import Accumulator, weighted_sum
from mer_core.ami.imaging import AffectiveMotionImage, build_ami, motion_images
from mer_core.ami.registration import Registration, RigidMotion, motion_over_time
from mer_core.ami.weighting import DEFAULT_WEIGHTING, WEIGHTINGS, Weighting, frame_weights

__all__ = [
    "DEFAULT_WEIGHTING",
    "WEIGHTINGS",
    "Accumulator",
    "AffectiveMotionImage",
    "Registration",
    "RigidMotion",
    "Weighting",
    "build_ami",
    "frame_weights",
    "motion_images",
    "motion_over_time",
    "weighted_sum",
]
