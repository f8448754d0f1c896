"""How fast networks answer and learn, beside each other and beside a plain matrix product.

The product's rate is what a processor can give at most, so a share of it says how near the limit a
network is. Work is counted exactly, over convolutions and fully connected layers: two operations
per multiply-add forward, as many for the gradient of the weights, and once more for the gradient of
the input where a layer needs one. What operations move through memory sets a second limit, in
`roofline.py`. Training is `train_fold` itself, on one thread as a study's worker has it, without
its first epoch.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from mer_core.models.catalog import model_entry
from mer_core.models.complexity import measure as complexity
from mer_core.models.loaded import load_model
from mer_core.records import Sample
from mer_core.reproduction.speed import forward_pass, random_batch
from mer_core.training.fold import train_fold
from mer_core.training.settings import TrainingSettings
from mer_core.training.training_data import TrainingData
from tests.benchmarks.measuring import Measurement, in_turns, matrix_peak
from tests.benchmarks.roofline import Roofline, copy_bandwidth

GROUP = "Networks"
OURS, RESNET, MOBILENET = NAMES = ("affectivenet", "resnet50", "mobilenet")
CLASSES = ("negative", "others", "positive", "surprise")
PRINTED = {RESNET: 0.46, MOBILENET: 0.72}
"""AffectiveNet's time over theirs, as the paper's Table 3 prints it."""
TRAINING = {OURS: 0.75, MOBILENET: 0.5, RESNET: 0.75, "learnet": None}
"""Network -> share of the peak that its training is to reach."""
BATCH = 16
"""Images of a step of training."""

PRODUCTS = "convolutions and products"
KINDS = {
    PRODUCTS: {
        "aten::mkldnn_convolution",
        "aten::convolution_backward",
        "aten::_slow_conv2d_forward",
        "aten::addmm",
        "aten::mm",
    },
    "ReLU": {
        "aten::clamp_min",
        "aten::clamp_min_",
        "aten::threshold_backward",
        "aten::clamp",  # the 6 of ReLU6
        "aten::clamp_",
        "aten::hardtanh_backward",
    },
    "copies and padding": {"aten::copy_", "aten::fill_"},
    "normalisation": {"aten::native_batch_norm", "aten::native_batch_norm_backward"},
    "sums and joints": {"aten::add", "aten::add_", "aten::cat"},
    "pooling": {
        "aten::max_pool2d_with_indices",
        "aten::max_pool2d_with_indices_backward",
        "aten::avg_pool2d",
        "aten::avg_pool2d_backward",
    },
    "augmentation": {"aten::grid_sampler_2d", "aten::flip"},
}
"""Kind of work -> the operations of PyTorch that do it."""


def measure() -> Iterator[Measurement]:
    """Yield inference at batch 1 and 32, and training, with one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from _answering()
        yield from _learning()
    finally:
        torch.set_num_threads(threads)


def _answering() -> Iterator[Measurement]:
    modules = {name: load_model(name, classes=CLASSES).module for name in NAMES}
    for batch in (1, 32):
        runs = {
            name: forward_pass(module, random_batch(model_entry(name), batch))
            for name, module in modules.items()
        }
        seconds = in_turns(runs, rounds=15 if batch == 1 else 3)
        for other in (RESNET, MOBILENET):
            yield Measurement(
                group=GROUP,
                name=f"AffectiveNet over {model_entry(other).title}, batch {batch}",
                value=seconds[OURS] / seconds[other],
                unit="times its time",
                target=PRINTED[other] if batch == 1 else None,
                note=f"{1e3 * seconds[OURS] / batch:.1f} ms an image",
            )
        if batch == 1:
            continue
        peak = matrix_peak()
        for name in NAMES:
            rate = batch / seconds[name]
            yield Measurement(
                group=GROUP,
                name=f"{model_entry(name).title}, inference, batch {batch}",
                value=rate * complexity(model_entry(name), classes=4).flops / peak,
                unit="of the matrix-product peak",
                better="higher",
                note=f"{rate:.0f} images a second; peak {peak / 1e9:.0f} GFLOP/s",
            )


def _learning() -> Iterator[Measurement]:
    for name, target in TRAINING.items():
        peak = matrix_peak()
        limit = training_limit(name, peak=peak)
        speed = throughput(name, seconds=6)
        share = speed * limit.flops / BATCH / peak
        yield Measurement(
            group=GROUP,
            name=f"{model_entry(name).title}, training",
            value=share,
            unit="of the matrix-product peak",
            better="higher",
            target=target,
            note=f"{speed:.1f} images a second and core, float32",
        )
        yield Measurement(
            group=GROUP,
            name=f"{model_entry(name).title}, training, over its limit",
            value=share / limit.share,
            unit="of what its operations allow",
            better="higher",
            note=f"they allow {limit.share:.2f} of the peak: {limit.moved / 1e9:.1f} GB and "
            f"{limit.flops / 1e9:.0f} GFLOP a step of {BATCH}, at {limit.bandwidth / 1e9:.0f} GB/s "
            f"and {peak / 1e9:.0f} GFLOP/s",
        )
        parts = time_by_kind(name)
        useful = parts.pop(PRODUCTS)
        yield Measurement(
            group=GROUP,
            name=f"{model_entry(name).title}, training, time outside products",
            value=1 - useful,
            unit="of its time",
            note=f"{', '.join(f'{kind} {part:.0%}' for kind, part in parts.items())}; "
            f"convolutions and products themselves run at {share / useful:.2f} of the peak",
        )


def training_limit(name: str, *, peak: float) -> Roofline:
    """Return the least time of one step of training, and what it computes and moves."""
    limit = Roofline(peak=peak, bandwidth=copy_bandwidth())
    data, settings = random_data(name, BATCH), TrainingSettings(batch=BATCH, epochs=1)
    module = network(name, 0)
    with limit:
        train_fold(data, lambda seed: module, settings, seed=0)
    return limit


def time_by_kind(name: str) -> dict[str, float]:
    """Return the share of training time that each kind of operation takes, largest first."""
    data, build = random_data(name, 2 * BATCH), partial(network, name)
    train_fold(data, build, TrainingSettings(batch=BATCH, epochs=1), seed=0)  # warm
    with profile(activities=[ProfilerActivity.CPU]) as record:
        train_fold(data, build, TrainingSettings(batch=BATCH, epochs=3), seed=0)
    spent = dict.fromkeys((*KINDS, "the rest"), 0.0)
    for event in record.key_averages():
        kind = next((k for k, names in KINDS.items() if event.key in names), "the rest")
        spent[kind] += event.self_cpu_time_total
    total = sum(spent.values())
    return {kind: time / total for kind, time in sorted(spent.items(), key=lambda one: -one[1])}


def throughput(name: str, *, seconds: float) -> float:
    """Return images per second of `train_fold` without its first epoch.

    Time is the processor's, which neighbours on a shared machine disturb less.
    """
    data, build = random_data(name, 2 * BATCH), partial(network, name)

    def spent(epochs: int) -> float:
        began = time.process_time()
        train_fold(data, build, TrainingSettings(batch=BATCH, epochs=epochs), seed=0)
        return time.process_time() - began

    once = spent(1)
    epochs = 1 + max(1, round(seconds / once))
    return (epochs - 1) * len(data) / (spent(epochs) - once)


def random_data(name: str, count: int) -> TrainingData:
    """Return noise in the shape that a network takes in."""
    spec = model_entry(name).input
    return TrainingData(
        images=torch.rand(count, spec.channels, *spec.size),
        labels=torch.arange(count) % len(CLASSES),
        classes=CLASSES,
        kind=spec.kind,
        samples=tuple(sample(i % 8, i) for i in range(count)),
    )


def network(name: str, seed: int) -> nn.Module:
    """Return a network with its initial weights."""
    return load_model(name, classes=CLASSES, seed=seed).module


def sample(subject: int, clip: int) -> Sample:
    """Return a clip of which nothing but whose it is is asked."""
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
