"""On several threads, too, the same question has the same answer, bit for bit."""

import os
import subprocess
import sys
from pathlib import Path

ASKING = """
import torch
from mer_core.attribution import explain
from tests.mer_core.attribution.fitted import example, shared

torch.set_num_threads(2)
model = shared("affective")
inputs = example(model)
maps = {
    explain(model, inputs, method="saliency", target="positive").values.tobytes()
    for _ in range(100)
}
print(len(maps))
"""


def test_a_gradient_on_two_threads_is_the_same_every_time():
    told = subprocess.run(
        [sys.executable, "-c", ASKING],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if name != "MKL_CBWR"},
    )
    assert told.stdout.split() == ["1"]
