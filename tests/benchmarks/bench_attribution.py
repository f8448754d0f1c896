"""What each attribution method costs, as a multiple of the forward pass it explains.

Integrated gradients on AffectiveNet are the arithmetic of 49 forward passes: 32 steps forwards and
backwards through the three quarters of the network behind its first convolutions, which run twice
each way. Their target of 40 is reached only where batches run better than single images.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mer_core.attribution import explain, list_methods
from mer_core.attribution.baseline_inputs import probe_input
from mer_core.attribution.method import Method, Values
from mer_core.models.loaded import LoadedModel, load_model
from tests.benchmarks.bench_networks import CLASSES
from tests.benchmarks.measuring import Measurement, in_turns

GROUP = "Attribution"
MODELS = ("affectivenet", "resnet50", "mobilenet")
TARGETS = {"grad-cam": 4.0, "saliency": 5.0, "integrated-gradients": 40.0}
PARAMETERS: dict[str, Values] = {"integrated-gradients": {"arithmetic": "float32"}}


def measure() -> Iterator[Measurement]:
    """Yield every method on every compared network, in float32."""
    for name in MODELS:
        model = load_model(name, classes=CLASSES)
        for available in list_methods(model):
            if available.applies:
                yield _cost(model, available.method)


def _cost(model: LoadedModel, method: Method) -> Measurement:
    inputs = probe_input(model.entry.input)
    regions = {f"r{i}": mask for i, mask in enumerate(stripes(model.entry.input.size, 12))}
    parameters = PARAMETERS.get(method.name, {})

    def draw() -> None:
        explain(
            model,
            inputs,
            method=method.name,
            target=CLASSES[0],
            regions=regions,
            parameters=parameters,
        )

    seconds = in_turns({"map": draw, "forward": lambda: model.logits(inputs)}, rounds=3)
    return Measurement(
        group=GROUP,
        name=f"{method.title}, {model.entry.title}",
        value=seconds["map"] / seconds["forward"],
        unit="forward passes",
        target=TARGETS.get(method.name),
        note=f"announced {method.forwards(parameters, model.entry):.0f}; "
        f"{1e3 * seconds['map']:.0f} ms",
    )


def stripes(size: tuple[int, int], count: int) -> Iterator[np.ndarray]:
    """Yield the regions that ablation by region takes."""
    height, width = size
    for i in range(count):
        mask = np.zeros((height, width), bool)
        mask[i * height // count : (i + 1) * height // count] = True
        yield mask
