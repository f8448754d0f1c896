"""`mer workbench`: what the server is started with, whatever is set around it."""

from __future__ import annotations

import socket
import sys
import tomllib
from pathlib import Path

import pytest

import workbench
from mer_core.cli import run
from mer_core.cli import workbench as command
from mer_core.local_workers import WORKER_ENVIRONMENT

PACKAGE = Path(str(workbench.__file__)).parent
WRITTEN = tomllib.loads((PACKAGE / ".streamlit" / "config.toml").read_text())


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Collects what would be run, in a folder without any settings."""
    calls = []
    monkeypatch.setattr(command, "_replace_process", lambda *call: calls.append(call) or 0)
    monkeypatch.chdir(tmp_path)
    return calls


def options(words) -> dict[str, str]:
    pairs = (word.removeprefix("--").split("=", 1) for word in words if word.startswith("--"))
    return dict(pairs)


def test_the_server_gets_the_settings_that_protect_recordings(started, capsys):
    with pytest.raises(SystemExit):
        run(["workbench", "--no-browser"])
    ((words, environment),) = started
    given = options(words)
    assert words[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(words[4]) == PACKAGE / "streamlit_app.py"
    assert given["server.address"] == "127.0.0.1"
    assert given["browser.gatherUsageStats"] == "false"
    assert int(given["server.maxUploadSize"]) == WRITTEN["server"]["maxUploadSize"] <= 20
    assert given["server.headless"] == "true"
    assert {f"server.{name}" for name in WRITTEN["server"]} <= set(given)
    assert "PATH" in environment
    assert "warning" not in capsys.readouterr().err


def test_another_host_must_be_asked_for_and_warns(started, capsys):
    with pytest.raises(SystemExit):
        run(["workbench", "--host", "0.0.0.0"])
    ((words, _),) = started
    assert options(words)["server.address"] == "0.0.0.0"
    assert "no password" in capsys.readouterr().err


def test_a_port_in_use_is_refused_and_passed_over_when_none_is_named(started, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(["workbench", "--port", str(port)]) == 2
        assert f"port {port} is in use" in capsys.readouterr().err
        assert not started
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(command, "FIRST_PORT", port)
            with pytest.raises(SystemExit):
                run(["workbench"])
    assert int(options(started[0][0])["server.port"]) > port


def test_a_host_that_is_not_this_machine_is_refused(started, capsys):
    assert run(["workbench", "--host", "192.0.2.1"]) == 2
    assert "no address of this machine" in capsys.readouterr().err
    assert not started


def test_the_server_keeps_its_memory_as_workers_do(monkeypatch):
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    (tunables,) = command.server_environment("linux").values()
    workers = str(WORKER_ENVIRONMENT["GLIBC_TUNABLES"])
    assert set(tunables.split(":")) == {*workers.split(":"), "glibc.malloc.arena_max=2"}
    assert command.server_environment("darwin") == {}
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=1")
    assert command.server_environment("linux") == {"GLIBC_TUNABLES": "glibc.malloc.check=1"}
