"""A process that renders the clips of its order, and reports each by its index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2

from mer_core.child_process import Emit, serve
from mer_core.datasets.synthetic.twins.manifest import read_manifest
from mer_core.datasets.synthetic.twins.plan import plan_twin
from mer_core.datasets.synthetic.twins.rendering import render_files
from mer_core.errors import DatasetError


def _work(order: Any, emit: Emit) -> None:
    cv2.setNumThreads(1)  # the processes together use the cores
    root = Path(order["root"])
    manifest = read_manifest(root)
    if manifest is None:
        raise DatasetError("is no twin", where=root)
    plan = plan_twin(manifest.settings)
    for index in order["clips"]:
        render_files(plan, plan.specs[index], root, token=order["token"])
        emit(index)


if __name__ == "__main__":
    sys.exit(serve(_work))
