"""Imports point one way, and importing the core is light."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent


def python(code: str, environment: Mapping[str, str] | None = None) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    return done.stdout


def test_import_contracts_hold():
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_no_file_imports_itself_round_a_circle_not_even_late():
    graph = grimp.build_graph(
        "mer_core", "workbench", exclude_type_checking_imports=True, cache_dir=None
    )
    below = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    list(TopologicalSorter(below).static_order())  # raises, and names the circle


@pytest.mark.parametrize(
    "module", ["mer_core", "mer_core.cli", "mer_core.ami", "mer_core.frames", "mer_core.datasets"]
)
def test_light_modules_load_no_heavy_package(module):
    heavy = {"streamlit", "torch", "transformers", "captum", "plotly", "dask", "matplotlib"}
    loaded = python(f"import {module}, sys; print(*sys.modules)").split()
    assert not heavy & set(loaded)


def test_no_face_is_drawn_to_explain_a_clip_that_nobody_generated():
    code = """
import sys
import numpy as np
from mer_core.attribution.inspection import Inspection
from mer_core.inputs import Recording, sources
from mer_core.models.loaded import load_model
from mer_core.records import Clip
frames = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), np.uint8)
clip = Clip(name="real", frames=frames, frame_numbers=(1, 2, 3, 4), fps=200.0)
recording = Recording(clip=clip, subject="s", label="", action_units=("AU12", "L4"))
inspection = Inspection(model=load_model("affectivenet", classes=("a", "b")), recording=recording)
for method in ("grad-cam", "region-ablation"):
    found = inspection.explain(method)
assert inspection.localise(found.values).scores
inspection.examine(found)
print(*(name for name in sys.modules if name.startswith("mer_core.datasets.synthetic")))
"""
    assert python(code).split() == []


def test_imports_change_nothing_but_what_must_precede_pytorch():
    code = """
import importlib, os, pkgutil, warnings
import captum.attr, cv2, distributed, matplotlib.pyplot, plotly.tools, streamlit, torch
def state():
    threads = torch.get_num_threads(), cv2.getNumThreads(), torch.get_default_dtype()
    return threads, list(warnings.filters), dict(matplotlib.rcParams), dict(os.environ)
before = state()
import mer_core, workbench
for package in mer_core, workbench:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith(("__main__", "build_asset", "streamlit_app")):
            importlib.import_module(module.name)
*same, environment = state()
assert same == list(before[:-1]), "filters, threads or styles changed"
print(*sorted(set(environment.items()) - set(before[-1].items())))
"""
    ours = ("MKL_CBWR", "OMP_WAIT_POLICY")
    without = {name: value for name, value in os.environ.items() if name not in ours}
    changed = "('MKL_CBWR', 'AUTO') ('OMP_WAIT_POLICY', 'PASSIVE')\n"
    assert python(code, without) == changed


def test_the_public_face_is_importable_and_complete():
    code = "import mer_core as m; print(*[n for n in m.__all__ if callable(getattr(m, n))])"
    assert python(code) == python("import mer_core as m; print(*m.__all__)")
    import mer_core

    assert sorted(mer_core._HOMES) == sorted(mer_core.__all__)
