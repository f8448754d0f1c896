"""Clips per second when a twin is written by one process and by two.

python tests/benchmarks/bench_twins.py [CLIPS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from mer_core.datasets.synthetic.twins import write_twin


def seconds(clips: int, workers: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_twin(
            "casme2",
            Path(folder) / "twin",
            subjects=4,
            clips_per_subject=max(1, clips // 4),
            size=160,
            frames=(28, 28),
            workers=workers,
        )
        return time.perf_counter() - start


def main() -> None:
    clips = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    taken = {workers: seconds(clips, workers) for workers in (1, 2)}
    print(f"{'processes':>9} {'seconds':>8} {'clips/s':>8} {'ratio':>6}")
    for workers, duration in taken.items():
        rate = 4 * max(1, clips // 4) / duration
        print(f"{workers:9} {duration:8.1f} {rate:8.2f} {taken[1] / duration:6.2f}")


if __name__ == "__main__":
    main()
