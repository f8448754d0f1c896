"""Files a person could upload: good ones, broken ones, and ones that mean harm."""

from __future__ import annotations

import io
import struct
import zipfile

import cv2
import numpy as np


def frames(count: int = 6, side: int = 64) -> list[np.ndarray]:
    """A grey square with a spot that moves."""
    made = []
    for i in range(count):
        frame = np.full((side, side, 3), 120, np.uint8)
        cv2.circle(frame, (side // 3 + i, side // 2), side // 6, (30, 160, 220), -1)
        made.append(frame)
    return made


def png(frame: np.ndarray) -> bytes:
    """One frame as a PNG file."""
    return cv2.imencode(".png", frame)[1].tobytes()


def zipped(files: dict[str, bytes]) -> bytes:
    """Files in a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def good_zip(count: int = 6) -> bytes:
    """A clip as a zip of frames."""
    return zipped({f"img{i:03}.png": png(frame) for i, frame in enumerate(frames(count), 1)})


def huge_png() -> bytes:
    """A PNG that claims 50000 x 50000 pixels in its header."""
    content = bytearray(png(frames(1)[0]))
    content[16:24] = struct.pack(">II", 50_000, 50_000)
    return bytes(content)


HOSTILE: dict[str, bytes] = {
    "text.mp4": b"this is no video " * 50,
    "truncated.zip": good_zip()[:200],
    "program.avi": b"MZ" + bytes(400),
    "traversal.zip": zipped({"../../escape1.png": png(frames(1)[0])}),
    "bomb.zip": zipped({"img1.png": bytes(30_000_000)}),
    "huge.zip": zipped({"img1.png": huge_png(), "img2.png": huge_png()}),
    "script.zip": zipped({"<script>alert(1)</script>1.png": b"not a picture"}),
    "page.webm": b"<html><script>alert(1)</script></html>",
    "pickle.zip": zipped({"img1.png": b"\x80\x04cos\nsystem\n(S'true'\ntR."}),
    "sizes.zip": zipped({"a1.png": png(frames(1, 64)[0]), "a2.png": png(frames(1, 32)[0])}),
}
"""Name -> bytes of files that must be refused in one line."""
