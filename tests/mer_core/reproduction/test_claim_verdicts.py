"""Verdicts follow from the figures of two rows and their intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mer_core.reproduction.claim_verdicts import DataVerdict, claim_verdicts, tally
from mer_core.reproduction.score_rows import ScoreRow

NETWORKS = {"AffectiveNet-1": "affectivenet", "ResNet-50": "resnet50", "MobileNet": "mobilenet"}


def row(method: str, ours: float | None, half: float, setup: str = "CASME-I") -> ScoreRow:
    ends = {} if ours is None else {"low": ours - half, "high": ours + half}
    return ScoreRow(
        table=1,
        method=method,
        setup=setup,
        paper=50.0,
        ours=ours,
        data="synthetic" if ours is not None else "not run",
        network=NETWORKS.get(method, ""),
        **ends,
    )


def verdict(rows, claim):
    (found,) = [one for one in claim_verdicts(rows) if one.id == claim]
    return found


@pytest.mark.parametrize(
    ("mine", "other", "half", "expected"),
    [
        (60.0, 40.0, 5.0, DataVerdict.HOLDS),
        (60.0, 40.0, 15.0, DataVerdict.UNDECIDED),
        (40.0, 60.0, 5.0, DataVerdict.OPPOSITE),
        (40.0, 60.0, 15.0, DataVerdict.UNDECIDED),
    ],
)
def test_a_gain_is_judged_by_sign_and_intervals(mine, other, half, expected):
    rows = [row("AffectiveNet-1", mine, half), row("MobileNet", other, half)]
    found = verdict(rows, "gain/CASME-I/MobileNet")
    assert found.data is expected
    assert f"{mine - other:+.1f} points" in found.data_why


def test_the_same_people_in_both_decide_where_two_intervals_overlap():
    other = replace(row("MobileNet", 40, 15), change=-20.0, change_low=-25.0, change_high=-15.0)
    rows = [row("AffectiveNet-1", 60, 15), other]
    assert verdict(rows, "gain/CASME-I/MobileNet").data is DataVerdict.HOLDS
    turned = replace(other, change=-20.0, change_low=-41.0, change_high=1.0)
    assert verdict([rows[0], turned], "gain/CASME-I/MobileNet").data is DataVerdict.UNDECIDED


def test_the_best_of_several_is_judged_against_the_strongest():
    rows = [row("AffectiveNet-1", 60, 5), row("MobileNet", 30, 5), row("ResNet-50", 52, 5)]
    found = verdict(rows, "best/CASME-I/AffectiveNet-1")
    assert found.data is DataVerdict.UNDECIDED
    assert "+8.0 points" in found.data_why


def test_what_was_not_run_and_what_cannot_be_run_are_told_apart():
    rows = [row("AffectiveNet-1", 60, 5), row("MobileNet", None, 5)]
    assert verdict(rows, "gain/CASME-I/MobileNet").data is DataVerdict.NOT_RUN
    assert verdict(rows, "gain/CASME-I/TICS").data is DataVerdict.NOT_TESTABLE
    assert verdict(rows, "best/CASME-I/AffectiveNet-2").data is DataVerdict.NOT_TESTABLE


def test_a_mismatch_on_paper_is_one_whatever_our_figures_are():
    # 26.00 - 14.05 is 11.95, and the paper prints 22.71.
    found = verdict([], "gain/S2CI/MobileNet")
    assert (found.printed, str(found.paper)) == ("22.71", "mismatch")
    assert "11.95" in found.paper_why
    assert found.data is DataVerdict.NOT_RUN


def test_the_tally_counts_every_claim():
    verdicts = claim_verdicts([])
    assert tally(verdicts).startswith(f"{len(verdicts)} claims.")
    assert len({one.id for one in verdicts}) == len(verdicts)
