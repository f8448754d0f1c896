"""Do harm on purpose and count what comes of it: `make faults`.

    python -m tests.faults [--share 0.02] [--only killing]

Writes faults.md and faults.json, prints the former, and ends with status 1 where anything broke.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.faults import damaging, fuzzing, killing
from tests.faults.counting import document, markdown

GROUPS = {"damaging": damaging.counts, "fuzzing": fuzzing.counts, "killing": killing.counts}


def main() -> int:
    """Run the chosen groups and report."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, action="append", help="repeatable; default: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of faults")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/faults"))
    chosen = parser.parse_args()
    began, found = time.monotonic(), []
    for name in chosen.only or GROUPS:
        for one in GROUPS[name](chosen.share, chosen.seed):
            print(f"{one.name}: {one.tried}, {len(one.broken)} broken", file=sys.stderr, flush=True)
            found.append(one)
    seconds = time.monotonic() - began
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "faults.md").write_text(markdown(found, seconds=seconds), "utf-8")
    (chosen.out / "faults.json").write_text(document(found, seconds=seconds), "utf-8")
    print(markdown(found, seconds=seconds))
    return 1 if any(one.broken for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
