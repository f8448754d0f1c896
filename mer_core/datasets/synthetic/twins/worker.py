"""A process that films the takes it is told, and reports each by its index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2

from mer_core.child_process import Emit, serve
from mer_core.datasets.synthetic.twins.manifest import read_manifest
from mer_core.datasets.synthetic.twins.plan import write_script
from mer_core.datasets.synthetic.twins.rendering import film
from mer_core.errors import DatasetError


def _work(order: Any, emit: Emit) -> None:
    cv2.setNumThreads(1)  # the processes together use the cores
    root = Path(order["root"])
    manifest = read_manifest(root)
    if manifest is None:
        raise DatasetError("is no twin", where=root)
    script = write_script(manifest.settings)
    for index in order["takes"]:
        film(script, script.takes[index], root, token=order["token"])
        emit(index)


if __name__ == "__main__":
    sys.exit(serve(_work))
