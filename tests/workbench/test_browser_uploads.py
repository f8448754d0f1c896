"""A clip handed over in a browser: no byte of it reaches a disk."""

from __future__ import annotations

import resource
import subprocess

import numpy as np
import psutil
import pytest

from mer_core.inputs import synthetic_recording
from tests.workbench.running import served_app, settle
from tests.workbench.test_browser_gestures import drag
from tests.workbench.uploads import png, zipped

pytestmark = pytest.mark.browser


def large_clip() -> bytes:
    """A zip of frames of noise, three megabytes: far more than a server would hold by itself."""
    noise = np.random.default_rng(0)
    frames = [noise.integers(0, 256, (300, 300, 3), np.uint8) for _ in range(12)]
    return zipped({f"img{i:03}.png": png(frame) for i, frame in enumerate(frames)})


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits are Linux's")
def test_a_server_that_may_write_no_file_answers_a_large_clip(browser, workplace):
    content = large_clip()
    assert len(content) > 3 * 2**20
    with served_app(workplace, log=subprocess.DEVNULL) as app:
        page = browser.new_page()
        page.set_default_timeout(180_000)
        page.goto(f"{app.address}/your_clip?nets=ststnet&crop=false")
        settle(page)
        # From here on the server can write to sockets and to nothing else.
        psutil.Process(app.process.pid).rlimit(resource.RLIMIT_FSIZE, (0, 0))
        page.locator('input[type="file"]').set_input_files(
            {"name": "mine.zip", "mimeType": "application/zip", "buffer": content}
        )
        page.get_by_text("What this cannot tell").wait_for()
        settle(page)
        page.close()


def test_a_brush_moves_the_frames_all_follow_and_the_clip_outlives_the_page(page, server):
    acted = synthetic_recording(subject=3, emotion="happiness", seed=2, size=128).clip.frames
    wide = [np.pad(frame, ((20, 20), (50, 50), (0, 0)), mode="edge") for frame in acted]
    content = zipped({f"{i:03}.png": png(frame[..., ::-1]) for i, frame in enumerate(wide)})
    page.goto(f"{server}/your_clip?nets=affectivenet&nets=learnet&nets=mobilenet")
    settle(page)
    page.locator('input[type="file"]').set_input_files(
        {"name": "smile.zip", "mimeType": "application/zip", "buffer": content}
    )
    page.get_by_text("What this cannot tell").wait_for()
    settle(page)
    assert page.get_by_text("predicts").count() == 3
    assert page.get_by_alt_text("Grad-CAM of").count() == 3
    page.get_by_text(f"{len(acted)} frames; estimated: apex").wait_for()

    image = page.get_by_alt_text("Affective-motion image under rank pooling").first
    before = image.get_attribute("alt")
    drag(page, "own-motion", (0.1, 0.3), (0.6, 0.7))
    page.wait_for_url("**frames=**")
    settle(page)
    assert image.get_attribute("alt") != before
    assert page.get_by_text(f"{len(acted)} frames; estimated: apex").count() == 0

    page.get_by_role("link", name="Paper").click()
    page.get_by_role("heading", level=1, name="Paper").wait_for()
    settle(page)
    page.get_by_role("link", name="Your own clip").click()
    page.get_by_text("What this cannot tell").wait_for()
    settle(page)
    assert page.get_by_text("smile.zip").count() >= 1
    page.get_by_role("button", name="Forget this clip").click()
    page.get_by_text("Choose a file or record one above").wait_for()
