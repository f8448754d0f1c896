"""What each attribution method costs: time as a multiple of the forward pass, and peak memory.

Forward passes alternate with the calls they are compared with and the least time of each counts:
what else the machine does can only add to a time. Memory is what the process holds at its peak
above what it held before the call. The second table is how the size of a chunk was chosen.

Where the processor multiplies bfloat16, integrated gradients takes it unasked on AffectiveNet: 32
steps take 27 to 42 forwards with the memory settings of the Makefile, 27 to 36 by the least of a
run, and 39 to 52 without them. In float32 they take 53 to 70: one forward is 8 ms, and the
convolutions of 32 steps, there and back, are 300 ms by themselves. ResNet-50, MobileNet and LEARNet
take 25 to 33 in float32.

    python tests/benchmarks/bench_attribution.py [THREADS]
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import psutil
import torch

from mer_core.attribution import explain, list_methods
from mer_core.attribution.base import Method, Values
from mer_core.attribution.path import path_network
from mer_core.attribution.reference import probe_input
from mer_core.models.loaded import LoadedModel, load_model

MODELS = ("affectivenet", "resnet50", "mobilenet", "learnet")
CLASSES = ("negative", "others", "positive", "surprise")
TARGETS = {"grad-cam": 4, "saliency": 5, "integrated-gradients": 40}
VARIANTS: dict[str, tuple[Values, ...]] = {
    "integrated-gradients": ({"arithmetic": "float32"}, {"arithmetic": "bfloat16"})
}
CHUNKS = (1, 2, 4, 8, 16, 32)
ROUNDS = 2


def main() -> None:
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    print(f"{torch.get_num_threads()} threads; times in forward passes of one 112 x 112 image")
    for name in MODELS:
        compare_methods(load_model(name, classes=CLASSES))
    print("one step of integrated gradients, by chunk, in forward passes")
    for name in MODELS:
        compare_chunks(load_model(name, classes=CLASSES))


def compare_methods(model: LoadedModel) -> None:
    inputs = probe_input(model.entry.input)
    regions = {f"r{i}": mask for i, mask in enumerate(stripes(model.entry.input.size, 12))}
    for offer in list_methods(model):
        if not offer.applies:
            print(f"  {model.entry.title:14} {offer.method.title:32} not applicable")
            continue

        for knobs in ({}, *VARIANTS.get(offer.method.name, ())):
            compare_method(model, offer.method, knobs, inputs, regions)


def compare_method(
    model: LoadedModel,
    method: Method,
    knobs: Values,
    inputs: torch.Tensor,
    regions: dict[str, np.ndarray],
) -> None:
    def call() -> None:
        explain(
            model,
            inputs,
            method=method.name,
            target=CLASSES[0],
            regions=regions,
            parameters=knobs,
        )

    once, forward = side_by_side(call, lambda: model.logits(inputs))
    with peak_memory() as peak:
        call()
    title = ", ".join([method.title, *map(str, knobs.values())])
    announced = method.forwards(knobs, model.entry)
    limit = TARGETS.get(method.name)
    verdict = "" if limit is None else f"; target {limit}: {once / forward <= limit}"
    print(
        f"  {model.entry.title:14} {title:32} {once / forward:6.1f}"
        f" (announced {announced:.0f}), {peak[0] / 2**20:5.0f} MiB{verdict}",
        flush=True,
    )


def compare_chunks(model: LoadedModel) -> None:
    inputs = probe_input(model.entry.input).contiguous(memory_format=torch.channels_last)
    model.module.requires_grad_(False)
    network = path_network(model, inputs)
    starts = network.starts(inputs)
    figures = []
    for chunk in CHUNKS:
        places = torch.linspace(0, 1, chunk).reshape(-1, 1, 1, 1)

        def step(places: torch.Tensor = places) -> None:
            points = [torch.lerp(maps, 0.5 * maps, places).requires_grad_() for maps in starts]
            torch.autograd.grad(network.logits(*points)[:, 0].sum(), points)

        once, forward = side_by_side(step, lambda: model.logits(inputs))
        figures.append(f"{chunk}: {once / forward / chunk:.2f}")
    print(f"  {model.entry.title:14} {', '.join(figures)}", flush=True)


def stripes(size: tuple[int, int], count: int) -> Iterator[np.ndarray]:
    height, width = size
    for i in range(count):
        mask = np.zeros((height, width), bool)
        mask[i * height // count : (i + 1) * height // count] = True
        yield mask


def side_by_side(call: Callable[[], object], forward: Callable[[], object]) -> tuple[float, float]:
    """Least time of each, in alternating rounds."""
    calls, forwards = [], []
    for _ in range(ROUNDS):
        forwards += [timed(forward) for _ in range(5)]
        calls.append(timed(call))
    return min(calls), min(forwards)


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """Highest resident memory during the block, above that at its beginning."""
    process = psutil.Process()
    # What earlier calls have freed is still counted until it is handed back.
    ctypes.CDLL(ctypes.util.find_library("c")).malloc_trim(0)
    before = process.memory_info().rss
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            peak[0] = max(peak[0], process.memory_info().rss - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


if __name__ == "__main__":
    main()
