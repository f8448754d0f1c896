"""Functions that a user calls say what they take, give and raise, and their examples run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import cv2
import pytest

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.training import CatalogExperiment, DatasetChoice, Study, profile

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / ".github" / "docs" / "reference.md").read_text()
NAMES = re.findall(r"^\.\. autofunction:: (\S+)$", PAGE, flags=re.MULTILINE)
SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def function(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return inspect.unwrap(getattr(importlib.import_module(module), attribute))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Everything that the examples stand on, in folders of their own."""
    base = tmp_path_factory.mktemp("reference")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CACHE", "CONFIG", "DATA"):
            patch.setenv(f"MER_{name}", str(base / name.lower()))
        twin = base / "twin"
        options = {"subjects": 2, "clips_per_subject": 4, "seed": 3, "size": 64, "balance": 0.0}
        write_twin("casme2", twin, **options, frames=(5, 6), workers=1)
        experiment = CatalogExperiment(
            datasets=(DatasetChoice(name="casme2", root=str(twin)),),
            scheme="paper4",
            model="learnet",
        )
        settings = profile("quick", model="learnet", epochs=1, batch=8)
        result = Study(experiment, name="mine", settings=settings).complete(workers=1)
        (setup,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
        space: dict[str, Any] = {"twin": twin, "result": result}
        exec(compile(setup, "reference.md", "exec"), space)
        yield space


@pytest.fixture
def folder(tmp_path, place) -> Path:
    frames = tmp_path / "clip"
    frames.mkdir()
    for number, frame in enumerate(place["clip"].clip.frames[:6], start=1):
        cv2.imwrite(str(frames / f"img{number}.png"), frame[..., ::-1])
    return frames


def test_about_forty_functions_are_listed_once():
    assert len(NAMES) == len(set(NAMES))
    assert 35 <= len(NAMES) <= 60


@pytest.mark.parametrize("name", NAMES)
def test_a_function_says_what_it_takes_and_gives(name):
    found = function(name)
    text = inspect.getdoc(found) or ""
    parameters = list(inspect.signature(found).parameters.values())
    assert not re.match(r"[A-Z][a-z]+s ", text), "the first line is an order"
    for parameter in parameters:
        stars = {parameter.VAR_POSITIONAL: r"\*", parameter.VAR_KEYWORD: r"\*\*"}
        written = rf"^ +{stars.get(parameter.kind, '')}{parameter.name}: "
        assert re.search(written, text, re.MULTILINE), parameter.name
    assert "\nReturns:\n" in text
    assert "\nExample:\n" in text


@pytest.mark.parametrize("name", NAMES)
def test_its_example_runs(name, place, folder):
    if name.endswith("export_onnx"):
        pytest.importorskip("onnxscript")
    found = function(name)
    known = {other.rpartition(".")[2]: function(other) for other in NAMES}
    space = {**known, **found.__globals__, **place, "folder": folder}
    (test,) = doctest.DocTestFinder().find(found, name, globs=space)
    assert test.examples
    told: list[str] = []
    doctest.DocTestRunner(optionflags=SAME).run(test, out=told.append)
    assert not told, "".join(told)
