"""`mer workbench`: the app in the browser, with this project's own server settings."""

from __future__ import annotations

import errno
import importlib.util
import ipaddress
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from mer_core.errors import MissingToolError, SettingsError
from mer_core.local_workers import WORKER_ENVIRONMENT

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8501
_PORTS_TRIED = 20

# Settings that keep recordings of faces on this machine. They go on the command line, where no
# file or environment variable of a user's other apps overrides them.
_PROTECTED = ("server", "browser")


def server_environment(platform: str = sys.platform) -> dict[str, str]:
    """Return the variables under which the app's server keeps its memory between answers.

    PyTorch takes and frees the same megabytes for every answer, and glibc hands them back to the
    system each time: a tenth to a third of most attributions. One arena beside the main one, or a
    server's many threads would keep many. Other systems have no such setting.
    """
    if platform != "linux":
        return {}
    tunables = f"{WORKER_ENVIRONMENT['GLIBC_TUNABLES']}:glibc.malloc.arena_max=2"
    return {"GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", tunables)}


@click.command()
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    help="Address to listen on. Anything but this machine's own lets others open the app.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"Port to listen on.  [default: the first free one from {FIRST_PORT}]",
)
@click.option("--browser/--no-browser", default=True, help="Open the app in a browser.")
def workbench(host: str, port: int | None, browser: bool) -> None:
    """Start the app and open it in a browser.

    It works from any folder and any kind of installation, on data that it generates itself; no
    licensed dataset and no network is needed. Ctrl-C stops it.

    The app listens on this machine only, sends no usage statistics and keeps recordings that are
    uploaded in memory. It has no passwords: whoever reaches it sees its datasets and studies.

    There is no --json: the command runs until it is stopped.
    """
    app = _app()
    if not _is_loopback(host):
        click.echo(
            f"mer: warning: everybody who reaches {host} can open the app, its datasets and its "
            "studies; there is no password",
            err=True,
        )
    chosen = _free_port(host) if port is None else _check_port(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"mer: starting the workbench at http://{shown}:{chosen}; Ctrl-C stops it", err=True)
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    settings = _settings(app, host, chosen, browser)
    command += [f"--{name}={str(value).lower()}" for name, value in settings.items()]
    sys.exit(_replace_process(command, {**os.environ, **server_environment()}))


def _app() -> Path:
    """Return the file that Streamlit runs, without importing the app."""
    if importlib.util.find_spec("streamlit") is None:
        raise MissingToolError(
            "Streamlit is not installed", remedy="install the whole: pip install mer-workbench"
        )
    found = importlib.util.find_spec("workbench")
    if found is None or found.origin is None:
        raise MissingToolError("the app is not installed", remedy="reinstall mer-workbench")
    return Path(found.origin).with_name("streamlit_app.py")


def _settings(app: Path, host: str, port: int, browser: bool) -> dict[str, Any]:
    """Return the options of `streamlit run`; Streamlit reads the rest beside the app."""
    written = tomllib.loads((app.parent / ".streamlit" / "config.toml").read_text("utf-8"))
    kept = {f"{part}.{name}": value for part in _PROTECTED for name, value in written[part].items()}
    return {**kept, "server.address": host, "server.port": port, "server.headless": not browser}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _free_port(host: str) -> int:
    for port in range(FIRST_PORT, FIRST_PORT + _PORTS_TRIED):
        if _is_free(host, port):
            return port
    raise SettingsError(
        f"ports {FIRST_PORT} to {FIRST_PORT + _PORTS_TRIED - 1} are in use",
        where=host,
        remedy="give another one with --port",
    )


def _check_port(host: str, port: int) -> int:
    if not _is_free(host, port):
        raise SettingsError(
            f"port {port} is in use", where=host, remedy="give another one with --port"
        )
    return port


def _is_free(host: str, port: int) -> bool:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            # As the server binds it: a port whose last connection is just closing counts as free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except socket.gaierror as error:
        raise SettingsError(
            "is no address of this machine", where=host, remedy="leave --host out"
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise SettingsError(
                "is no address of this machine", where=host, remedy="leave --host out"
            ) from error
        return False
    return True


def _replace_process(command: list[str], environment: Mapping[str, str]) -> int:
    """Run `command` in this process's place, or wait for it where that cannot be done."""
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode
