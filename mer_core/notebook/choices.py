"""What the menus of notebooks offer: human titles of what the catalogues name."""

from __future__ import annotations

from mer_core.ami import WEIGHTINGS as _WEIGHTINGS
from mer_core.attribution import METHODS as _METHODS
from mer_core.datasets.synthetic import EMOTIONS as _EMOTIONS
from mer_core.models.catalog import model_entry
from mer_core.models.loaded import LoadedModel
from mer_core.models.shipped import shipped_weights

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


def layer_choices(model: LoadedModel) -> dict[str, str]:
    """Return title -> layer of `model` that has maps."""
    return {layer.title: layer.name for layer in model.entry.layers}
