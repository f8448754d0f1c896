"""One method with its knobs set, as a plain function: what checks and studies call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from torch import Tensor

from mer_core.attribution.base import Mask
from mer_core.models.loaded import LoadedModel

Map = npt.NDArray[np.floating]

Explainer = Callable[[LoadedModel, Tensor, str], Map]
"""Network, batch of one, class name -> H x W map."""


def explainer(
    method: str,
    *,
    layer: str | None = None,
    parameters: Mapping[str, float | int | str | bool] | None = None,
    zero_level: float | None = None,
    regions: Mapping[str, Mask] | None = None,
    seed: int = 0,
) -> Explainer:
    """`method` through the engine, with everything but network, input and class decided.

    Every call draws the same random numbers, so two maps differ by what they explain alone.
    """
    # Imported late: checks run on any function, and only this one needs the engine.
    from mer_core.attribution.engine import explain

    def run(model: LoadedModel, inputs: Tensor, target: str) -> Map:
        return explain(
            model,
            inputs,
            method=method,
            target=target,
            layer=layer,
            parameters=parameters,
            seed=seed,
            zero_level=zero_level,
            regions=regions,
        ).values

    return run
