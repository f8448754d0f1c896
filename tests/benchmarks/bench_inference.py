"""How fast AffectiveNet answers, beside ResNet-50 and MobileNetV1: same input, same run.

Three forms of each network: as trained (float32), and its inference form in float32 and, where
the processor has it, in bfloat16; `--compiled` adds the compiled form, which takes minutes to
prepare. All take turns with a plain matrix product, whose rate is the processor's practical peak,
and the least time of each counts: what else the machine does can only add to a time.

    python tests/benchmarks/bench_inference.py [--rounds 20] [--compiled]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch

from mer_core.models.complexity import measure
from mer_core.models.inference import InferenceForm, has_fast_bfloat16, inference_form
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.reproduction.speed import forward_pass, random_batch, side_by_side

OURS, RESNET, MOBILENET = NAMES = ("affectivenet", "resnet50", "mobilenet")
CLASSES = ("negative", "others", "positive", "surprise")
SIDE = 1536  # of the square matrices whose product measures the peak
TARGETS = {RESNET: 0.46, MOBILENET: 0.72}  # of their batch-1 latency, the ratios the paper prints
PEAK_TARGET = 0.8  # of the float32 matrix product, at batch 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--compiled", action="store_true")
    options = parser.parse_args()
    models = {name: load_model(name, classes=CLASSES) for name in NAMES}
    forms = prepare(models, compiled=options.compiled)
    print(f"{torch.get_num_threads()} threads, 112 x 112 x 3, least of {options.rounds} rounds")
    latency(models, forms, options.rounds)
    throughput(models, forms, max(options.rounds // 3, 3))


def prepare(
    models: dict[str, LoadedModel], *, compiled: bool
) -> dict[str, dict[str, InferenceForm]]:
    precisions = ("float32", "bfloat16") if has_fast_bfloat16() else ("float32",)
    forms = {
        f"inference form, {precision}": {
            name: inference_form(model, precision=precision) for name, model in models.items()
        }
        for precision in precisions
    }
    if compiled:
        forms[f"compiled, {precisions[-1]}"] = {
            name: inference_form(model, precision=precisions[-1], compiled=True)
            for name, model in models.items()
        }
    for form, by_name in forms.items():
        worst = max(found.deviation for found in by_name.values())
        print(f"{form}: logits within {worst:.1g} of the network's largest")
    return forms


def runs_at(
    models: dict[str, LoadedModel], forms: dict[str, dict[str, InferenceForm]], batch: int
) -> dict[str, Callable[[], object]]:
    runs: dict[str, Callable[[], object]] = {}
    inputs = random_batch(models[OURS].entry, batch)
    for name, model in models.items():
        runs[f"as trained, float32|{name}"] = forward_pass(model.module, inputs)
    for form, by_name in forms.items():
        for name, found in by_name.items():
            runs[f"{form}|{name}"] = lambda found=found: found.logits(inputs)
    return runs


def latency(
    models: dict[str, LoadedModel], forms: dict[str, dict[str, InferenceForm]], rounds: int
) -> None:
    seconds = side_by_side(runs_at(models, forms, 1), rounds=rounds, warm_up=3)
    best = {name: min(times) for name, times in seconds.items()}
    print("\nbatch 1, ms")
    print(f"  {'':26}{'AffectiveNet':>13}{'ResNet-50':>11}{'MobileNet':>11}   of each")
    for form in dict.fromkeys(key.split("|")[0] for key in best):
        ours, resnet, mobilenet = (best[f"{form}|{name}"] for name in NAMES)
        print(
            f"  {form:26}{ours * 1e3:13.2f}{resnet * 1e3:11.2f}{mobilenet * 1e3:11.2f}"
            f"   {ours / resnet:.2f}, {ours / mobilenet:.2f}"
        )
    fastest = min((value, key) for key, value in best.items() if key.endswith(f"|{OURS}"))
    trained = {name: best[f"as trained, float32|{name}"] for name in NAMES}
    for name, target in TARGETS.items():
        ratio = fastest[0] / trained[name]
        print(
            f"  fastest form of AffectiveNet ({fastest[1].split('|')[0]}) / {name} as trained: "
            f"{ratio:.2f}; target {target}: {'met' if ratio <= target else 'missed'}"
        )


def throughput(
    models: dict[str, LoadedModel], forms: dict[str, dict[str, InferenceForm]], rounds: int
) -> None:
    runs = runs_at(models, forms, 32)
    products = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    for label, dtype in products.items():
        square = torch.rand(SIDE, SIDE).to(dtype)
        runs[f"peak|{label}"] = lambda square=square: square @ square
    seconds = {key: min(t) for key, t in side_by_side(runs, rounds=rounds, warm_up=2).items()}
    peaks = {label: 2 * SIDE**3 / seconds[f"peak|{label}"] for label in products}
    print("\nbatch 32, images/s (share of the matrix-product peak in float32, bfloat16)")
    print(
        "  peak: " + ", ".join(f"{label} {rate / 1e9:.0f} GFLOP/s" for label, rate in peaks.items())
    )
    best = 0.0
    for form in dict.fromkeys(key.split("|")[0] for key in seconds if "peak" not in key):
        cells = []
        for name in NAMES:
            rate = 32 / seconds[f"{form}|{name}"]
            shares = [rate * measure(models[name].entry, classes=4).flops / peaks[p] for p in peaks]
            cells.append(f"{rate:7.0f} ({shares[0]:.2f}, {shares[1]:.2f})")
            best = max(best, shares[0]) if name == OURS else best
        print(f"  {form:26}" + "  ".join(cells))
    verdict = "met" if best >= PEAK_TARGET else "missed"
    print(f"  AffectiveNet at best {best:.2f} of the float32 peak; target {PEAK_TARGET}: {verdict}")


if __name__ == "__main__":
    main()
