"""The app as a page test sees it, and as a browser sees it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

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


def chromium() -> str | None:
    return (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """Folders of their own, so that tests neither see nor touch the user's."""
    place = tmp_path_factory.mktemp("workplace")
    folders = {f"MER_{name}": str(place / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    return {**folders, "MER_DEMO": "off"}


@pytest.fixture(autouse=True)
def _apart(workplace, monkeypatch):
    for name, value in workplace.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def server(workplace):
    """The running app's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP)]
    options = ["--server.headless", "true", "--server.port", str(port)]
    process = subprocess.Popen([*command, *options], cwd=ROOT, env={**os.environ, **workplace})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError(f"the app ended with {process.returncode}")
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(f"{address} did not answer")


@pytest.fixture(scope="session")
def browser():
    """Chromium; without one the test is skipped, unless the environment requires it."""
    found = chromium()
    if found is None:
        if os.environ.get("MER_REQUIRE_BROWSER"):
            pytest.fail("MER_REQUIRE_BROWSER is set, but there is no Chromium")
        pytest.skip("no Chromium: install it to run the browser tests")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=found, args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture
def page(browser):
    """A fresh browser session whose console errors fail nothing but are kept for messages."""
    context = browser.new_context(viewport={"width": 1440, "height": 1200})
    context.set_default_timeout(180_000)  # maps take their time on a busy machine
    yield context.new_page()
    context.close()
