"""Sliders and menus under JupyterLab, moved by a browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_from_frames_to_ami.ipynb"
WAIT = 180_000  # milliseconds; a kernel on a busy machine takes its time
SETTINGS = {
    # Cells that are scrolled out of sight stay where a test can see them.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false"},
}


@pytest.fixture
def lab(tmp_path):
    """The address of JupyterLab on a copy of one notebook."""
    shutil.copy(NOTEBOOK, tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    options += ["--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}"]
    settings = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME")}
    settings["JUPYTERLAB_SETTINGS_DIR"] = str(tmp_path / "settings")
    for name, setting in SETTINGS.items():
        file = tmp_path / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting))
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def page(browser):
    """A page that is tall enough for a notebook."""
    opened = browser.new_page(viewport={"width": 1300, "height": 1600})
    opened.set_default_timeout(WAIT)
    yield opened
    opened.close()


@pytest.mark.browser
@pytest.mark.notebook
def test_a_picture_follows_its_menu_and_its_slider(lab, page):
    page.goto(f"{lab}/lab/tree/{NOTEBOOK.name}?reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    # What is run before the kernel is there opens a dialogue in place of running.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    box = page.locator(".widget-vbox").filter(has_text="Weighting")
    picture = box.locator("img")
    picture.wait_for()
    assert "weighting Full" in picture.get_attribute("alt")
    before = picture.get_attribute("src")
    box.locator("select").select_option("Rank pooling")
    box.locator('img[alt*="weighting Rank pooling"]').wait_for()
    assert picture.get_attribute("src") != before
    moved = picture.get_attribute("alt")
    slider = box.locator(".noUi-handle-lower")
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    box.locator(f'img:not([alt="{moved}"])').wait_for()
    assert page.locator(".jp-mod-error, [data-mime-type*='stderr']").count() == 0
