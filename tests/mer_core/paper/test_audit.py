"""Verdicts listed by hand, sums done a second way, and planted errors."""

import csv
from dataclasses import replace
from fractions import Fraction
from io import StringIO

import pytest

from mer_core.paper.audit import as_csv, audit, tally
from mer_core.paper.checks.figure5 import rounding_allowance
from mer_core.paper.findings import Basis, Verdict
from mer_core.paper.printed import Printed
from mer_core.paper.published import PUBLISHED, load_published
from mer_core.paper.tables import SETUPS

FINDINGS = {finding.id: finding for finding in audit()}

# What is wrong with the paper, found by hand.
MISMATCHES = """
    gain/S2CI/MobileNet gain/S2C2/MobileNet text/parameters/MobileNet text/parameters/ResNet-50
    best/CASME-II/AffectiveNet-1 best/SAMM/AffectiveNet-1 setup/table1 figure5/experiments
    figure5/classes
    counts/CASME-I/total counts/CASME-II/total figure5/a/rows figure5/b/rows figure5/c/rows
    figure5/d/rows figure5/g/rows pooling/CASME-I/cross-dataset
    pooling/CASME-I/person-independent pooling/CASME-II/cross-dataset
    pooling/CASME-II/person-independent pooling/CASME^2/cross-dataset
    pooling/CASME^2/person-independent pooling/SAMM/person-independent
    majority/CASME-I/ResNet-50 majority/CASME-I/MobileNet majority/CASME-II/ResNet-50
    majority/CASME-II/MobileNet majority/CASME^2/MobileNet majority/SAMM/ResNet-50
    majority/SAMM/MobileNet majority/CI2CII/AffectiveNet-1 majority/CI2C2/AffectiveNet-1
    majority/CI2S/AffectiveNet-1 majority/CII2CI/AffectiveNet-1 majority/CII2C2/AffectiveNet-1
    majority/CII2S/AffectiveNet-1 majority/S2CI/AffectiveNet-1 majority/S2CII/AffectiveNet-1
    majority/S2C2/AffectiveNet-1 task/CASME-II/FDM task/CASME-II/3D-Flow task/CASME-I/CNN-LSTM
    task/CASME-II/MicroAtt table3/memory/ResNet-50 table3/memory/MobileNet
    table3/parameters/Af-Net-3x3 table3/memory-order
"""

ROUNDINGS = """
    text/parameters/AffectiveNet-1 best/CII2C2/AffectiveNet-1 figure5/a/trace figure5/c/trace
    figure5/e/trace figure5/e/rows table3/parameters/Af-Net-KS-1
    table3/parameters/AffectiveNet-1 table3/parameters/Af-Net-1x1
"""

PARTLY = "ablation/kernels/CASME-I ablation/kernels/CASME-II"


def ids_with(verdict):
    return sorted(finding.id for finding in FINDINGS.values() if finding.verdict is verdict)


def test_mismatches():
    assert ids_with(Verdict.MISMATCH) == sorted(MISMATCHES.split())


def test_roundings():
    assert ids_with(Verdict.ROUNDING) == sorted(ROUNDINGS.split())


def test_a_sentence_can_hold_in_part():
    assert ids_with(Verdict.PARTLY) == sorted(PARTLY.split())
    for name in PARTLY.split():
        assert FINDINGS[name].note == "holds for (3, 5), not between (5, 7) and (7, 11)"


def test_what_has_no_numbers_is_not_judged():
    unverifiable = set(ids_with(Verdict.UNVERIFIABLE))
    assert {"table3/speed", "best/significance", "background/macro-seconds"} <= unverifiable
    settings = ("setup/frame-rate/CASME^2", "setup/resolution/CASME^2", "setup/learning-rate")
    assert unverifiable >= set(settings)
    assert [FINDINGS[name].printed for name in settings] == ["30", "640 x 480", "10^-3"]
    assert all(not FINDINGS[name].computed and FINDINGS[name].note for name in unverifiable)


def test_28_of_30_gains_are_differences_of_cells():
    """In whole hundredths, from the table rows rather than through the audit."""
    cells = {
        (setup, row.method): round(100 * cell)
        for row in (*PUBLISHED.table1, *PUBLISHED.table2)
        for setup, cell in row.accuracies.items()
        if cell is not None
    }
    gains = [statement for statement in PUBLISHED.statements if statement.kind == "gain"]
    exact = [
        g.id
        for g in gains
        if cells[g.setup, "AffectiveNet-1"] - cells[g.setup, g.over]
        == round(100 * float(g.printed))
    ]
    assert (len(gains), len(exact)) == (30, 28)
    assert {g.id for g in gains} - set(exact) == {"gain/S2CI/MobileNet", "gain/S2C2/MobileNet"}


@pytest.mark.parametrize(
    ("name", "computed", "words"),
    [
        ("gain/S2CI/MobileNet", "11.95", "printed for CII2CI"),
        ("gain/S2C2/MobileNet", "40.26", "off by 0.01"),
        ("counts/CASME-I/total", "186", "1 too high"),
        ("counts/CASME-II/total", "254", "3 too low"),
        ("best/CASME-II/AffectiveNet-1", "-4.32 against MicroAtt", "Sp-RCNN 65.80"),
        ("best/SAMM/AffectiveNet-1", "-6.99 against STRCNN", "MicroAtt 48.50"),
        ("best/CII2C2/AffectiveNet-1", "+0.01 against ResNet-50", "81/344"),
        ("text/parameters/ResNet-50", "26", "ResNet-18"),
        ("text/parameters/MobileNet", "4.2", "4 classes"),
        ("pooling/CASME-I/cross-dataset", "185", "4 of 6"),
        ("pooling/CASME-II/cross-dataset", "253", "5 of 6"),
        ("pooling/CASME^2/cross-dataset", "344", "7 of 9"),
        ("pooling/SAMM/cross-dataset", "159", "6 of 6"),
        ("majority/SAMM/AffectiveNet-1", "47.17", "0.29 points above"),
        ("majority/CASME-I/AffectiveNet-1", "56.99", "10.00 points above"),
        ("table3/memory/ResNet-50", "96.6", "fits ResNet-18"),
        ("table3/parameters/Af-Net-3x3", "2,230,464", ""),
        ("table3/parameters/Af-Net-1x1", "2,188,992", "2,130,624, which rounds to it"),
    ],
)
def test_computed_values_and_their_notes(name, computed, words):
    finding = FINDINGS[name]
    assert finding.computed == computed
    assert words in finding.note


def test_only_one_person_independent_accuracy_is_a_fraction_of_a_plausible_size():
    plausible = {
        "CASME-I": (185, 186, 187, 189),
        "CASME-II": (251, 253, 254, 255),
        "CASME^2": (344, 345, 357),
        "SAMM": (159,),
    }
    own = PUBLISHED.own_methods()
    hits, total = [], 0
    for name, sizes in plausible.items():
        for method, cell in PUBLISHED.column(name).items():
            if method in own:
                total += 1
                exact = [Fraction(100 * k, n) for n in sizes for k in range(n + 1)]
                hundredths = round(100 * cell)
                if any(
                    int(100 * x) == hundredths or int(100 * x + Fraction(1, 2)) == hundredths
                    for x in exact
                ):
                    hits.append(cell.text)
    assert (total, hits) == (28, ["54.12"])


def test_a_sum_of_roundings_stays_within_its_allowance():
    assert rounding_allowance(1) == 0.005
    assert rounding_allowance(4) == pytest.approx(0.03 * (4 / 12) ** 0.5)
    assert all(rounding_allowance(n) <= 0.005 * n for n in range(1, 30))


def test_findings_are_listed_once_with_their_place():
    findings = audit()
    assert len(FINDINGS) == len(findings)
    assert all(f.place and f.claim and f.printed for f in findings)
    counts = tally(findings)
    assert sum(sum(by_verdict.values()) for by_verdict in counts.values()) == len(findings)
    assert counts[Basis.STATED][Verdict.MISMATCH] == 11


def test_csv_keeps_every_finding():
    lines = list(csv.DictReader(StringIO(as_csv(audit()))))
    assert [line["id"] for line in lines] == list(FINDINGS)
    assert all(line["note"] == FINDINGS[line["id"]].note for line in lines)


def verdicts(published):
    return {finding.id: finding.verdict for finding in audit(published)}


def with_cell(setup, method, text):
    """A copy of the paper with one accuracy changed."""

    def changed(row):
        if row.method != method or setup not in row.accuracies:
            return row
        return replace(row, accuracies={**row.accuracies, setup: Printed(text)})

    return replace(
        PUBLISHED,
        table1=tuple(changed(row) for row in PUBLISHED.table1),
        table2=tuple(changed(row) for row in PUBLISHED.table2),
    )


@pytest.mark.parametrize("method", ["AffectiveNet-1", "ResNet-50", "MobileNet"])
@pytest.mark.parametrize("setup", SETUPS)
def test_no_cell_behind_a_gain_can_change_unnoticed(setup, method):
    cell = PUBLISHED.accuracy(method, setup)
    planted = verdicts(with_cell(setup, method, str(cell.decimal + 1)))
    gains = [
        name
        for name in planted
        if name.startswith(f"gain/{setup}/")
        and (method == "AffectiveNet-1" or name.endswith(method))
        and FINDINGS[name].verdict is Verdict.OK
    ]
    assert gains or (setup in ("S2CI", "S2C2") and method == "MobileNet")
    assert {planted[name] for name in gains} <= {Verdict.MISMATCH}


PLANTED = [
    ("table1.csv", "FHOFO,14,\"P, N, S, O\",65.99", "FHOFO,14,\"P, N, S, O\",67.99",
     {"gain/CASME-I/FHOFO": "mismatch", "best/CASME-I/AffectiveNet-1": "mismatch"}),
    ("table1.csv", "60.26,49.58", "56.26,45.58",
     {"ablation/kernels/CASME-I": "ok", "ablation/kernels/CASME-II": "ok"}),
    ("table1.csv", "60.26,49.58", "67.26,49.58", {"ablation/kernels/CASME-I": "mismatch"}),
    ("table1.csv", "57.94,60.17", "57.94,62.17", {"ablation/best/CASME-II": "mismatch"}),
    ("table2.csv", "14.05,12.64,8.00", "3.29,12.64,8.01",
     {"gain/S2CI/MobileNet": "ok", "gain/S2C2/MobileNet": "ok"}),
    ("table2.csv", "35.05,40.20", "35.50,40.20", {"gain/CASME^2/MobileNet": "mismatch"}),
    ("table3.csv", "VGG-19,3,144,535", "VGG-19,3,114,535",
     {"text/parameters/VGG-19": "mismatch", "table3/parameters/VGG-19": "mismatch",
      "table3/memory/VGG-19": "mismatch"}),
    ("table3.csv", "2.5,9.4", "2.6,9.4", {"table3/parameters/Af-Net-KS-2": "mismatch"}),
    ("table3.csv", "2.2,8.3,8.7", "2.2,28.3,8.7",
     {"text/memory/AffectiveNet-1": "mismatch", "text/memory/least": "mismatch"}),
    ("table3.csv", "2.1,7.8,5.4", "2.2,8.2,5.4",
     {"table3/parameters/Af-Net-3x3": "ok", "table3/memory-order": "ok"}),
    ("confusions.toml", "0.02 0.46 0    0", "0.02 0.56 0    0",
     {"figure5/a/sum": "mismatch", "figure5/a/trace": "mismatch"}),
    ("confusions.toml", "0.11 0.07 0.11", "0.01 0.17 0.11",
     {"figure5/d/trace": "mismatch"}),
    ("confusions.toml", "0.20 0.31 0.03 0.01\n0    0", "0.20 0.31 0.03 0.01\n0.06 0",
     {"figure5/f/sum": "mismatch", "figure5/f/rows": "mismatch"}),
    ("class_counts.toml", "others = 106", "others = 107", {"counts/CASME-I/total": "ok"}),
    ("class_counts.toml", "total = 159", "total = 160",
     {"counts/SAMM/total": "mismatch", "pooling/SAMM/cross-dataset": "mismatch"}),
    ("class_counts.toml", "female = 6", "female = 7", {"counts/CASME^2/subjects": "mismatch"}),
    ("class_counts.toml", "label_count = 7", "label_count = 8",
     {"counts/CASME-II/labels": "mismatch"}),
    ("class_counts.toml", "negative = 75", "negative = 85",
     {"counts/SAMM/total": "mismatch", "majority/SAMM/AffectiveNet-1": "mismatch"}),
    ("statements.csv", "CII2S,13.84", "CII2S,13.48", {"gain/CII2S/MobileNet": "mismatch"}),
    ("statements.csv", "MobileNet,,,3.2", "MobileNet,,,4.2", {"text/parameters/MobileNet": "ok"}),
    ("statements.csv", "VGG-16,,,515", "VGG-16,,,551", {"text/memory/VGG-16": "mismatch"}),
    ("statements.csv", "ablation count,,,,6", "ablation count,,,,7",
     {"ablation/count": "mismatch"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "expected"), PLANTED)
def test_planted_errors_are_caught(paper_copy, name, old, new, expected):
    before = verdicts(PUBLISHED)
    paper_copy.replace(name, old, new)
    after = verdicts(load_published(paper_copy.folder))
    assert {claim: str(after[claim]) for claim in expected} == expected
    assert all(after[claim] != before[claim] for claim in expected)


def test_an_untouched_copy_changes_nothing(paper_copy):
    copy = load_published(paper_copy.folder)
    assert audit(copy) == audit()
    assert copy.digest == PUBLISHED.digest


def test_the_digest_sees_a_single_digit():
    assert with_cell("S2C2", "MobileNet", "8.0").digest != PUBLISHED.digest
