"""Do harm on purpose and count what comes of it: `make faults`.

    python -m tests.faults [--share 0.02] [--only killing]

Writes faults.md and faults.json, prints the former, and ends with status 1 where anything broke.
What an earlier run with another `--only` counted stays in the report. `--readme` also writes the
table into the page, between its two marks.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.faults import damaging, fuzzing, killing
from tests.faults.counting import MOST_SHOWN, FaultReport

GROUPS = {"damaging": damaging.counts, "fuzzing": fuzzing.counts, "killing": killing.counts}


def main() -> int:
    """Run the chosen groups and report."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, action="append", help="repeatable; default: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of faults")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/faults"))
    parser.add_argument("--readme", type=Path, help="page that receives the table")
    chosen = parser.parse_args()
    began, found = time.monotonic(), []
    for name in chosen.only or GROUPS:
        for one in GROUPS[name](chosen.share, chosen.seed):
            told = "; ".join([f"{one.tried}, {len(one.broken)} broken", *one.broken[:MOST_SHOWN]])
            print(f"{one.name}: {told}", file=sys.stderr, flush=True)
            found.append(one)
    report = FaultReport(counts=tuple(found), seconds=time.monotonic() - began)
    report = report.beside(FaultReport.read(chosen.out / "faults.json"))
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "faults.md").write_text(report.markdown(), "utf-8")
    (chosen.out / "faults.json").write_text(report.document(), "utf-8")
    if chosen.readme is not None:
        page = chosen.readme.read_text("utf-8")
        chosen.readme.write_text(report.written_into(page), "utf-8")
    print(report.markdown())
    return 1 if any(one.broken for one in report.counts) else 0


if __name__ == "__main__":
    sys.exit(main())
