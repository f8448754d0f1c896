"""What the menus of notebooks offer: human titles of what the catalogues name."""

from __future__ import annotations

from mer_core.ami import WEIGHTINGS as _WEIGHTINGS
from mer_core.attribution import METHODS as _METHODS
from mer_core.datasets.synthetic import EMOTIONS as _EMOTIONS
from mer_core.models.catalog import compared_models, model_entry
from mer_core.models.shipped import shipped_weights
from mer_core.paper.checks.accuracy import ABLATIONS as ABLATED
from mer_core.reproduction.cells import NETWORKS as NETWORKS_OF_ROWS

PEOPLE = range(1, 13)
"""Numbers of generated people."""

EMOTIONS = {name.capitalize(): name for name in _EMOTIONS}
"""Title -> emotion that a generated person can show."""

WEIGHTINGS = {entry.title: entry.name for entry in _WEIGHTINGS}
"""Title -> frame weighting."""

NETWORKS = {
    model_entry(name).title: name
    for name in dict.fromkeys(shipped.card.model for shipped in shipped_weights())
}
"""Title -> network whose trained weights ship."""

METHODS = {
    _METHODS.get(name).title: name
    for name in (
        "grad-cam",
        "saliency",
        "input-x-gradient",
        "integrated-gradients",
        "guided-backprop",
        "occlusion",
    )
}


PARTS = {
    "First convolution": "first",
    "EncapFeat f1": "f1",
    "EncapFeat f2": "f2",
    "Refinement": "refine",
}
"""Title -> last part of the names of AffectiveNet's layers, which all its branches have."""

STRONGEST = -1
"""In place of a channel: the three that respond most where the face moves."""

CHANNELS = {"the three strongest": STRONGEST, **{str(number): number for number in range(64)}}
"""Title -> channel; a layer that has fewer counts on from its first."""

COMPARED = tuple(entry.name for entry in compared_models())
"""Networks that are set beside each other on one clip."""

OWN_ROWS = ("ResNet-50", "MobileNet", "AffectiveNet-1")
"""Rows of the accuracy tables that the paper ran itself, but for the ablations."""

ABLATION_ROWS = ("AffectiveNet-1", *ABLATED)
"""The full network and its six ablations, as Table 1 names them."""

ABLATIONS = {
    row: NETWORKS_OF_ROWS[row]
    for row in ABLATION_ROWS
    if model_entry(NETWORKS_OF_ROWS[row]).branches()
}
"""Row -> network with parallel branches."""
