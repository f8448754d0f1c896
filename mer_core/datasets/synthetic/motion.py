"""When things move: the onset-apex-offset profile of an expression, blinks and head sway."""

from __future__ import annotations

import numpy as np

from mer_core.errors import SettingsError
from mer_core.records import FloatArray


def profile(frames: int, onset: int, apex: int, offset: int) -> FloatArray:
    """(frames,) intensity: 0 up to `onset`, 1 at `apex`, 0 again from `offset` on.

    Rise and fall are minimum-jerk curves, 10 t^3 - 15 t^4 + 6 t^5 (Flash and Hogan 1985).
    """
    if not 0 <= onset < apex < offset < frames:
        raise SettingsError(
            f"onset {onset}, apex {apex} and offset {offset} must rise within {frames} frames"
        )
    time = np.arange(frames, dtype=np.float32)
    rise = np.clip((time - onset) / (apex - onset), 0, 1)
    fall = np.clip((offset - time) / (offset - apex), 0, 1)
    t = np.minimum(rise, fall)
    return (t**3 * (10 - 15 * t + 6 * t * t)).astype(np.float32)


def sample_key_frames(frames: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """Onset, apex and offset for a clip of `frames` frames."""
    if frames < 3:
        raise SettingsError(f"a clip with onset, apex and offset needs 3 frames, not {frames}")
    onset = int(frames * rng.uniform(0.03, 0.16))
    offset = min(frames - 1, max(onset + 2, int(frames * rng.uniform(0.84, 0.97))))
    apex = round(onset + (offset - onset) * rng.uniform(0.38, 0.62))
    return onset, min(max(apex, onset + 1), offset - 1), offset


def blink(frames: int, start: int, length: int) -> FloatArray:
    """(frames,) closure of the lids, 0 to 1: shut quickly, opened slowly."""
    time = (np.arange(frames) - start) / max(length, 1)
    shut = np.clip(time / 0.35, 0, 1)
    reopened = np.clip((1 - time) / 0.65, 0, 1)
    t = np.minimum(shut, reopened)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def wander(frames: int, rng: np.random.Generator, *, still_at: int) -> FloatArray:
    """(frames,) slow smooth path of about unit size that is 0 at frame `still_at`."""
    time = np.arange(frames) / max(frames, 1)
    path = np.zeros(frames)
    for cycles in (0.5, 1.1, 1.9):
        path += rng.normal(0, 1 / (1 + cycles)) * np.sin(2 * np.pi * (cycles * time + rng.random()))
    return (path - path[still_at]).astype(np.float32)
