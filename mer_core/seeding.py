"""Seeds: derived, not shared, so that one part's draws never shift another's."""

from __future__ import annotations

import hashlib
import random

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


def seed_everything(seed: int, *, threads: int | None = None) -> dict[str, int | bool]:
    """Seed Python, NumPy and PyTorch and ask for deterministic algorithms.

    PyTorch is imported here and not above, because most callers of this module never need it.

    Args:
        seed: The seed.
        threads: Threads of PyTorch; unchanged by default.

    Returns:
        What was set, to be recorded beside the result.

    Example:
        >>> seed_everything(7)["seed"]
        7
    """
    import torch

    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=False)
    if threads is not None:
        torch.set_num_threads(threads)
    return {"seed": seed, "threads": torch.get_num_threads(), "deterministic": True}
