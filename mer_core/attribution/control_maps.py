"""Maps that no network made, scored on equal terms with those that claim to explain one.

    random         independent uniform pixels
    centre         a Gaussian on the middle of the image, where faces are
    ami-energy     |AMI - baseline|, summed over channels; the baseline is the image of zero
                   accumulation, so this is the size of the raw weighted sum
    motion-energy  the same of the image without appearance

Where the frame weights sum to zero, the last two are one map. Where they do not (the reading
"full"), the AMI shows the face itself and its energy is mostly brightness; `motion-energy` is
then taken under "literal", whose weights are those of "full" less one, which subtracts the
clip's summed frames and leaves what changed. A map that does not beat it explains nothing that
plain motion does not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mer_core.ami import WEIGHTINGS, AffectiveMotionImage
from mer_core.errors import SettingsError
from mer_core.seeding import generator

Map = npt.NDArray[np.float32]

CONTROL_MAPS = {
    "random": "Random map",
    "centre": "Centre Gaussian",
    "ami-energy": "AMI energy",
    "motion-energy": "Motion energy",
}
"""Name -> title."""

CENTRE_SPREAD = 0.25
"""Standard deviation of the centre Gaussian, as a share of the image's side."""


def random_map(size: tuple[int, int], *, seed: int, key: str = "") -> Map:
    """Independent uniform pixels; `key` names the clip, so that clips get different maps."""
    return generator(seed, "random map", key).random(size, np.float32)


def centre_map(size: tuple[int, int], *, spread: float = CENTRE_SPREAD) -> Map:
    """A Gaussian on the middle of the image, 1 at its peak."""
    if spread <= 0:
        raise SettingsError(f"a Gaussian cannot be {spread} wide", where="spread")
    rows, columns = (((np.arange(side) + 0.5) / side - 0.5) / spread for side in size)
    return np.exp(-(rows[:, None] ** 2 + columns[None, :] ** 2) / 2).astype(np.float32)


def energy_map(image: AffectiveMotionImage) -> Map:
    """|AMI - baseline| in grey levels, summed over channels; 0 everywhere for a flat image."""
    return (np.abs(image.total).sum(axis=2) * image.scale).astype(np.float32)


def control_maps(
    image: AffectiveMotionImage, motion: AffectiveMotionImage, *, seed: int, key: str
) -> dict[str, Map]:
    """Every control map of a clip, by name.

    Args:
        image: The clip's image as a network sees it.
        motion: The same under `motion_weighting`.
        seed: Seed of the random map.
        key: The clip's own, so that clips get different random maps.
    """
    height, width = image.total.shape[:2]
    return {
        "random": random_map((height, width), seed=seed, key=key),
        "centre": centre_map((height, width)),
        "ami-energy": energy_map(image),
        "motion-energy": energy_map(motion),
    }


def motion_share(image: AffectiveMotionImage, region: npt.NDArray[np.bool_]) -> float:
    """Share of the energy of an image that lies in `region`; 0 for a flat image."""
    energy = energy_map(image)
    total = float(energy.sum())
    return float(energy[region].sum()) / total if total else 0.0


def motion_weighting(weighting: str) -> str:
    """The reading under which the energy of an image of `weighting` is motion alone."""
    return "literal" if WEIGHTINGS.get(weighting).keeps_appearance else weighting
