"""One run makes everything, keeps what is there, records what is missing, and repeats."""

import json

import pytest

from mer_core.plots.page import STYLE_SHEET
from mer_core.reproduction import everything
from mer_core.reproduction.everything import BUILDERS, State, reproduce
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.manifest import GALLERY, MANIFEST, Manifest, gallery
from mer_core.reproduction.measured import Product
from mer_core.reproduction.report import report
from mer_core.reproduction.review import PAGE

FAST = ("fig1", "fig2", "claims_audit", "datasets", "table1", "fig3", "fig4", "table3")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return tmp_path_factory.mktemp("figures")


def contents(folder):
    kept = (MANIFEST, GALLERY, PAGE, STYLE_SHEET)
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.is_file() and file.name not in kept
    }


def test_a_run_a_second_one_and_a_forced_one(job, made):
    first = {one.name: one for one in reproduce(FAST, job, made)}
    # fig4 needs CAS(ME)², which has no root here.
    assert first["fig4"].state == State.MISSING
    assert {one.state for name, one in first.items() if name != "fig4"} == {State.MADE}
    before = contents(made)
    written = {file.name: file.stat().st_mtime_ns for file in made.iterdir()}
    again = {one.name: one.state for one in reproduce(FAST, job, made)}
    assert {state for name, state in again.items() if name != "fig4"} == {State.KEPT}
    assert all((made / name).stat().st_mtime_ns == written[name] for name in before), (
        "a kept file was written again"
    )
    forced = {one.name: one.state for one in reproduce(FAST, job, made, force=True)}
    assert State.KEPT not in forced.values()
    assert contents(made) == before


def test_every_file_has_an_entry_and_every_entry_a_file(job, made):
    manifest = Manifest(made)
    entries = {entry.file: entry for entry in manifest.entries()}
    assert set(entries) == set(contents(made))
    for file, entry in entries.items():
        assert ("synthetic" in file) == entry.synthetic
        assert entry.recipe == BUILDERS.get(entry.name).recipe(job)
    assert set(manifest.missing()) == {"fig4"}
    assert "fig4" in (made / GALLERY).read_text()
    assert (made / GALLERY).read_text() == gallery(manifest, BUILDERS.names())


def test_the_report_holds_everything_once_and_opens_without_a_network(made):
    page = report(made)
    assert page == report(made)
    for name in FAST:
        assert (f"mer reproduce {name}" in page) == (name != "fig4")
    assert page.count("plotly.js v") == 1
    assert "<script src=" not in page and "<link" not in page
    pictures = sum(file.suffix == ".png" for file in made.iterdir())
    assert page.count("src='data:image/png;base64,") == pictures
    assert "<title>AffectiveNet, reproduced on synthetic data</title>" in page
    assert page.count("<!doctype html>") == 1
    assert "@media print" in page
    opening = page[: page.index("<nav")]
    for words in ("10 of 11 parameter counts", "2,271,296 parameters", "not made", "CAS(ME)²"):
        assert words in opening, words


def test_other_settings_make_it_again(job, made, tmp_path):
    maker = BUILDERS.get("table1")
    recipes = {
        maker.recipe(job),
        maker.recipe(Job(**{**vars_of(job), "seeds": (3,)})),
        maker.recipe(Job(**{**vars_of(job), "changes": {"epochs": 9}})),
        maker.recipe(Job(**{**vars_of(job), "existing": True})),
    }
    assert len(recipes) == 4
    assert BUILDERS.get("fig2").recipe(job) == BUILDERS.get("fig2").recipe(Job())


def vars_of(job):
    return {name: getattr(job, name) for name in job.__dataclass_fields__}


def test_one_that_fails_is_recorded_and_does_not_cost_the_others(monkeypatch, tmp_path):
    from mer_core.errors import DatasetError
    from mer_core.registry import Registry

    def breaks(_job):
        raise DatasetError("the sheet is torn", where="here")

    def works(_job):
        product = Product(suffix=".txt", content=b"fine")
        return BuildResult(products=(product,), data_digest="d", synthetic=False)

    makers = Registry("maker")
    for name, make in (("torn", breaks), ("whole", works)):
        makers.register(
            name, ArtifactBuilder(name=name, title=name, make=make, needs=lambda _job: {})
        )
    monkeypatch.setattr(everything, "BUILDERS", makers)
    outcomes = list(reproduce(["whole", "torn"], Job(), tmp_path))
    assert [(one.name, one.state) for one in outcomes] == [
        ("torn", State.FAILED),
        ("whole", State.MADE),
    ]
    document = json.loads((tmp_path / MANIFEST).read_text())
    assert "the sheet is torn" in document["missing"]["torn"]


def test_a_file_that_a_maker_no_longer_makes_goes(tmp_path):
    manifest = Manifest(tmp_path)
    maker = ArtifactBuilder(name="x", title="x", make=lambda _job: None, needs=lambda _job: {})

    def product(suffix):
        return BuildResult(
            products=(Product(suffix=suffix, content=b"1"),), data_digest="d", synthetic=False
        )

    everything.save(maker, product(".csv"), manifest)
    everything.save(maker, product(".md"), manifest)
    assert [entry.file for entry in manifest.entries()] == ["x.md"]
    assert not (tmp_path / "x.csv").exists()


def test_redrawing_needs_no_study_and_gives_the_same_files(job, made, tmp_path):
    import shutil

    folder = tmp_path / "again"
    shutil.copytree(made, folder)
    (folder / "table1_synthetic.png").write_bytes(b"old")
    assert everything.redraw(folder) == ("table1",)
    assert contents(folder) == contents(made)
    entries = {entry.file: entry for entry in Manifest(folder).entries()}
    before = {entry.file: entry for entry in Manifest(made).entries()}
    assert entries == before
