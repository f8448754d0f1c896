"""Optical flow on synthetic expressions, whose motion is known: error, strain and time."""

from __future__ import annotations

import time

import numpy as np

from mer_core.datasets.synthetic import EMOTIONS, plan_clip, render_clip, sample_identity
from mer_core.flow import FLOW_METHODS, optical_flow, optical_strain

CLIPS = 8


def expressions() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Onset, apex and true displacement of a few clips of different subjects and emotions."""
    names, found = list(EMOTIONS), []
    for seed in range(CLIPS):
        plan = plan_clip(
            identity=sample_identity(seed),
            emotion=names[seed % len(names)],
            seed=seed,
            frames=5,
            onset=0,
            apex=2,
            offset=4,
        )
        clip = render_clip(plan, size=128)
        found.append((clip.frames[0], clip.frames[2], clip.truth.displacement))
    return found


def _size(field: np.ndarray) -> np.ndarray:
    return np.hypot(field[..., 0], field[..., 1])


def main() -> None:
    """Prints one line per method; errors in pixels where the face moves."""
    clips = expressions()
    moving = [_size(truth) > 0.3 * _size(truth).max() for *_, truth in clips]
    size = np.mean(
        [_size(truth)[mask].mean() for (*_, truth), mask in zip(clips, moving, strict=True)]
    )
    print(f"{CLIPS} synthetic clips of 128 x 128; true movement {size:.2f} px where faces move")
    print("method      ms   error px   correlation of strain with the true strain")
    for method in FLOW_METHODS.names():
        started = time.perf_counter()
        flows = [optical_flow(onset, apex, method=method) for onset, apex, _ in clips]
        spent = (time.perf_counter() - started) / CLIPS
        errors, agreement = [], []
        for flow, (*_, truth), mask in zip(flows, clips, moving, strict=True):
            errors.append(_size(flow - truth)[mask].mean())
            strains = optical_strain(flow).ravel(), optical_strain(truth).ravel()
            agreement.append(np.corrcoef(*strains)[0, 1])
        print(f"{method:9} {1e3 * spent:5.1f} {np.mean(errors):9.2f} {np.mean(agreement):10.2f}")


if __name__ == "__main__":
    main()
