"""What a person who installs the package gets, checked on a wheel and an sdist built from here."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import mer_core
import workbench
from tests.workbench.running import served_app

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BUILD = """
import sys
from setuptools import build_meta
out = sys.argv[1]  # setuptools replaces them
print(build_meta.build_wheel(out), build_meta.build_sdist(out))
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> tuple[zipfile.ZipFile, set[str]]:
    """The wheel, and the names in the sdist, of the files that git would commit."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(out)], cwd=source, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    wheel, sdist = done.stdout.split()[-2:]
    with tarfile.open(out / sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    return zipfile.ZipFile(out / wheel), inside


def flat(group: str) -> set[str]:
    found: set[str] = set()
    for item in PROJECT["dependency-groups"][group]:
        found |= {item} if isinstance(item, str) else flat(item["include-group"])
    return found


def test_a_plain_installation_is_the_sum_of_its_parts():
    parts = flat("app") | flat("notebooks")
    assert set(PROJECT["project"]["dependencies"]) == parts
    for extra in ("export", "cluster"):
        assert set(PROJECT["project"]["optional-dependencies"][extra]) == flat(extra)
    assert flat("core") < flat("app")
    assert parts | flat("export") | flat("test") <= flat("dev")


def test_the_app_does_without_what_only_developers_need():
    names = {re.split(r"[<>=\[]", item)[0] for item in flat("app")}
    assert not names & {"playwright", "scikit-learn", "onnxruntime", "pytest", "jupyterlab"}


def test_the_wheel_holds_every_file_of_its_packages(built):
    wheel, _ = built
    inside = set(wheel.namelist())
    for package in (mer_core, workbench):
        folder = Path(str(package.__file__)).parent
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert str(path.relative_to(folder.parent)) in inside
    assert {"mer_core/py.typed", "workbench/py.typed"} <= inside


def test_the_sdist_holds_tests_notebooks_and_figures(built):
    _, inside = built
    for name in (
        "tests/test_packaging.py",
        "notebooks/01_from_frames_to_ami.py",
        "notebooks/01_from_frames_to_ami.ipynb",
        "figures/manifest.json",
        "figures/table1_synthetic.csv",
        "constraints.txt",
        "Makefile",
        "CITATION.cff",
        "CHANGELOG.md",
        ".github/CONTRIBUTING.md",
        ".binder/requirements.txt",
        "notebooks/executed/01_from_frames_to_ami.html",
    ):
        assert name in inside, name
    assert not [name for name in inside if name.endswith((".avi", ".pyc"))]


def test_the_app_starts_from_the_wheel_alone(built, tmp_path):
    wheel, _ = built
    wheel.extractall(tmp_path / "site")
    place = {"PYTHONPATH": str(tmp_path / "site"), "MER_DEMO": "off", "MER_CACHE": str(tmp_path)}
    with served_app(place, folder=tmp_path) as app:
        assert app.process.poll() is None
