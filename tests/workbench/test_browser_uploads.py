"""A clip handed over in a browser: no byte of it reaches a disk."""

from __future__ import annotations

import resource
import subprocess

import numpy as np
import psutil
import pytest

from tests.workbench.running import served_app, settle
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
