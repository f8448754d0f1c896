"""Control maps for readers: of two that are one map under a weighting, one is enough."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mer_core.ami import WEIGHTINGS
from mer_core.attribution.inspection import Inspection


def distinct_controls(inspection: Inspection) -> dict[str, npt.NDArray[np.float32]]:
    """Return the control maps of an inspection that differ, by name.

    Where the weights do not keep the appearance, the energy of the image is motion alone, and
    `motion-energy` stands for both.
    """
    found = inspection.control_maps()
    weighting = inspection.weighting or inspection.model.entry.input.weighting
    if not WEIGHTINGS.get(weighting).keeps_appearance:
        del found["ami-energy"]
    return found
