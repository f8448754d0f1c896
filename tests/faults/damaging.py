"""Disks that fill, folders that cannot be written, files that are damaged, clocks that jump.

Full and read-only folders need file systems of their own, which only root may mount; where that is
not possible the line says so instead of counting.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import torch

from mer_core.datasets.locations import remember
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.errors import CheckpointError, MerError, StoreError
from mer_core.models.checkpoint import CheckpointHeader, load_checkpoint, save_checkpoint
from mer_core.store import AmiStore
from mer_core.training.storage import FORMAT
from mer_core.training.study import Study
from tests.faults.counting import Count, tree
from tests.mer_core.training.blobs import TINY, BlobExperiment, build_tiny

GROUP = "Damage"
CUTS = 100
JUMPS = (-86_400.0, 86_400.0, 400 * 86_400.0)
KEY = "ab" * 16


def counts(share: float, seed: int) -> Iterator[Count]:
    """Yield what became of every kind of damage."""
    rng = np.random.default_rng(seed)
    yield entry_flipped(share)
    yield checkpoint_cut(max(10, round(share * CUTS)), rng)
    yield other_versions()
    yield clock_jumps()
    yield writes_refused("on a full disk", "size=64k", fill=True)
    yield writes_refused("in a read-only folder", "size=8m", fill=False)
    yield shared_cache()


def entry_flipped(share: float) -> Count:
    """Flip every bit of a cache entry: it is never believed, and built again."""
    broken, tried = [], 0
    arrays = {"image": np.arange(12, dtype=np.uint8)}
    with tempfile.TemporaryDirectory() as place:
        store = AmiStore(Path(place))
        store.fetch(KEY, lambda: arrays)
        entry = next(Path(place).glob("??/*.entry"))
        whole = entry.read_bytes()
        step = max(1, round(1 / share))
        for bit in range(0, 8 * len(whole), step):
            flipped = bytearray(whole)
            flipped[bit // 8] ^= 1 << bit % 8
            entry.write_bytes(flipped)
            tried += 1
            fresh = AmiStore(Path(place))
            found = fresh.fetch(KEY, lambda: arrays)
            if fresh.rebuilt != [KEY] or not np.array_equal(found["image"], arrays["image"]):
                broken.append(f"bit {bit} was not noticed")
            if entry.read_bytes() != whole:
                broken.append(f"bit {bit} was not repaired")
    return Count(
        group=GROUP, name="a cache entry, one bit flipped", tried=tried, broken=tuple(broken)
    )


def checkpoint_cut(cuts: int, rng: np.random.Generator) -> Count:
    """Cut a checkpoint at offsets over its whole length, and flip as many bits."""
    broken = []
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "tiny.safetensors"
        save_checkpoint(
            path, build_tiny(0), CheckpointHeader(model="tiny", classes=("a", "b", "c"))
        )
        whole = path.read_bytes()
        damaged = [whole[:at] for at in np.linspace(0, len(whole) - 1, cuts).astype(int)]
        for at in rng.integers(0, 8 * len(whole), cuts).tolist():
            flipped = bytearray(whole)
            flipped[at // 8] ^= 1 << at % 8
            damaged.append(bytes(flipped))
        for number, content in enumerate(damaged):
            path.write_bytes(content)
            try:
                _, state = load_checkpoint(path)
            except CheckpointError:
                continue
            except Exception as error:
                broken.append(f"{number}: {type(error).__name__}: {error}")
                continue
            if _differs(state, build_tiny(0).state_dict()):
                broken.append(f"{number}: other weights were believed")
    return Count(
        group=GROUP,
        name="a checkpoint, cut or one bit flipped",
        tried=len(damaged),
        broken=tuple(broken),
    )


def _differs(state: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> bool:
    return any(not torch.equal(state[name], expected[name]) for name in expected)


def other_versions() -> Count:
    """Open studies that an older and a newer version wrote: one line says what they are."""
    broken = []
    with tempfile.TemporaryDirectory() as place:
        for number in (FORMAT - 1, FORMAT + 1):
            folder = Path(place) / str(number)
            Study.create(BlobExperiment(), folder=folder, settings=TINY)
            with sqlite3.connect(folder / "study.sqlite") as base:
                base.execute(
                    "UPDATE study SET value = ? WHERE name = 'format'", (json.dumps(number),)
                )
            base.close()
            try:
                Study.open(folder, experiment=BlobExperiment())
                broken.append(f"format {number} was opened")
            except StoreError as error:
                if str(number) not in str(error):
                    broken.append(f"format {number}: {error}")
            except Exception as error:
                broken.append(f"format {number}: {type(error).__name__}: {error}")
    return Count(
        group=GROUP, name="a study of another version opened", tried=2, broken=tuple(broken)
    )


def clock_jumps() -> Count:
    """Let the clock jump by a day, and by more than a year, in the middle of a study."""
    broken = []
    with tempfile.TemporaryDirectory() as place:

        def study(name: str) -> Study:
            return Study.create(BlobExperiment(), folder=Path(place) / name, settings=TINY)

        expected = study("straight").complete(workers=1).digest
        for jump in JUMPS:
            jumped = study(f"jump {jump:.0f}")
            events = jumped.run(workers=1)
            for _ in range(8):
                next(events)
            now = time.time
            with mock.patch("time.time", lambda now=now, jump=jump: now() + jump):
                for _ in events:
                    pass
            if jumped.result().digest != expected:
                broken.append(f"{jump:+.0f} s: another result")
    return Count(
        group=GROUP,
        name="the clock jumps while a study runs",
        tried=len(JUMPS),
        broken=tuple(broken),
    )


def writes_refused(where: str, options: str, *, fill: bool) -> Count:
    """Do everything that writes where it cannot: one line each, and nothing half-written."""
    broken, tried = [], 0
    try:
        with mounted(options) as folder:
            if fill:
                (folder / "filler").write_bytes(b"0" * 60_000)
            else:
                subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
            before = tree(folder)
            for name, write in _writers(folder).items():
                tried += 1
                try:
                    write()
                    broken.append(f"{name}: was not noticed")
                except MerError as error:
                    if "\n" in str(error):
                        broken.append(f"{name}: more than one line")
                except Exception as error:
                    broken.append(f"{name}: {type(error).__name__}: {error}")
            left = {
                file
                for file in tree(folder) - before
                if file.name not in ("SYNTHETIC.txt", ".lock")
            }
            broken += [f"left behind: {file.name}" for file in sorted(left)]
    except (OSError, subprocess.CalledProcessError) as error:
        return Count(group=GROUP, name=f"writing {where}", tried=0, note=f"not possible: {error}")
    return Count(group=GROUP, name=f"writing {where}", tried=tried, broken=tuple(broken))


def _writers(folder: Path) -> dict[str, Callable[[], object]]:
    big = np.zeros(200_000, np.uint8)
    header = CheckpointHeader(model="tiny", classes=("a", "b", "c"))
    module = torch.nn.Linear(300, 300)
    return {
        "cache": lambda: AmiStore(folder / "cache").fetch(KEY, lambda: {"a": big}),
        "checkpoint": lambda: save_checkpoint(folder / "w.safetensors", module, header),
        "study": lambda: Study.create(BlobExperiment(), folder=folder / "study", settings=TINY),
        "twin": lambda: write_twin(
            "casme2",
            folder / "twin",
            subjects=1,
            clips_per_subject=1,
            size=64,
            frames=(8, 8),
            workers=1,
        ),
        "location of a dataset": lambda: _remember(folder),
    }


def _remember(folder: Path) -> None:
    with mock.patch.dict("os.environ", {"MER_CONFIG": str(folder / "config")}):
        remember("casme2", folder)


def shared_cache() -> Count:
    """Read from a cache that others own and nobody may write."""
    broken = []
    arrays = {"image": np.arange(12, dtype=np.uint8)}
    try:
        with mounted("size=8m") as folder:
            AmiStore(folder).fetch(KEY, lambda: arrays)
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
            store = AmiStore(folder)
            if not np.array_equal(store.fetch(KEY, dict)["image"], arrays["image"]):
                broken.append("an entry was not found")
            made = store.fetch("cd" * 16, lambda: arrays, must_keep=False)
            if not np.array_equal(made["image"], arrays["image"]):
                broken.append("what cannot be kept was not made")
    except (OSError, subprocess.CalledProcessError) as error:
        return Count(
            group=GROUP, name="a read-only shared cache", tried=0, note=f"not possible: {error}"
        )
    except Exception as error:
        broken.append(f"{type(error).__name__}: {error}")
    return Count(group=GROUP, name="a read-only shared cache", tried=2, broken=tuple(broken))


@contextmanager
def mounted(options: str) -> Iterator[Path]:
    """A small file system of its own."""
    with tempfile.TemporaryDirectory() as place:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
        subprocess.run(command, check=True, capture_output=True)
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "-l", place], check=False, capture_output=True)
