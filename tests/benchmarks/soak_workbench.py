"""Eight browser sessions at once, five minutes long: every result checked, memory watched.

    PYTHONPATH=. python tests/benchmarks/soak_workbench.py [--seconds 300] [--emotions 3]

Memory counts as stable when its mean over the last two minutes is less than `STABLE` above its mean
over the two before them: by then the bounded caches are full, and what still grows would grow for
ever. Ends with status 1 where a result was wrong or memory was not stable.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import numpy as np
from playwright.sync_api import sync_playwright

from tests.workbench.running import QUIET, chromium, served_app
from tests.workbench.soaking import SESSIONS, Reference, Report, soak

STABLE = 64 * 2**20
LAST = 120.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--emotions", type=int, default=3)
    options = parser.parse_args()
    reference = Reference()
    views = [list(reference.views(i, options.emotions)) for i in range(SESSIONS)]
    pictures = sum(len(view.pictures) for per in views for view in per)
    print(
        f"{SESSIONS} sessions, {sum(map(len, views))} views, {pictures} pictures known", flush=True
    )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(QUIET))
        with served_app({}, log=subprocess.DEVNULL) as app:
            report = soak(app, browser, views, seconds=options.seconds)
            used = app.processor_seconds()
        browser.close()
    return told(report, used)


def told(report: Report, used: float) -> int:
    for at, held in report.resident:
        print(f"  {at:5.0f} s  {held / 2**20:6.0f} MiB resident")
    growth = report.growth(LAST)
    half, most = np.percentile(report.waits, (50, 95))
    print(f"{report.steps} steps, {report.checked} results compared, {len(report.wrong)} wrong")
    print(
        f"a session's page after all eight gestures: p50 {half:.1f} s, p95 {most:.1f} s; "
        f"server's processor time {used:.0f} s, load {os.getloadavg()[0]:.1f}"
    )
    for line in report.wrong[:20]:
        print(f"  WRONG {line}")
    stable = growth < STABLE
    print(
        f"mean of the last {LAST:.0f} s less that of as many before: {growth / 2**20:+.0f} MiB; "
        f"bound {STABLE / 2**20:.0f}: {'met' if stable else 'MISSED'}"
    )
    return 0 if stable and not report.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
