"""A worker of the crew: films the takes named on standard input, a line per finished take."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2

from mer_core.datasets.synthetic.twins.filming import film
from mer_core.datasets.synthetic.twins.manifest import read_manifest
from mer_core.datasets.synthetic.twins.script import write_script


def main() -> None:
    """Reads the order, films, and reports each take by its index."""
    cv2.setNumThreads(1)
    order = json.load(sys.stdin)
    root = Path(order["root"])
    manifest = read_manifest(root)
    if manifest is None:
        sys.exit(f"{root} is no twin")
    script = write_script(manifest.settings)
    for index in order["takes"]:
        film(script, script.takes[index], root, token=order["token"])
        sys.stdout.write(f"{index}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
