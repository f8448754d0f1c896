"""Whether a map stays when the input changes by what no eye would see.

Noise is Gaussian, its deviation a share of the input's range. Reported are the rank correlation of
each noisy map with the undisturbed one, and the largest relative change: Captum's
`sensitivity_max` (Yeh et al., "On the (In)fidelity and Sensitivity of Explanations", NeurIPS
2019), which does not divide where the undisturbed map is 0 everywhere; here it is infinite then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from captum.metrics import sensitivity_max
from torch import Tensor

from mer_core.errors import SettingsError
from mer_core.map_similarity import rank_correlation
from mer_core.seeding import derive_seed

Map = npt.NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Stability:
    """What noise did to a map.

    Attributes:
        correlations: Rank correlation with the undisturbed map, one per draw; NaN where one of
            the two is constant.
        sensitivity: max over draws of |E(x + n) - E(x)| / |E(x)|; infinite if E(x) is 0
            everywhere and a noisy map is not, 0 if no map moved.
        noise: Deviation of the noise, as a share of the input's range.
    """

    correlations: tuple[float, ...]
    sensitivity: float
    noise: float

    @property
    def mean(self) -> float:
        """Mean correlation; NaN as soon as one is."""
        return float(np.mean(self.correlations))


def stability(
    explain: Callable[[Tensor], Map],
    inputs: Tensor,
    *,
    original: Map | None = None,
    noise: float = 0.02,
    draws: int = 4,
    seed: int = 0,
) -> Stability:
    """Explain `inputs` again under noise.

    Args:
        explain: Input -> H x W map, for one network and class.
        inputs: A batch of one.
        original: The undisturbed map, where the caller has it already.
        noise: Deviation, as a share of the input's range.
        draws: Number of noisy copies.
        seed: Seed of the noise.
    """
    if noise <= 0 or draws < 1:
        raise SettingsError(f"noise {noise} and {draws} draws test nothing", where="stability")
    original = explain(inputs) if original is None else original
    spread = noise * float(inputs.max() - inputs.min())
    lots = torch.Generator().manual_seed(derive_seed(seed, "stability"))
    maps: list[Map] = []

    def disturb(inputs: Tensor) -> Tensor:
        return inputs + spread * torch.randn(inputs.shape, generator=lots)

    def explained(inputs: Tensor | tuple[Tensor, ...]) -> Any:
        # Captum asks for the undisturbed input in a tuple, and for each of its noisy copies alone.
        if isinstance(inputs, tuple):
            return (_batch(original),)
        with torch.enable_grad():  # which Captum turns off, and `explain` may need
            maps.append(explain(inputs))
        return _batch(maps[-1])

    relative = sensitivity_max(
        explained, inputs, disturb, n_perturb_samples=draws, max_examples_per_batch=1
    )
    change = float(relative[0])
    return Stability(
        correlations=tuple(rank_correlation(original, noisy) for noisy in maps),
        sensitivity=change if np.any(original) or not change else np.inf,
        noise=noise,
    )


def _batch(values: Map) -> Tensor:
    return torch.tensor(np.asarray(values, np.float64))[None]
