"""The app as a page test sees it, and as a browser sees it."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

import pytest
import torch

from mer_core.datasets.synthetic.twins import write_twin
from tests.workbench.running import APP, running_app
from workbench import sanity_queue

__all__ = ["APP"]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """Folders of their own, so that tests neither see nor touch the user's."""
    place = tmp_path_factory.mktemp("workplace")
    folders = {f"MER_{name}": str(place / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    return {**folders, "MER_DEMO": "off"}


@pytest.fixture(scope="session", autouse=True)
def _no_checks_behind_pages():
    """Sanity checks of a page drawn in this process would run on beside the tests that follow."""
    sanity_queue.QUIET_SECONDS = math.inf


@pytest.fixture(autouse=True)
def _apart(workplace, monkeypatch):
    # Training in this process, by tests of other files, may have left it on; DeepLift refuses it.
    torch.use_deterministic_algorithms(False)
    for name, value in workplace.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of the app on folders of its own, with one small twin to browse."""
    place = tmp_path_factory.mktemp("server")
    twin = place / "casme2"
    write_twin("casme2", twin, subjects=2, clips_per_subject=4, seed=5, size=64, frames=(8, 10))
    folders = {f"MER_{name}": str(place / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    with running_app({**folders, "MER_DEMO": "off", "MER_CASME2_ROOT": str(twin)}) as address:
        yield address


@pytest.fixture
def page(browser):
    """A fresh browser session, in which nothing may be asked of any other machine."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 1200},
        permissions=["camera"],
        accept_downloads=True,
        reduced_motion="reduce",  # clips stand still until they are played: less to draw
    )
    context.set_default_timeout(180_000)  # maps take their time on a busy machine
    strangers = []
    context.on("request", lambda request: strangers.append(request.url) if away(request) else None)
    yield context.new_page()
    context.close()
    assert not strangers


def away(request) -> bool:
    """Whether a request leaves this machine."""
    parts = urlsplit(request.url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1"
