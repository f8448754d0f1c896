"""What a rendering depends on beside its plan: the code that draws, and who does the arithmetic."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from mer_core import seeding

PACKAGE = Path(__file__).parent


@cache
def rendering_digest() -> str:
    """SHA-256 over this package's sources, how seeds are spread, and NumPy's and OpenCV's versions.

    Equal plans give equal frames where it is equal, so what is kept under it is never stale. The
    face asset counts through its own digest, which stands in `asset`.
    """
    digest = hashlib.sha256(f"numpy {np.__version__} opencv {cv2.__version__}".encode())
    for path in (*sorted(PACKAGE.glob("*.py")), Path(seeding.__file__)):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()
