"""The digest under which renderings are kept changes with whatever draws them."""

from __future__ import annotations

import shutil

import cv2
import pytest

from mer_core.datasets.synthetic import rendering


@pytest.fixture
def digest(tmp_path, monkeypatch):
    """The digest of a copy of the package, and where the copy lies."""
    copy = tmp_path / "synthetic"
    shutil.copytree(rendering.PACKAGE, copy, ignore=shutil.ignore_patterns("twins", "__pycache__"))
    monkeypatch.setattr(rendering, "PACKAGE", copy)
    return rendering.rendering_digest.__wrapped__, copy


def test_it_is_the_same_for_the_same_code(digest):
    of_the_copy, _ = digest
    assert of_the_copy() == rendering.rendering_digest() == of_the_copy()


@pytest.mark.parametrize("name", ["skin.py", "asset.py"])
def test_a_changed_source_changes_it(digest, name):
    of_the_copy, folder = digest
    before = of_the_copy()
    source = folder / name
    source.write_text(source.read_text() + "\n# another tone\n")
    assert of_the_copy() != before


def test_another_version_of_opencv_changes_it(digest, monkeypatch):
    of_the_copy, _ = digest
    before = of_the_copy()
    monkeypatch.setattr(cv2, "__version__", "0.0")
    assert of_the_copy() != before
