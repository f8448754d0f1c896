import shutil
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import pytest


@dataclass
class PaperCopy:
    """A copy of the paper's numbers in which errors can be planted."""

    folder: Path

    def replace(self, name, old, new):
        """Replaces the one occurrence of `old` in a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def paper_copy(tmp_path):
    with as_file(files("mer_core.paper") / "data") as data:
        folder = shutil.copytree(data, tmp_path / "data")
    return PaperCopy(folder)
