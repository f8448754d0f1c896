"""A measured figure, how sides are timed beside each other, and the report that holds them all.

What machines differ in cancels in a ratio of two things timed in turns, so ratios are compared
with a committed baseline of the same kind of processor; absolute figures stand beside them for
readers and are compared with nothing.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import psutil
import torch

from mer_core.atomic import write_text
from mer_core.provenance import commit, processor
from mer_core.reproduction.speed import side_by_side

WORSE = 1.2
"""A ratio this many times its baseline, in the bad direction, is flagged."""

Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One figure of the report.

    Attributes:
        group: Heading it stands under.
        name: What was measured.
        value: The figure, a median over repeats.
        unit: Of the figure; for a ratio, what it is a ratio to.
        ratio: Whether both sides were timed in turns in this run.
        better: The direction that users want.
        target: What was asked for, or None.
        note: What a reader should know.
    """

    group: str
    name: str
    value: float
    unit: str
    ratio: bool = True
    better: Better = "lower"
    target: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def worse_than(self, baseline: float) -> bool:
        """Whether the figure is worse than `baseline` by more than a fifth."""
        if self.better == "lower":
            return self.value > WORSE * baseline
        return self.value < baseline / WORSE


def in_turns(sides: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Return the median seconds of each side over rounds in which all take turns."""
    seconds = side_by_side(sides, rounds=rounds)
    return {name: float(np.median(times)) for name, times in seconds.items()}


def growth(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the exponent b of the fit value = a * size**b: 1 is linear, 0 constant."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def matrix_peak(seconds: float = 1.0) -> float:
    """Return the float32 operations a second of a large matrix product: what one can hope for."""
    side = 1536
    one, two = torch.rand(2, side, side)
    torch.mm(one, two)
    count, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        torch.mm(one, two)
        count += 1
    return count * 2 * side**3 / (time.process_time() - began)


def baseline_name() -> str:
    """Return the kind of processor a baseline belongs to, such as "amd-epyc-avx2-2-cores"."""
    here = processor()
    units = ("amx_bf16", "avx512_bf16", "avx512f", "avx2")
    unit = next((name for name in units if name in here.flags), "plain")
    words = [word for word in here.name.lower().split("@")[0].split() if word.isalnum()]
    return "-".join([*words[:2], unit.replace("_", ""), f"{here.cores}-cores"])


def machine() -> dict[str, Any]:
    """Return what a reader has to know of the machine."""
    return {
        "processor": processor().described,
        "bfloat16 units": bool(processor().bfloat16_units),
        "cores": processor().cores,
        "memory, GiB": round(psutil.virtual_memory().total / 2**30, 1),
        "load before": round(os.getloadavg()[0], 2),
        "threads of PyTorch": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__.split("+")[0],
    }


@dataclass(frozen=True, kw_only=True)
class BenchReport:
    """All figures of one run.

    Attributes:
        machine: Where they were measured.
        seconds: How long it took.
        measurements: The figures.
        baseline: Name -> ratio of the committed baseline; empty where there is none.
    """

    machine: Mapping[str, Any]
    seconds: float
    measurements: tuple[Measurement, ...]
    baseline: Mapping[str, float]

    @property
    def worse(self) -> tuple[Measurement, ...]:
        """The ratios that are worse than the baseline by more than a fifth."""
        return tuple(
            one
            for one in self.measurements
            if one.ratio and one.name in self.baseline and one.worse_than(self.baseline[one.name])
        )

    def markdown(self) -> str:
        """Return the report for readers."""
        facts = "; ".join(f"{name} {value}" for name, value in self.machine.items())
        lines = ["# Benchmarks", "", f"{facts}. Took {self.seconds / 60:.1f} minutes.", ""]
        flagged = set(self.worse)
        for group in dict.fromkeys(one.group for one in self.measurements):
            lines += [f"## {group}", "", "| what | figure | target | baseline | note |"]
            lines += ["|---|---:|---:|---:|---|"]
            for one in self.measurements:
                if one.group != group:
                    continue
                target = (
                    "" if one.target is None else f"{one.target:g} {'met' if one.met else 'missed'}"
                )
                before = self.baseline.get(one.name)
                held = "" if before is None or not one.ratio else f"{before:.3g}"
                if one in flagged:
                    held += " **worse**"
                figure = f"{one.value:.3g} {one.unit}"
                lines.append(f"| {one.name} | {figure} | {target} | {held} | {one.note} |")
            lines.append("")
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "machine": dict(self.machine),
            "seconds": round(self.seconds, 1),
            "code": commit(),
            "measurements": [asdict(one) for one in self.measurements],
            "worse": [one.name for one in self.worse],
        }

    def save(self, folder: Path) -> None:
        """Write report.json and report.md into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / "report.json", json.dumps(self.document(), indent=1) + "\n")
        write_text(folder / "report.md", self.markdown())


def read_baseline(path: Path) -> dict[str, float]:
    """Return the ratios of a stored report; nothing where there is none."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text("utf-8"))["measurements"]
    return {one["name"]: one["value"] for one in found if one["ratio"]}


def merged(groups: Iterable[Iterable[Measurement]]) -> tuple[Measurement, ...]:
    """Return all figures, refusing two of one name: a baseline could not tell them apart."""
    found = [one for group in groups for one in group]
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two figures are called {', '.join(twice)}")
    return tuple(found)
