"""What lies in figures/ is what its manifest says, and its page is written from that."""

from pathlib import Path

import pandas as pd
import pytest

from mer_core.plots.page import STYLE_SHEET, style_sheet
from mer_core.reproduction.answers import ANSWERS
from mer_core.reproduction.everything import BUILDERS, drawn_from, measured_cells
from mer_core.reproduction.manifest import GALLERY, MANIFEST, Manifest, gallery
from mer_core.reproduction.review import PAGE, review
from mer_core.training.storage import FILE_NAME
from mer_core.training.study_folders import list_studies

FIGURES = Path(__file__).parents[1] / "figures"


@pytest.fixture
def manifest():
    if not (FIGURES / MANIFEST).is_file():
        pytest.skip("figures/ is empty: run `mer reproduce all`")
    return Manifest(FIGURES)


def test_every_file_has_an_entry_and_every_entry_a_file(manifest):
    files = {file.name for file in FIGURES.iterdir() if file.is_file()}
    files -= {MANIFEST, GALLERY, PAGE, STYLE_SHEET}
    assert files == {entry.file for entry in manifest.entries()}


def test_the_answers_behind_the_figures_lie_beside_them(manifest):
    named = set()
    for entry in manifest.entries():
        studies = entry.provenance["settings"].get("studies", [])
        named |= set(studies.values() if isinstance(studies, dict) else studies)
    assert {folder.name for folder in list_studies(FIGURES / ANSWERS)} == named != set()
    for file in (FIGURES / ANSWERS).rglob("*"):
        assert file.is_dir() or file.name == FILE_NAME


def test_names_say_synthetic_where_data_were_generated(manifest):
    for entry in manifest.entries():
        assert ("synthetic" in entry.file) == entry.synthetic, entry.file


def test_every_entry_says_what_made_it(manifest):
    for entry in manifest.entries():
        assert entry.name in BUILDERS, entry.file
        assert entry.maker == f"mer reproduce {entry.name}"
        assert {"data_digest", "settings", "versions", "commit", "created"} <= set(entry.provenance)


def test_no_entry_names_a_place_on_a_machine(manifest):
    text = (FIGURES / MANIFEST).read_text()
    assert "/home/" not in text and "/tmp/" not in text and str(Path.home()) not in text


def test_pages_are_those_written_from_the_manifest_and_the_tables(manifest):
    assert (FIGURES / GALLERY).read_text() == gallery(manifest, BUILDERS.names())
    assert (FIGURES / PAGE).read_text() == review(manifest, BUILDERS).markdown()


def test_tables_share_one_style_sheet(manifest):
    assert (FIGURES / STYLE_SHEET).read_text() == style_sheet()
    for entry in manifest.entries():
        if entry.file.endswith(".html"):
            page = (FIGURES / entry.file).read_text()
            assert f'href="{STYLE_SHEET}"' in page
            assert "<style" not in page


def test_numbers_of_results_drawn_from_one_record_are_in_one_tidy_frame(manifest):
    cells = measured_cells(FIGURES)
    viewed = {name for name in BUILDERS.names() if BUILDERS.get(name).view}
    assert set(cells["result"]) == viewed >= {"table1", "table2", "fig5", "controls", "weightings"}
    measured = cells[cells["value"].notna() & cells["low"].notna()]
    assert (measured["low"] <= measured["high"]).all()
    assert not cells.duplicated(["result", "synthetic", "method", "setup", "metric"]).any()
    scores = pd.read_csv(FIGURES / "table1_synthetic.csv")
    ours = cells[(cells["result"] == "table1") & cells["value"].notna()]
    assert sorted(ours["value"]) == sorted(scores["ours"].dropna())
    assert sorted(ours["provenance"]) == sorted(scores["study"].dropna())


def test_views_give_the_committed_files_and_a_chart_where_they_have_panels(manifest):
    without = set()
    for entry in manifest.entries():
        builder = drawn_from(entry)
        if builder is None or builder.view is None:
            continue
        text = (FIGURES / entry.file).read_text()
        mark = "_synthetic" if entry.synthetic else ""
        for product in builder.draw(text, synthetic=entry.synthetic):
            if product.suffix in (".md", ".html", ".tex"):
                file = FIGURES / f"{product.stem or builder.name}{mark}{product.suffix}"
                assert file.read_bytes() == product.content, file.name
        if not list(builder.view(text, entry.synthetic).charts()):
            without.add(entry.name)
    assert without == {"map_layers"}, "a line for each layer, which no chart holds"
