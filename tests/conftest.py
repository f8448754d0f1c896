"""One browser for every test that wants one: Playwright allows no second beside it."""

from __future__ import annotations

import os

import pytest

from tests.workbench.running import QUIET, chromium

# A camera that shows a test picture and is granted without asking.
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


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
        launched = driver.chromium.launch(executable_path=found, args=[*QUIET, *CAMERA])
        yield launched
        launched.close()
