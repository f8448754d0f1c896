"""Measure everything in one run: `make bench`, or `python -m tests.benchmarks --only images`.

Writes report.json and report.md, prints the latter, and compares every ratio with the committed
baseline of this kind of processor; ends with status 1 where one is worse by a fifth.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import (
    bench_attribution,
    bench_faces,
    bench_images,
    bench_networks,
    bench_start,
    bench_studies,
    bench_workbench,
)
from tests.benchmarks.measuring import (
    BenchReport,
    Measurement,
    baseline_name,
    machine,
    merged,
    read_baseline,
)

BASELINES = Path(__file__).parent / "baselines"
GROUPS: dict[str, Callable[[], Iterator[Measurement]]] = {
    "start": bench_start.measure,
    "images": bench_images.measure,
    "faces": bench_faces.measure,
    "networks": bench_networks.measure,
    "attribution": bench_attribution.measure,
    "studies": bench_studies.measure,
    "workbench": bench_workbench.measure,
}


def main() -> int:
    """Run the chosen groups and report."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, action="append", help="repeatable; default: all")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument(
        "--keep", action="store_true", help="make this run the baseline of its kind of processor"
    )
    chosen = parser.parse_args()
    where, began = machine(), time.monotonic()
    groups = []
    for name in chosen.only or GROUPS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        groups.append(list(GROUPS[name]()))
    baseline = BASELINES / f"{baseline_name()}.json"
    report = BenchReport(
        machine=where,
        seconds=time.monotonic() - began,
        measurements=merged(groups),
        baseline=read_baseline(baseline),
    )
    report.save(chosen.out)
    print(report.markdown())
    if chosen.keep:
        baseline.parent.mkdir(exist_ok=True)
        baseline.write_text((chosen.out / "report.json").read_text("utf-8"), "utf-8")
        return 0
    for one in report.worse:
        print(f"worse than the baseline by a fifth: {one.name}", file=sys.stderr)
    return 1 if report.worse else 0


if __name__ == "__main__":
    sys.exit(main())
