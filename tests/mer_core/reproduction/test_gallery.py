"""The page shows every file once, with what made it, and says what is synthetic."""

from mer_core.provenance import provenance
from mer_core.reproduction.gallery import gallery
from mer_core.reproduction.manifest import Manifest


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
    manifest.lacks("fig4", "CAS(ME)² is not among the roots")
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
