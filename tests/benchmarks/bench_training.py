"""Training: images per second beside the matrix-product peak, and what folds cost beyond it.

    python tests/benchmarks/bench_training.py [--seconds 3] [--models affectivenet learnet ...]

Everything runs in the environment that workers of a study get (`mer_core.cluster`); a table shows
what that is worth. Speeds are per second of processor time on one thread, which neighbours on a
shared machine disturb less than wall time. Peak is a 2048 x 2048 matrix product in the same
arithmetic. Work is counted exactly: 2 multiply-adds per weight use forward, the same again for the
weights' gradient, and once more for the input's gradient where the layer needs one (the first
layers do not). The account after it says where a step's time goes: what keeps a network from the
peak is time outside convolutions, and convolutions of few channels below the peak.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from mer_core.cluster import WORKER_ENVIRONMENT, worker_environment
from mer_core.models.catalog import model_entry
from mer_core.models.loaded import load_model
from mer_core.records import InputKind, Sample
from mer_core.training.augmentation import augment
from mer_core.training.experiment import StudyTable
from mer_core.training.fold import TrainingData, train_fold
from mer_core.training.settings import Precision, TrainingSettings
from mer_core.training.study import Study

CLASSES = ("positive", "negative", "surprise", "others")
ALLOCATORS = {
    "as workers are started": WORKER_ENVIRONMENT,
    "the system's own": dict.fromkeys(WORKER_ENVIRONMENT),
    "Dask's own": {**dict.fromkeys(WORKER_ENVIRONMENT), "MALLOC_TRIM_THRESHOLD_": "65536"},
}


def matrix_peak(precision: Precision, seconds: float) -> float:
    """Floating-point operations per second of a large matrix product."""
    kind = torch.bfloat16 if precision is Precision.BFLOAT16 else torch.float32
    one, two = (torch.randn(2048, 2048).to(kind) for _ in range(2))
    one @ two
    count, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        one @ two
        count += 1
    return count * 2 * 2048**3 / (time.process_time() - began)


def training_operations(module: nn.Module, image: Tensor) -> float:
    """Floating-point operations of one training step on one image, convolutions and products."""
    total = 0.0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        per_value = layer.weight[0].numel()
        passes = 3 if inputs[0].requires_grad else 2
        total += passes * 2 * per_value * output.numel()

    layers = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    module.eval()(image)
    for hook in hooks:
        hook.remove()
    return total


def random_data(name: str, count: int) -> TrainingData:
    """Noise in the shape that a network takes in."""
    spec = model_entry(name).input
    shape = (spec.channels, *spec.size)
    images: Any = torch.rand(count, *shape)
    if spec.kind is InputKind.CLIP:
        images = [torch.rand(24, *shape) for _ in range(count)]
    return TrainingData(
        images=images,
        labels=torch.arange(count) % 4,
        classes=CLASSES,
        kind=model_entry(name).input.kind,
        samples=tuple(_sample(i % 8, i) for i in range(count)),
    )


def throughput(name: str, settings: TrainingSettings, seconds: float) -> tuple[float, float]:
    """Images per second of `train_fold` without its first epoch, and operations per image."""
    clip = model_entry(name).input.kind is InputKind.CLIP
    data = random_data(name, 8 if clip else 32)
    image = data.images[0][None]
    operations = training_operations(load_model(name, classes=CLASSES).module, image)
    build = partial(_network, name)

    def spent(epochs: int) -> float:
        began = time.process_time()
        train_fold(data, build, replace(settings, epochs=epochs), seed=0)
        return time.process_time() - began

    spent(1)  # kernels are chosen and compiled
    once = spent(1)
    epochs = 1 + max(1, round(seconds / once))
    return (epochs - 1) * len(data) / (spent(epochs) - once), operations


def _network(name: str, seed: int) -> nn.Module:
    return load_model(name, classes=CLASSES, seed=seed).module


@dataclass(frozen=True)
class NoiseExperiment:
    """Eight subjects of noise, so that only the cost of folds is seen."""

    model: str = "affectivenet"
    clips: int = 10

    def table(self) -> StudyTable:
        samples = tuple(_sample(s, c) for s in range(8) for c in range(self.clips))
        return StudyTable(
            samples=samples,
            labels=tuple(CLASSES[i % 4] for i in range(len(samples))),
            classes=CLASSES,
            digest=f"noise-{self.clips}",
            synthetic=True,
        )

    def prepare(self, table: StudyTable, control: object, *, workers: int | None = None) -> Any:
        return iter(())

    def images(self, table: StudyTable, control: object) -> Tensor:
        return torch.from_numpy(
            np.random.default_rng(0).random((len(table.samples), 3, 112, 112), np.float32)
        )

    def network(self, classes: tuple[str, ...], seed: int) -> nn.Module:
        return load_model(self.model, classes=classes, seed=seed).module

    def describe(self) -> dict[str, Any]:
        return {"model": self.model, "clips": self.clips}


def study_cost(settings: TrainingSettings, workers: int) -> tuple[float, float, float]:
    """Wall time of a leave-one-subject-out study, sum of its folds, and of their epochs.

    The wall time starts once the workers are up and have their data.
    """
    from mer_core.cluster import open_executor

    with tempfile.TemporaryDirectory() as folder, open_executor(workers=workers) as executor:
        warm = Study(
            NoiseExperiment(), settings=replace(settings, epochs=1), folder=Path(folder, "w")
        )
        warm.complete(executor=executor)
        study = Study(NoiseExperiment(), settings=settings, folder=Path(folder, "s"))
        began = time.perf_counter()
        result = study.complete(executor=executor)
        wall = time.perf_counter() - began
    folds = sum(fold.seconds or 0 for fold in result.folds)
    return wall, folds, sum(fold.seconds_training or 0 for fold in result.folds)


def _sample(subject: int, clip: int) -> Sample:
    return Sample(
        dataset="noise",
        subject=f"s{subject}",
        clip=f"c{clip}",
        frames=(Path(f"/noise/{subject}/{clip}"),),
        frame_numbers=(1,),
        onset=1,
        apex=1,
        offset=1,
        label="others",
    )


ACCOUNT = {
    "convolutions": ("convolution",),
    "ReLU": ("relu", "threshold", "clamp"),
    "additions, copies, casts": ("aten::add", "aten::copy", "aten::cat", "aten::fill"),
    "normalisation": ("norm",),
    "fully connected": ("addmm", "aten::mm"),
}


def account(name: str, precision: Precision) -> dict[str, float]:
    """Milliseconds of one step of 8 images by kind of operation, after a warm-up."""
    settings = TrainingSettings(precision=precision, batch=8, epochs=1)
    data, build = random_data(name, 160), partial(_network, name)
    train_fold(data.take(range(32)), build, settings, seed=0)
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        train_fold(data, build, settings, seed=0)
    kinds = dict.fromkeys([*ACCOUNT, "the rest"], 0.0)
    for event in seen.key_averages():
        kind = next((k for k, v in ACCOUNT.items() if any(n in event.key for n in v)), "the rest")
        kinds[kind] += event.self_cpu_time_total / 1000 / (len(data) / settings.batch)
    return kinds


def changed_environment(changes: dict[str, str | None]) -> dict[str, str]:
    """This process's environment with `changes`; None takes a variable away."""
    merged = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def allocator_speed(changes: dict[str, str | None], seconds: float) -> float:
    """Images per second of AffectiveNet in a fresh process: an allocator is chosen at its start."""
    command = [sys.executable, __file__, "--alone", "affectivenet", "--seconds", str(seconds)]
    told = subprocess.run(
        command, env=changed_environment(changes), capture_output=True, text=True, check=True
    )
    return float(told.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--epochs", type=int, default=12, help="of each fold of the study")
    parser.add_argument("--models", nargs="*", default=["affectivenet", "learnet", "mobilenet"])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--alone", help="only print this network's images per second")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    settings = TrainingSettings(precision=Precision.AUTO, batch=8)
    if chosen.alone:
        print(throughput(chosen.alone, settings, chosen.seconds)[0])
        return
    started = worker_environment()
    if started != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], started)
    compare_networks(chosen.models, chosen.seconds)
    account_for("affectivenet")
    compare_allocators(chosen.seconds, settings.precision)
    compare_workers(chosen.workers, chosen.epochs)


def compare_networks(models: list[str], seconds: float) -> None:
    print(f"one thread of {os.cpu_count()}; load {os.getloadavg()[0]:.1f}")
    print(
        f"{'network':14} {'arithmetic':10} {'images/s':>9} {'GFLOP/s':>8} {'peak':>6} {'share':>6}"
    )
    for precision in (Precision.FLOAT32, Precision.BFLOAT16):
        for name in models:
            settings = TrainingSettings(precision=precision, batch=16)
            # The peak is measured beside each network, because neighbours come and go.
            peak = matrix_peak(precision, seconds / 3)
            speed, operations = throughput(name, settings, seconds)
            rate = speed * operations
            print(
                f"{name:14} {precision:10} {speed:9.1f} {rate / 1e9:8.0f} {peak / 1e9:6.0f} "
                f"{rate / peak:6.2f}"
            )
    images = torch.rand(16, 3, 112, 112)
    moves = torch.Generator().manual_seed(0)
    began = time.process_time()
    for _ in range(20):
        augment(images, TrainingSettings(), moves, kind=InputKind.AMI)
    print(f"augmentation   {20 * 16 / (time.process_time() - began):20.0f}")


def account_for(name: str) -> None:
    for precision in (Precision.FLOAT32, Precision.BFLOAT16):
        kinds = account(name, precision)
        whole = sum(kinds.values())
        parts = ", ".join(f"{kind} {time / whole:.0%}" for kind, time in kinds.items())
        print(f"\none step of {name}, 8 images, {precision}: {whole:.0f} ms: {parts}")


def compare_allocators(seconds: float, precision: Precision) -> None:
    print(f"\nAffectiveNet, {precision}, batches of 8, by the memory allocator's settings")
    speeds = {name: allocator_speed(how, seconds) for name, how in ALLOCATORS.items()}
    for name, speed in speeds.items():
        first = speeds["as workers are started"]
        print(f"{name:24} {speed:9.1f} images/s, {speed / first:.2f} of the first")


def compare_workers(workers: list[int], epochs: int) -> None:
    if not workers:
        return
    settings = TrainingSettings(epochs=epochs)
    print(f"\nleave one subject out, 8 folds of 70 images, {epochs} epochs, float32")
    print(f"{'workers':>7} {'wall':>8} {'sum of folds':>13} {'ratio':>6} {'beyond training':>16}")
    for count in workers:
        wall, folds, trained = study_cost(settings, count)
        beyond = (wall * count - trained) / trained if count == 1 else (folds - trained) / trained
        print(f"{count:7} {wall:8.1f} {folds:13.1f} {wall / folds:6.2f} {beyond:15.1%}")


if __name__ == "__main__":
    main()
