"""The app as its own process, and a browser to look at it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

ROOT = Path(__file__).parents[2]
APP = ROOT / "workbench" / "streamlit_app.py"
# Nothing of the browser's own may leave the machine.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
THEMES = ("light", "dark")
PAGES = tuple(
    "" if path.stem == "one_clip" else path.stem
    for path in sorted((APP.parent / "app_pages").glob("*.py"))
)
"""The path of every page in its address; the first one opens at the root."""


def chromium() -> str | None:
    """Where Chromium lies, if it does."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@dataclass(frozen=True)
class Served:
    """The running app.

    Attributes:
        address: Where it answers.
        process: The server.
        started: When it was started, on the clock of `time.perf_counter`.
    """

    address: str
    process: subprocess.Popen[bytes]
    started: float

    def processor_seconds(self) -> float:
        """Processor time that the server has used so far, all threads."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def resident_bytes(self) -> int:
        """Memory that the server holds."""
        return psutil.Process(self.process.pid).memory_info().rss


@contextmanager
def served_app(
    variables: Mapping[str, str], *, log: IO[bytes] | int | None = None, folder: Path = ROOT
) -> Iterator[Served]:
    """The app as `mer workbench` starts it in `folder`, with `variables`; `log` gets its output."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mer_core", "workbench", "--no-browser", "--port", str(port)]
    # Python's own way: what a first start has compiled, a second one finds.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**inherited, **variables},
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        yield Served(address, process, started)
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def running_app(variables: Mapping[str, str]) -> Iterator[str]:
    """The address of the app, started with `variables` in its environment."""
    with served_app(variables) as app:
        yield app.address


def _wait_for(address: str, process: subprocess.Popen) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError(f"the app ended with {process.returncode}")
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{address} did not answer")


def settle(page) -> None:
    """Waits until the app has run and its pictures are there; an exception box fails at once."""
    page.locator("h1").first.wait_for(state="attached")  # the presenter's view hides it
    page.wait_for_timeout(250)  # a gesture takes a moment to reach the server
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_function("[...document.images].every(image => image.complete)")
    assert page.locator('[data-testid="stException"]').count() == 0


def pick(page, label: str, option: str, *, tries: int = 5) -> None:
    """Adds `option` to the list of choices called `label`, and closes the list.

    An open list hides the page from a reader of roles, and a page that is drawn again takes the
    keyboard from it: so it is opened, asked and closed until the choice is seen to be there.
    """
    box = page.get_by_test_id("stMultiSelect").filter(has_text=label)
    entries = page.get_by_role("option")
    for _ in range(tries):
        if not entries.count():
            page.get_by_label(label).click()
        entries.filter(has_text=option).first.click()
        for _ in range(tries):
            if not entries.count():
                break
            page.keyboard.press("Escape")
            page.wait_for_timeout(300)
        else:
            page.mouse.click(5, 5)
        settle(page)
        if box.get_by_text(option, exact=True).count():
            return
    raise AssertionError(f"{option!r} was not taken by {label!r} in {tries} tries")
