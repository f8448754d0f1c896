"""Every file has an entry, and a synthetic one says so in its name.

The page shows every file once, with what made it, and says what is synthetic.
"""

from __future__ import annotations

import pytest

from mer_core.errors import StoreError
from mer_core.provenance import provenance
from mer_core.reproduction.manifest import Manifest, gallery


def made(synthetic: bool):
    return provenance(data_digest="d", synthetic=synthetic, settings={"k": 3}, seed=1)


def test_a_synthetic_file_carries_the_word_and_a_real_one_does_not(tmp_path):
    manifest = Manifest(tmp_path / "figures")
    options = {"title": "t", "maker": "mer x"}
    twin = manifest.save("fig1", ".png", b"a", provenance=made(True), **options)
    real = manifest.save("fig1", ".png", b"b", provenance=made(False), **options)
    assert (twin.name, real.name) == ("fig1_synthetic.png", "fig1.png")
    assert (twin.read_bytes(), real.read_bytes()) == (b"a", b"b")
    assert {entry.file: entry.synthetic for entry in manifest.entries()} == {
        "fig1_synthetic.png": True,
        "fig1.png": False,
    }


def test_saving_again_replaces_the_entry(tmp_path):
    manifest = Manifest(tmp_path)
    for title in ("old", "new"):
        manifest.save("t", ".csv", b"", title=title, maker="m", provenance=made(True))
    (entry,) = manifest.entries()
    assert entry.title == "new"
    assert entry.provenance["settings"] == {"k": 3}


def test_what_could_not_be_made_is_there_until_it_is(tmp_path):
    manifest = Manifest(tmp_path)
    manifest.save("old", ".csv", b"", title="t", maker="m", provenance=made(True), name="fig4")
    manifest.mark_missing("fig4", "no root")
    manifest.mark_missing("fig6", "no root either")
    assert manifest.missing() == {"fig4": "no root", "fig6": "no root either"}
    # An older result is not taken away by a failure.
    assert [entry.file for entry in manifest.entries()] == ["old_synthetic.csv"]
    manifest.finalise("fig4", ["old_synthetic.csv"], synthetic=True)
    assert manifest.missing() == {"fig6": "no root either"}


def test_real_results_do_not_replace_synthetic_ones(tmp_path):
    manifest = Manifest(tmp_path)
    for synthetic in (True, False):
        options = {"title": "t", "maker": "m", "name": "x", "provenance": made(synthetic)}
        saved = manifest.save("x", ".csv", b"", **options)
        manifest.finalise("x", [saved.name], synthetic=synthetic)
    assert [entry.file for entry in manifest.entries()] == ["x.csv", "x_synthetic.csv"]


@pytest.mark.parametrize("text", ["[]", "{}", '{"artefacts": [{"file": "a"}], "missing": {}}'])
def test_another_form_of_manifest_is_named(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match="regenerate"):
        Manifest(tmp_path).entries()


def test_a_damaged_manifest_is_named(tmp_path):
    (tmp_path / "manifest.json").write_text("[{]")
    with pytest.raises(StoreError, match="manifest.json"):
        Manifest(tmp_path).entries()


def test_the_page_follows_the_manifest(tmp_path):
    manifest = Manifest(tmp_path)
    for name, suffix, synthetic in (
        ("table1", ".csv", True),
        ("table1", ".png", True),
        ("fig2", ".png", False),
        ("stray", ".csv", False),
    ):
        manifest.save(
            name,
            suffix,
            b"",
            title=f"What {name} shows",
            maker=f"mer reproduce {name}",
            place={"table1": "Table 1", "fig2": "Fig. 2"}.get(name, ""),
            name="" if name == "stray" else name,
            provenance=provenance(
                data_digest="d", synthetic=synthetic, settings={"profile": "quick"}
            ),
        )
    manifest.mark_missing("fig4", "CAS(ME)² is not among the roots")
    page = gallery(manifest, ["fig2", "table1"])
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Fig. 2: What fig2 shows",
        "## Table 1: What table1 shows",
        "## What stray shows",
        "## Not made",
    ]
    for entry in manifest.entries():
        assert page.count(f"[{entry.file}]({entry.file})") == 1
    assert page.count("![") == 2
    assert page.count("Synthetic data.") == 1
    assert "- fig4: CAS(ME)² is not among the roots" in page


def test_an_empty_folder_has_a_page(tmp_path):
    assert gallery(Manifest(tmp_path)).startswith("# Tables and figures")
