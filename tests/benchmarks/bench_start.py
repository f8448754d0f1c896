"""What imports and short commands cost beyond the libraries they cannot do without."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

from tests.benchmarks.measuring import Measurement, in_turns

GROUP = "Start"
BARE = "import numpy, cv2"
STATEMENTS = {
    "import mer_core": (f"{BARE}, mer_core", 1.5),
    "mer --help": (f"{BARE}; from mer_core.cli import run; run(['--help'])", 2.0),
    "mer models": (f"{BARE}; from mer_core.cli import run; run(['models'])", 3.0),
    "opening the catalogue of datasets": (f"{BARE}, mer_core.datasets.catalog", None),
}


def measure() -> Iterator[Measurement]:
    """Yield each statement in a fresh interpreter, beside one with NumPy and OpenCV alone."""
    runs = {name: _run(statement) for name, (statement, _) in STATEMENTS.items()}
    seconds = in_turns({"bare": _run(BARE), **runs}, rounds=5)
    for name, (_, target) in STATEMENTS.items():
        yield Measurement(
            group=GROUP,
            name=name,
            value=seconds[name] / seconds["bare"],
            unit="times importing NumPy and OpenCV",
            target=target,
            note=f"{seconds[name]:.2f} s",
        )


def _run(statement: str) -> Callable[[], object]:
    command = [sys.executable, "-c", statement]
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
