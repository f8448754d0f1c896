from __future__ import annotations

from pathlib import Path

import mer_core
from mer_core import folders


def test_figures_are_found_from_anywhere(tmp_path, monkeypatch):
    root = Path(mer_core.__file__).resolve().parents[1]
    monkeypatch.chdir(tmp_path)
    assert folders.figures_folder() == root / "figures"


def test_without_a_checkout_figures_lie_among_the_results(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "__file__", str(tmp_path / "site" / "mer_core" / "folders.py"))
    monkeypatch.setenv("MER_DATA", str(tmp_path / "data"))
    assert folders.figures_folder() == tmp_path / "data" / "figures"
