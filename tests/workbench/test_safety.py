"""What keeps many users apart and a machine safe, checked on the code and on a running server."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from starlette.formparsers import MultiPartParser

import workbench
from tests.workbench.opening import open_at
from tests.workbench.running import ROOT, served_app

SOURCES = sorted(Path(str(workbench.__file__)).parent.rglob("*.py"))
CONFIG = tomllib.loads((ROOT / "workbench" / ".streamlit" / "config.toml").read_text())
CACHED = ("cached.py", "cached_attributions.py", "cached_results.py")
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_IMPORTS = {"pickle", "shelve", "marshal", "dill", "joblib", "cloudpickle"}
ACTIVE = {"OMP_WAIT_POLICY": "ACTIVE"}
HOSTILE = ("../../../etc/passwd", "/etc/passwd", "__import__('os').system('true')", "<script>", "")


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield path, node, ast.unparse(node.func)


def test_every_cache_is_bounded_and_lies_where_caches_do():
    caches = [(path, call) for path, call, name in calls() if name.startswith("st.cache_")]
    assert len(caches) > 15
    for path, call in caches:
        given = {keyword.arg for keyword in call.keywords}
        assert path.name in CACHED
        assert "max_entries" in given, ast.unparse(call)
        assert "persist" not in given  # it would pickle to disk
    bare = [
        node.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        for one in node.decorator_list
        if ast.unparse(one) in ("st.cache_data", "st.cache_resource")
    ]
    assert not bare


def test_caches_are_keyed_by_short_values():
    """Arrays and clips would be sampled for a key, so that two of them could share an entry."""
    trees = [ast.parse((ROOT / "workbench" / name).read_text()) for name in CACHED]
    nodes = [node for tree in trees for node in tree.body]
    for function in (node for node in nodes if isinstance(node, ast.FunctionDef)):
        if not any("st.cache_" in ast.unparse(one) for one in function.decorator_list):
            continue
        for argument in function.args.args:
            if not argument.arg.startswith("_"):
                assert argument.annotation is not None
                kind = ast.unparse(argument.annotation)
                assert set(kind.replace("|", " ").split()) <= {
                    *("str", "int", "float", "None", "tuple[int,", "int]")
                }, f"{function.name} is keyed by {argument.arg}: {kind}"


def test_nothing_is_unpickled_evaluated_or_drawn_as_raw_html():
    for path, call, name in calls():
        assert name not in FORBIDDEN_CALLS, f"{path.name}: {ast.unparse(call)}"
        assert "unsafe_allow_html" not in {keyword.arg for keyword in call.keywords}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in getattr(node, "names", []) if hasattr(alias, "name")]
            names.append(getattr(node, "module", None) or "")
            assert not FORBIDDEN_IMPORTS & {str(name).split(".")[0] for name in names}, path.name


def test_the_settings_are_those_of_a_careful_server():
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["server"]["maxUploadSize"] <= 20
    assert CONFIG["server"].get("enableXsrfProtection", True)
    assert CONFIG["server"].get("enableCORS", True)
    assert not CONFIG["server"].get("enableStaticServing", False)
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] in ("type", "none")


def test_the_server_listens_to_this_machine_alone(workplace):
    others = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "200"}
    with served_app({**workplace, **others}, log=subprocess.DEVNULL) as app:
        listening = [
            one.laddr.ip
            for one in psutil.Process(app.process.pid).net_connections(kind="inet")
            if one.status == psutil.CONN_LISTEN
        ]
    assert listening == ["127.0.0.1"]


def test_uploads_are_held_in_memory_up_to_the_largest_that_is_accepted(monkeypatch):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 2**20)
    open_at("paper")  # any page will do
    assert MultiPartParser.spool_max_size > CONFIG["server"]["maxUploadSize"] * 2**20


@pytest.mark.parametrize("page", ["attributions", "clips", "results"])
@pytest.mark.parametrize("text", HOSTILE)
def test_an_address_names_neither_paths_nor_code(page, text):
    fields = ("source", "person", "clip", "run", "study", "nets", "methods", "dataset", "w1")
    app = open_at(page, **dict.fromkeys(fields, text))
    assert not app.error


@pytest.mark.skipif(sys.platform != "linux", reason="asks GNU's OpenMP, which comes with PyTorch")
@pytest.mark.parametrize(("asked", "policy"), [({}, "PASSIVE"), (ACTIVE, "ACTIVE")])
def test_waiting_threads_leave_the_processor_to_others_unless_told_otherwise(asked, policy):
    inherited = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    told = subprocess.run(
        [sys.executable, "-c", "import workbench, torch"],
        env={**inherited, "OMP_DISPLAY_ENV": "TRUE", **asked},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"OMP_WAIT_POLICY = '{policy}'" in told.stderr
