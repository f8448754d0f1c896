"""A few seconds of the reader's own camera, where the browser has one and the reader allows it."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from streamlit.components.v2 import component

SECONDS = 3
MOST_CHARACTERS = 28_000_000  # base64 of 20 MB, the limit of an upload

_HTML = """
<button type="button">Record</button>
<p role="status"></p>
<video muted playsinline hidden></video>
"""
_CSS = """
button {
  font: inherit; color: var(--st-text-color); background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
  padding: 0.4rem 1rem; cursor: pointer;
}
button:focus-visible { outline: 2px solid var(--st-primary-color); }
p { color: var(--st-text-color); margin: 0.5rem 0; }
video { width: 100%; max-width: 20rem; border-radius: var(--st-base-radius); }
"""
_WORDS = {
    "seconds": SECONDS,
    "asking": "The browser asks whether this page may use the camera.",
    "recording": f"Recording for {SECONDS} seconds. Start with a calm face.",
    "done": "Recorded.",
    "refused": "The browser gave no camera: none is there, or it was refused.",
    "unavailable": "This browser hands cameras only to pages of this machine or over HTTPS.",
}
_recorder = component(
    "mer_workbench_camera",
    html=_HTML,
    css=_CSS,
    js=Path(__file__).with_name("camera.js").read_text("utf-8"),
)


def recorded(*, key: str) -> bytes | None:
    """Draw the button that records; the recording as the browser encoded it, if there is one."""
    found = _recorder(key=key, data=_WORDS, on_recording_change=lambda: None)
    text = found.get("recording")
    if not isinstance(text, str) or not text or len(text) > MOST_CHARACTERS:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
