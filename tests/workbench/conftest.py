"""The app as a page test sees it, and as a browser sees it."""

from __future__ import annotations

import os

import pytest

from tests.workbench.running import APP, QUIET, chromium, running_app

__all__ = ["APP"]


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
    with running_app(workplace) as address:
        yield address


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
