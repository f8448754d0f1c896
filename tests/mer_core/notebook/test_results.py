"""Results are read from a folder where they lie, and made where they do not."""

from __future__ import annotations

import pytest

from mer_core import notebook as nb
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.notebook.markup import Card
from mer_core.paper.published import PUBLISHED
from mer_core.paper.tables import SETUPS
from mer_core.reproduction.everything import BUILDERS, save
from mer_core.reproduction.job import BuildResult
from mer_core.reproduction.manifest import Manifest
from mer_core.reproduction.measured import Product, rows_csv
from mer_core.reproduction.score_rows import ScoreRow


def row(method: str, setup: str, ours: float) -> ScoreRow:
    return ScoreRow(
        table=1,
        method=method,
        setup=setup,
        paper=60.0,
        ours=ours,
        low=ours - 5,
        high=ours + 5,
        paper_majority_rate=57.0 if setup == "CASME-I" else 65.0,
        data="synthetic",
        network="affectivenet",
    )


@pytest.fixture
def folder(tmp_path):
    """Results with a table of four cells on generated data."""
    rows = [
        row(method, setup, ours)
        for method, ours in (("AffectiveNet-1", 50.0), ("MobileNet", 40.0))
        for setup in ("CASME-I", "CASME-II")
    ]
    made = BuildResult(
        products=(Product(suffix=".csv", content=rows_csv(ScoreRow, rows).encode()),),
        data_digest="d",
        synthetic=True,
    )
    save(BUILDERS.get("table1"), made, Manifest(tmp_path))
    return tmp_path


def test_a_table_comes_from_the_folder_cell_by_cell(folder):
    sheet = nb.Results(folder=folder).scores(1, setups=["CASME-I"], methods=["MobileNet"])
    assert [(one.method, one.setup, one.ours) for one in sheet.rows] == [
        ("MobileNet", "CASME-I", 40.0)
    ]
    assert sheet.synthetic
    assert sheet.frame.ours.tolist() == [40.0]


def test_the_summary_counts_the_papers_figures_above_the_majority_rate(folder):
    summary = nb.Results(folder=folder).scores(1).summary
    # 60 lies above 57 and below 65; each of two rows has one cell of either kind.
    assert summary.startswith("Of the paper's 4 figures here, 2 lie above")


def test_what_takes_long_is_made_by_nobody_and_says_how(folder):
    found = nb.Results(folder=folder).recorded("weightings")
    assert isinstance(found, Card)
    assert "mer reproduce weightings" in found.html


def test_synthetic_results_do_not_stand_for_a_users_own_data(folder, tmp_path, monkeypatch):
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"MER_{name}", str(tmp_path / name.lower()))
    options = {"subjects": 2, "clips_per_subject": 2, "seed": 1, "size": 64, "frames": (5, 6)}
    write_twin("casme2", tmp_path / "casme2", **options, workers=1)
    (tmp_path / "roots.toml").write_text('[roots]\ncasme2 = "casme2"\n')
    own = nb.Results(str(tmp_path / "roots.toml"), folder=folder)
    sheet = own.scores(1, setups=["CASME-II"], methods=["AffectiveNet-1"])
    assert [(one.ours, one.data) for one in sheet.rows] == [(None, "not run")]
    assert list(own.datasets()) == ["casme2"]


def test_crossings_are_the_experiments_with_a_training_set():
    assert set(nb.CROSSINGS.values()) == {n for n, s in SETUPS.items() if s.train}


def test_the_audit_counts_every_claim_once():
    audit = nb.Audit()
    assert audit.counts.values.sum() == len(audit.findings)
    listed = sum(
        len(audit.claims(basis, verdict))
        for basis in ("stated", "implied")
        for verdict in nb.VERDICTS
    )
    assert listed == len(audit.findings)
    mismatches = audit.claims("stated", "mismatch")
    assert "SAMM → CAS(ME)²: gain of AffectiveNet over MobileNet, in points" in mismatches.index
    assert audit.published.digest == PUBLISHED.digest
