"""Notebooks run from a fresh kernel, their values hold, and they stay short and paired."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from mer_core.datasets.synthetic.twins import write_twin

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHECKS = Path(__file__).parent / "checks"
LINES = 40  # of code in a notebook
CELL = 5  # lines of code in a cell

# Dataset -> people, clips of each: as small as every step of every notebook allows.
TINY = {"casme": (2, 4), "casme2": (3, 4), "casme-squared": (2, 6), "samm": (2, 4)}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A folder for caches and studies that all notebooks share, with twins and their list.

    The twins lie where licensed roots would, and are named in a list as those would be.
    """
    folder = tmp_path_factory.mktemp("notebooks")
    for name, (subjects, clips) in TINY.items():
        write_twin(
            name,
            folder / "roots" / name,
            subjects=subjects,
            clips_per_subject=clips,
            seed=3,
            size=112,
            frames=(10, 12),
            balance=0.5,
            workers=1,
        )
    lines = [f'{name} = "roots/{name}"' for name in TINY]
    (folder / "roots.toml").write_text("\n".join(["[roots]", *lines]))
    return folder


def filled(value: Any, home: Path) -> Any:
    """A parameter with `{roots}` standing for the list of twins."""
    return str(home / "roots.toml") if value == "{roots}" else value


def checks_of(path: Path) -> ModuleType:
    """What is asserted of a notebook: `checks/<name>.py` with PARAMETERS and check(results)."""
    spec = importlib.util.spec_from_file_location(path.stem, CHECKS / f"{path.stem}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(path: Path, kind: str, tag: str | None = None) -> list[Any]:
    """The cells of one kind, with one tag where one is given."""
    found = nbformat.read(path, as_version=4).cells
    own = [cell for cell in found if cell.cell_type == kind]
    return [cell for cell in own if tag is None or tag in cell.metadata.get("tags", [])]


def code_lines(cell: Any) -> list[str]:
    """Lines of code, without blank ones and comments."""
    lines = [line.strip() for line in cell.source.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def execute(path: Path, parameters: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Runs a notebook with `parameters` in place of its own and returns its `results`."""
    notebook = nbformat.read(path, as_version=4)
    (at,) = [
        i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])
    ]
    lines = [f"{name} = {value!r}" for name, value in parameters.items()]
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("\n".join(lines)))
    answer = folder / "results.json"
    notebook.cells.append(
        nbformat.v4.new_code_cell(
            f"import json, pathlib\npathlib.Path({str(answer)!r}).write_text(json.dumps(results))"
        )
    )
    context = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=context).execute()
    return json.loads(answer.read_text())


@pytest.mark.notebook
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_values_hold(path, home, tmp_path, monkeypatch):
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"MER_{name}", str(home / name.lower()))
    monkeypatch.setenv("PLOTLY_RENDERER", "plotly_mimetype")
    checks = checks_of(path)
    parameters = {name: filled(value, home) for name, value in checks.PARAMETERS.items()}
    checks.check(execute(path, parameters, tmp_path))


def test_every_notebook_has_a_check_and_every_check_a_notebook():
    checks = {path.stem for path in CHECKS.glob("[0-9]*.py")}
    assert checks == {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_and_shows_no_plumbing(path):
    code = cells(path, "code")
    assert sum(len(code_lines(cell)) for cell in code) <= LINES
    *shown, last = code
    assert "values" in last.metadata["tags"]
    assert last.metadata["jupyter"]["source_hidden"]
    assert max(len(code_lines(cell)) for cell in shown) <= CELL
    text = "\n".join(cell.source for cell in shown)
    assert not any(
        word in text for word in ("__dataclass_fields__", "Job(", "BUILDERS", "Registry")
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_explains_and_ends_with_two_exercises(path):
    words = [cell.source for cell in cells(path, "markdown")]
    text = " ".join(" ".join(words).split())
    assert "**Question.**" in words[0]
    assert "$$" in words[0]
    assert text.count("**Look for**") == text.count("**Seen.**") > 0
    ending = words[-1].partition("## Conclusion")[2]
    exercises = ending.partition("## Exercises")[2]
    assert [line[:2] for line in exercises.splitlines() if line[:1].isdigit()] == ["1.", "2."]
    assert any("nb.explore(" in cell.source for cell in cells(path, "code"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stripped_and_in_step_with_its_text(path):
    assert not any(cell.outputs or cell.execution_count for cell in cells(path, "code"))
    text = path.with_suffix(".py")
    command = [sys.executable, "-m", "jupytext", "--to", "py:percent", "--output", "-", str(path)]
    rendered = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert body(rendered) == body(text.read_text()), "run: jupytext --sync notebooks/*.ipynb"


def body(text: str) -> str:
    """What follows the header, which names versions of the tools."""
    return text.split("# ---\n", 2)[-1].strip()
