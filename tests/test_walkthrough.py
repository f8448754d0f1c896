"""The README's walk-through is one script that runs from its first line to its last."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
(WALK,) = [
    block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "mer ami" in block
]
# Small enough for the suite; the lines themselves stay as they are printed.
SMALL = {
    "mer synth casme2 twin": "mer synth casme2 twin --subjects 2 --clips-per-subject 4 "
    "--frames 6 8 --size 96 --balance 0 --workers 1",
    "--profile quick": "--profile quick --set epochs=1 --workers 1",
    "sub31/EP01_03": "$(cd twin/CASME2*/Cropped && ls -d sub*/* | head -1)",
}


def walk(folder: Path, lines: str) -> subprocess.CompletedProcess[str]:
    """Runs `lines` as one script that stops at the first failure, in an empty folder."""
    home = {f"MER_{name}": str(folder / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    activated = f'mer() {{ "{sys.executable}" -m mer_core "$@"; }}'
    script = lines.replace(". .venv/bin/activate", activated)
    environment = {**os.environ, **home, "PYTHONPATH": str(ROOT)}
    words = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)


def check(folder: Path, done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    assert (folder / "ami.png").is_file()
    assert len(list((folder / "why").iterdir())) == 4
    assert (folder / "cost" / "table3.csv").is_file()
    assert "SYNTHETIC DATA" in done.stdout


def test_it_runs_on_a_small_twin(tmp_path):
    lines = WALK
    for written, small in SMALL.items():
        assert written in lines
        lines = lines.replace(written, small)
    check(tmp_path, walk(tmp_path, lines))


@pytest.mark.skipif("MER_WALKTHROUGH" not in os.environ, reason="minutes: set MER_WALKTHROUGH")
def test_it_runs_as_it_is_printed(tmp_path):
    """Print the seconds of each line too (`-s`); they stand beside the lines in the README."""
    began = "began=${EPOCHREALTIME/.}\n"
    clock = 'echo "SECONDS $(( (${EPOCHREALTIME/.} - began) / 100000 ))"\n'
    timed = "".join(
        f"{began}{line}\n{clock}" if line.startswith("mer ") else f"{line}\n"
        for line in WALK.splitlines()
    )
    done = walk(tmp_path, timed)
    check(tmp_path, done)
    tenths = [int(found) for found in re.findall(r"^SECONDS (\d+)$", done.stdout, re.MULTILINE)]
    commands = [line for line in WALK.splitlines() if line.startswith("mer ")]
    assert len(tenths) == len(commands)
    for seconds, command in zip(tenths, commands, strict=True):
        sys.stdout.write(f"{seconds / 10:6.1f} s  {command.partition('#')[0]}\n")
