"""What `import mer_core` and `mer --help` cost beyond NumPy and OpenCV, side by side."""

from __future__ import annotations

import subprocess
import sys
import time

ROUNDS = 7
STATEMENTS = {
    "numpy, cv2": "import numpy, cv2",
    "numpy, cv2, mer_core": "import numpy, cv2, mer_core",
    "numpy, cv2, mer --help": "import numpy, cv2; from mer_core.cli import run; run(['--help'])",
    "numpy, cv2, datasets": "import numpy, cv2, mer_core.datasets.catalog",
}


def seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    # Interleaved, so that a busy moment of the machine hits all alike.
    best = dict.fromkeys(STATEMENTS, float("inf"))
    for _ in range(ROUNDS):
        for name, statement in STATEMENTS.items():
            best[name] = min(best[name], seconds(statement))
    base = best["numpy, cv2"]
    print("import time, best of", ROUNDS)
    for name, value in best.items():
        print(f"  {name:24} {value:6.3f} s  {value - base:+.3f} s")
    verdict = "met" if best["numpy, cv2, mer_core"] - base < 0.3 else "MISSED"
    print(f"  mer_core under 0.3 s more: {verdict}")


if __name__ == "__main__":
    main()
