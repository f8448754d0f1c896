"""A parametric face with known facial actions: clips with ground truth, from a seed.

    identity = sample_identity(7)
    plan = plan_clip(identity=identity, emotion="happiness", seed=1)
    clip = render_clip(plan, size=224)

Anything computed from such clips is synthetic and has to say so.
"""

from mer_core.datasets.synthetic.action_units import ACTION_UNITS, EMOTIONS
from mer_core.datasets.synthetic.clip import (
    SyntheticClip,
    eye_positions,
    gallery,
    render_clip,
    render_neutral,
)
from mer_core.datasets.synthetic.identity import Identity, sample_identity
from mer_core.datasets.synthetic.nuisances import NO_NUISANCES, Nuisances
from mer_core.datasets.synthetic.plan import ClipPlan, plan_clip
from mer_core.datasets.synthetic.truth import GroundTruth

__all__ = [
    "ACTION_UNITS",
    "EMOTIONS",
    "NO_NUISANCES",
    "ClipPlan",
    "GroundTruth",
    "Identity",
    "Nuisances",
    "SyntheticClip",
    "eye_positions",
    "gallery",
    "plan_clip",
    "render_clip",
    "render_neutral",
    "sample_identity",
]
