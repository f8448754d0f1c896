"""Seeds: derived, not shared, so that one part's draws never shift another's."""

from __future__ import annotations

import hashlib

import numpy as np


def derive_seed(seed: int, *path: str | int) -> int:
    """A 63-bit seed for one named use of a study's seed.

    `derive_seed(s, "fold", 3)` is the same on every machine and version, and differs from any
    other path, so folds and workers draw independently whatever order they run in.
    """
    text = "/".join([str(seed), *map(str, path)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """A NumPy generator on `derive_seed(seed, *path)`."""
    return np.random.default_rng(derive_seed(seed, *path))
