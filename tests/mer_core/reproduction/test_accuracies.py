"""Rows of Tables 1 and 2 against the study behind them, counted by hand."""

import csv
import io
from collections import defaultdict
from dataclasses import replace

import pytest

from mer_core.errors import UnknownNameError
from mer_core.paper.published import PUBLISHED, TABLE1
from mer_core.reproduction import accuracies
from mer_core.reproduction.accuracies import TABLE1_BUILDER, accuracy_rows, check_methods
from mer_core.reproduction.cells import Status, cells_of, load_or_run
from mer_core.reproduction.measured import rows_csv
from mer_core.reproduction.score_rows import ScoreRow, conclusion, score_table


@pytest.fixture
def rows(job):
    return accuracy_rows(1, job)


def test_every_printed_cell_stands_in_the_table_with_its_digits(rows):
    found = {(row.method, row.setup): row.paper for row in rows}
    for row in TABLE1:
        for setup, cell in row.accuracies.items():
            expected = None if cell is None else pytest.approx(float(cell.text))
            assert found[row.method, setup] == expected
    assert found["LEARNet", "CASME-II"] is None


def test_ours_is_the_mean_over_subjects_of_the_study_by_hand(rows, job):
    row = next(r for r in rows if r.method == "AffectiveNet-1" and r.setup == "CASME-II")
    (cell,) = cells_of("AffectiveNet-1", ("CASME-II",))
    result = load_or_run(cell, job).result
    assert result is not None
    right, tested, truths = defaultdict(int), defaultdict(int), defaultdict(int)
    for answer in result.predictions():
        right[answer.subject] += answer.correct
        tested[answer.subject] += 1
        truths[answer.truth] += 1
    mean = sum(right[s] / tested[s] for s in tested) / len(tested)
    assert row.ours == pytest.approx(100 * mean, abs=0.005)
    assert row.accuracy_pooled == pytest.approx(
        100 * sum(right.values()) / sum(tested.values()), abs=0.005
    )
    assert row.difference == pytest.approx(row.ours - 61.58, abs=0.005)
    assert row.majority_rate == pytest.approx(
        100 * max(truths.values()) / sum(truths.values()), abs=0.005
    )
    assert (row.n, row.subjects) == (sum(tested.values()), len(tested))
    assert row.data == Status.SYNTHETIC


def test_rows_without_a_figure_say_why(rows):
    why = {(row.method, row.setup): row.data for row in rows if row.ours is None}
    assert why["STLBP-IP", "CASME-II"] == Status.QUOTED
    assert why["AffectiveNet-2", "CASME-II"] == Status.UNSTATED
    assert why["AffectiveNet-1", "CASME-I"] == Status.MISSING
    assert why["ResNet-50", "CASME-II"] == Status.NOT_RUN


def test_across_datasets_ours_is_pooled_and_tests_all_of_the_other(job):
    rows = accuracy_rows(2, job, setups=("CII2S",))
    (row,) = [r for r in rows if r.method == "AffectiveNet-1"]
    assert row.measure == "pooled"
    assert row.ours == row.accuracy_pooled
    assert row.n == len(job.table("samm"))
    assert row.paper_majority_rate == pytest.approx(PUBLISHED.majority_rate("CII2S"), abs=0.005)


def test_the_table_has_the_papers_shape_with_ours_below(rows):
    frame = score_table(rows).frame
    assert [name[1] for name in frame.columns] == ["method", "source", "CASME", "CASME II"]
    cells = {(line[0], line[1]): line[2:] for line in frame.values.tolist()}
    assert cells["TICS", "paper, quoted"] == ["61.86", "61.11"]
    assert cells["STLBP-IP", "paper, quoted"] == ["–", "59.91"]
    ours = next(r for r in rows if r.method == "AffectiveNet-1" and r.setup == "CASME-II")
    assert cells["AffectiveNet-1", "ours"][0] == "–"
    assert cells["AffectiveNet-1", "ours"][1].startswith(f"{ours.ours:.2f} (")
    assert ("ResNet-50", "ours") not in cells  # not run
    assert cells["majority rate", "paper"] == ["56.99", "49.61"]


def cell(method, *ends, **more):
    low, ours, high = ends
    common = {"table": 1, "setup": "CASME-II", "paper": None, "data": "synthetic"}
    return ScoreRow(
        method=method, low=low, ours=ours, high=high, majority_rate=50.0, **common, **more
    )


def test_the_sentences_above_the_table_follow_from_the_intervals():
    rows = [
        cell("AffectiveNet-1", 55.0, 60.0, 65.0),
        cell("Af-Net-LFC", 35.0, 42.0, 49.0, uar_change=-8.0, uar_change_low=-12.0,
             uar_change_high=-3.0),
        cell("Af-Net-KS-1", 51.0, 61.0, 70.0, uar_change=1.0, uar_change_low=-2.0,
             uar_change_high=4.0),
        cell("LEARNet", 45.0, 50.0, 55.0, commonest_answer=99.0, uar_change=-20.0,
             uar_change_low=-25.0, uar_change_high=-15.0),
    ]  # fmt: skip
    assert conclusion(rows) == (
        "Of our 4 cells, these lie above the majority rate with the whole 95 % interval: "
        "AffectiveNet-1 (CASME II), Af-Net-KS-1 (CASME II); 1 lies below it, and 1 cannot be told "
        "from it. These give one answer to at least 95 % of the clips, so that their accuracy says "
        "nothing: LEARNet (CASME II). Of 2 differences in unweighted average recall from "
        "AffectiveNet-1, those of Af-Net-LFC (CASME II, -8.0) exclude zero."
    )
    flat = replace(rows[0], commonest_answer=100.0)
    assert "differences" not in conclusion([flat, *rows[1:]])
    assert conclusion(rows[1:2]).startswith("Of our 1 cells, none lies above the majority rate")
    assert conclusion([replace(rows[0], ours=None, low=None, high=None)]) == ""


def test_recall_its_difference_and_the_commonest_answer_by_hand(job, monkeypatch):
    monkeypatch.setattr(accuracies, "REFERENCE", "LEARNet")
    both = replace(job, methods=("AffectiveNet-1", "LEARNet"))
    rows = {r.method: r for r in accuracy_rows(1, both) if r.uar is not None}
    recalls = {}
    for method, row in rows.items():
        (asked,) = cells_of(method, (row.setup,))
        result = load_or_run(asked, job).result
        assert result is not None
        given = [answer.predicted for answer in result.predictions()]
        commonest = max(map(given.count, given)) / len(given)
        assert row.commonest_answer == pytest.approx(100 * commonest, abs=0.005)
        right, tested = defaultdict(int), defaultdict(int)
        for answer in result.predictions():
            right[answer.truth] += answer.correct
            tested[answer.truth] += 1
        recalls[method] = 100 * sum(right[c] / tested[c] for c in tested) / len(tested)
        assert row.uar == pytest.approx(recalls[method], abs=0.005)
    row = rows["AffectiveNet-1"]
    assert row.uar_change == pytest.approx(recalls["AffectiveNet-1"] - recalls["LEARNet"], abs=0.01)
    assert row.uar_change_low <= row.uar_change <= row.uar_change_high
    printed = score_table([row]).frame.values.tolist()
    assert [row.method, "ours, UAR", f"{row.uar:.2f}"] in printed


def test_the_record_names_what_the_studies_were_trained_with(job):
    TABLE1_BUILDER.make(job)
    other = replace(job, existing=True, changes={**job.changes, "precision": "bfloat16"})
    record = TABLE1_BUILDER.make(other).settings
    assert record["precision"] == ["float32"]
    assert "precision float32" in record["profile"]


def test_zero_sum_weights_and_a_start_from_synthetic_weights_are_rows_of_their_own(job):
    literal, started = (
        cells_of(name, ("CASME-II",))[0].experiment(job)
        for name in ("AffectiveNet-1, zero-sum weights", "AffectiveNet-1 from synthetic weights")
    )
    assert (literal.weighting, literal.weights) == ("literal", "random")
    assert (started.weighting, started.weights) == (None, "synthetic")
    methods = {row.method for row in accuracy_rows(1, job)}
    assert {"AffectiveNet-1, zero-sum weights", "AffectiveNet-1 from synthetic weights"} <= methods


def test_files_say_synthetic_and_repeat_bit_for_bit(job):
    first, second = TABLE1_BUILDER.build(job), TABLE1_BUILDER.build(job)
    assert first.synthetic
    assert [p.content for p in first.products] == [p.content for p in second.products]
    assert b"(synthetic data)" in first.content(".md")
    assert rb"\toprule" in first.content(".tex")
    lines = list(csv.DictReader(io.StringIO(first.content(".csv").decode())))
    assert len(lines) == len(first.values)
    assert {line["data"] for line in lines if line["ours"]} == {"synthetic"}
    # Nothing in a file says where the data lie on this machine.
    assert str(job.roots.choice("casme2").root).encode() not in b"".join(
        p.content for p in first.products
    )


def test_real_rows_carry_no_warning(rows):
    real = [replace(row, data=Status.REAL) for row in rows if row.data == Status.SYNTHETIC]
    assert "synthetic" not in score_table(real).markdown()
    assert "synthetic" not in rows_csv(ScoreRow, real)


def test_rows_that_no_network_stands_behind_are_refused():
    assert check_methods([]) is None
    assert check_methods(["LEARNet"]) == ("LEARNet",)
    with pytest.raises(UnknownNameError, match="AffectiveNet-1"):
        check_methods(["AffectiveNet"])


def test_the_note_says_each_training_once_and_its_precision():
    common = {"table": 2, "setup": "SAMM", "paper": None, "data": "synthetic", "ours": 50.0}
    rows = [
        ScoreRow(method="A", profile="standard", precision="float32", **common),
        ScoreRow(method="B", profile="standard", precision="float32", **common),
        ScoreRow(
            method="C", profile="standard, precision bfloat16", precision="bfloat16", **common
        ),
    ]
    note = score_table(rows, name="Table 2. ").notes[-1]
    assert note.endswith("Training: standard, float32; standard, precision bfloat16.")
