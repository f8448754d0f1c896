"""Pages of the notebooks are made of the notebooks as they are, need no network, and stay small."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location(
    "notebook_pages", ROOT / ".github" / "docs" / "notebook_pages.py"
)
assert SPEC is not None and SPEC.loader is not None
pages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pages)

MOST = 10 * 2**20  # bytes of all pages
LONGEST = 400  # letters that describe a picture


def test_no_page_is_stale_and_none_is_left_over():
    assert [path.name for path in pages.stale()] == [], "run: make notebooks"
    written = {path.stem for path in pages.PAGES.glob("*.html")}
    assert written == {path.stem for path in pages.notebooks()}


def test_all_pages_together_stay_small():
    assert sum(path.stat().st_size for path in pages.PAGES.glob("*.html")) <= MOST


def test_a_page_of_other_cells_is_stale(tmp_path, monkeypatch):
    (first, *_) = pages.notebooks()
    copy = tmp_path / first.name
    notebook = nbformat.read(first, as_version=4)
    nbformat.write(notebook, copy)
    assert pages.source_digest(copy) == pages.source_digest(first)
    notebook.cells[-1].source += "\n# another thought"
    nbformat.write(notebook, copy)
    monkeypatch.setattr(pages, "FOLDER", tmp_path)
    assert pages.stale() == [copy]


@pytest.mark.parametrize("pattern", pages.SHOWN)
def test_a_page_that_shows_other_results_is_stale(pattern, tmp_path, monkeypatch):
    (first, *_) = pages.notebooks()
    for path in (path for shown in pages.SHOWN for path in ROOT.glob(shown)):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    before = pages.source_digest(first)
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    assert pages.source_digest(first) == before
    changed = next(path for path in tmp_path.glob(pattern) if path.name != "manifest.json")
    changed.write_bytes(changed.read_bytes() + b" ")
    assert pages.source_digest(first) != before


@pytest.mark.parametrize("path", pages.notebooks(), ids=lambda path: path.stem)
def test_a_page_shows_pictures_formulas_and_words_and_asks_nobody(path):
    html = pages.page_of(path).read_text("utf-8")
    assert not re.findall(r"<img(?![^>]*alt=\"[^\"]+\")[^>]*>", html)
    assert max(map(len, re.findall(r"<img[^>]* alt=\"([^\"]*)\"", html))) < LONGEST
    assert not re.findall(r"(?:src|href)=[\"']https?:", html)
    assert 'class="formula"' in html
    assert "widget-view" not in html
    notebook = nbformat.read(path, as_version=4)
    explorers = sum("nb.explore(" in cell.source for cell in notebook.cells)
    assert html.count("In JupyterLab these are controls") == explorers > 0
    charts = html.count("<details class='chart'>")
    assert html.count("application/json") == charts


def test_every_chart_stands_below_its_picture():
    html = "".join(pages.page_of(path).read_text("utf-8") for path in pages.notebooks())
    below = re.findall(r"<img [^>]*src=\"data:image/webp[^>]*><details class='chart'>", html)
    assert len(below) == html.count("<details class='chart'>") > 0
