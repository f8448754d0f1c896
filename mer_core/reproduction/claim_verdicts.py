"""Each claim of the paper with two verdicts: its own numbers', and those of our tables.

On paper a claim is recomputed from the numbers in print (`mer_core.paper.audit`). On data it is
asked of Tables 1 and 2 as they lie in a folder of results:

    holds          the difference has the claimed sign, and its 95 % interval excludes zero
    undecided      the interval includes zero, so other people could turn it round
    opposite       the difference has the other sign, and its interval excludes zero
    not run        a figure of ours is missing
    not testable   no figure of ours could say; the reason is given

`CLAIMS_BUILDER` makes the audit of the numbers in print a file of results.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from mer_core.paper.audit import as_csv, audit
from mer_core.paper.checks.accuracy import ABLATIONS, BASELINES
from mer_core.paper.findings import Basis, Finding, Verdict
from mer_core.paper.published import PUBLISHED, Published
from mer_core.paper.statements import Statement
from mer_core.plots.tables import Words
from mer_core.reproduction.cells import NETWORKS, Status
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import Product, read_rows
from mer_core.reproduction.score_rows import REFERENCE, ScoreRow, answers_one_class


class DataVerdict(StrEnum):
    """Verdict of our tables on a claim."""

    HOLDS = "holds"
    UNDECIDED = "undecided"
    OPPOSITE = "opposite"
    COUNTED = "counted here"
    NOT_RUN = "not run"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimVerdict:
    """One claim.

    Attributes:
        id: Stable name.
        claim: What is claimed, paraphrased.
        place: Where the paper says it.
        printed: The number or comparison in print.
        paper: Verdict of the paper's own numbers.
        paper_why: What they give, and what explains a difference.
        data: Verdict of our tables.
        data_why: Our figures, or why there are none.
    """

    id: str
    claim: str
    place: str
    printed: str
    paper: Verdict
    paper_why: str
    data: DataVerdict
    data_why: str


_Answer = tuple[DataVerdict, str, float]
"""Verdict, reason, and points by which the claimed difference is met."""

_Cells = Mapping[tuple[str, str], ScoreRow]

_UNTESTABLE = {
    "counts": "counts clips of the licensed recordings",
    "setup": "about the paper's own set-up",
    "background": "background; no data in the paper",
    "figure5": "about the paper's own figure",
    "figure6": "about the paper's own figure",
}


def claim_verdicts(rows: Sequence[ScoreRow]) -> tuple[ClaimVerdict, ...]:
    """Return every stated claim with both verdicts, in the order of the paper's claims.

    Args:
        rows: Tables 1 and 2, as `read_rows` gives them; claims about missing cells are "not run".
    """
    cells = {(row.method, row.setup): row for row in rows}
    sentences = {statement.id: statement for statement in PUBLISHED.statements}
    return tuple(
        _verdict(finding, sentences.get(finding.id), cells)
        for finding in audit()
        if finding.basis is Basis.STATED
    )


def table_rows(contents: Mapping[str, bytes], *, synthetic: bool) -> tuple[ScoreRow, ...]:
    """Return the rows of Tables 1 and 2 among files of results, of one kind of data."""
    mark = "_synthetic" if synthetic else ""
    names = [f"table{number}{mark}.csv" for number in (1, 2)]
    return tuple(
        row
        for name in names
        if name in contents
        for row in read_rows(ScoreRow, contents[name].decode())
    )


def tally(verdicts: Sequence[ClaimVerdict]) -> str:
    """Return how many claims have each pair of verdicts, in one sentence each."""
    paper = Counter(str(one.paper) for one in verdicts)
    data = Counter(str(one.data) for one in verdicts if one.data is not DataVerdict.NOT_TESTABLE)
    silent = sum(one.data is DataVerdict.NOT_TESTABLE for one in verdicts)
    return (
        f"{len(verdicts)} claims. By the paper's own numbers: {_listed(paper)}. "
        f"By our tables: {_listed(data)}; {silent} cannot be asked of them."
    )


def claim_lines(verdicts: Sequence[ClaimVerdict]) -> list[tuple[Words, ...]]:
    """Return the claims as lines of a page: claim, printed number, both verdicts."""
    return [
        (
            Words(one.claim, one.place),
            Words(one.printed),
            Words(str(one.paper), one.paper_why, strong=True),
            Words(str(one.data), one.data_why, strong=True),
        )
        for one in verdicts
    ]


def _verdict(finding: Finding, sentence: Statement | None, cells: _Cells) -> ClaimVerdict:
    verdict, why, _ = _asked(finding, sentence, cells)
    said = finding.working
    if finding.verdict is not Verdict.OK:
        said = f"{finding.computed} ({said})" if said else finding.computed
    return ClaimVerdict(
        id=finding.id,
        claim=finding.claim,
        place=finding.place,
        printed=finding.printed,
        paper=finding.verdict,
        paper_why="; ".join(filter(None, (said, finding.note))),
        data=verdict,
        data_why=why,
    )


def _asked(finding: Finding, sentence: Statement | None, cells: _Cells) -> _Answer:
    kind = "" if sentence is None else sentence.kind
    if sentence is not None and kind in ("gain", "degrades"):
        lower, higher = sentence.subject, sentence.over
        pair = (lower, higher) if kind == "gain" else (higher, lower)
        return _above(*pair, sentence.setup, cells)
    if sentence is not None and kind in ("best", "best ablation"):
        rivals = BASELINES if kind == "best" else ABLATIONS
        return _above_all(sentence.subject, rivals, sentence.setup, cells)
    if sentence is not None and kind == "smaller kernels":
        small = _above("AffectiveNet-1", "Af-Net-KS-1", sentence.setup, cells)
        return _worse(small, _above("Af-Net-KS-1", "Af-Net-KS-2", sentence.setup, cells))
    if kind == "less time":
        why = "Table 3 has our times; the paper does not say what it timed"
        return _unknown(DataVerdict.NOT_TESTABLE, why)
    if "parameters" in kind or "memory" in kind:
        return DataVerdict.COUNTED, "on the networks themselves; see Table 3", 0.0
    reason = _UNTESTABLE.get(finding.id.split("/")[0], "about the paper itself")
    if kind == "cannot tell" and reason == "about the paper itself":
        reason = "the paper gives no number to compare with"
    return _unknown(DataVerdict.NOT_TESTABLE, reason)


def _above(one: str, other: str, setup: str, cells: _Cells) -> _Answer:
    """Whether `one` is better than `other`, by both figures and their intervals."""
    for name in (one, other):
        if name not in NETWORKS:
            row = cells.get((name, setup))
            quoted = row is None or row.data == Status.QUOTED
            why = "quoted by the paper" if quoted else "its set-up is not stated"
            return _unknown(DataVerdict.NOT_TESTABLE, f"{name} was not run here: {why}")
    first, second = cells.get((one, setup)), cells.get((other, setup))
    if first is None or second is None or first.ours is None or second.ours is None:
        lacking = one if first is None or first.ours is None else other
        return _unknown(DataVerdict.NOT_RUN, f"no figure of ours for {lacking}")
    margin = first.ours - second.ours
    why = f"{margin:+.1f} points: {_figure(first)} against {_figure(second)}"
    low, high = _interval(first, second)
    if low is None or high is None:
        return DataVerdict.UNDECIDED, f"{why}; no interval", margin
    verdict = DataVerdict.UNDECIDED
    if low > 0:
        verdict = DataVerdict.HOLDS
    elif high < 0:
        verdict = DataVerdict.OPPOSITE
    return verdict, why, margin


def _interval(one: ScoreRow, other: ScoreRow) -> tuple[float | None, float | None]:
    """Return the ends of the 95 % interval of `one` less `other`.

    The same people are drawn for both where one of them is what all rows are compared with;
    otherwise the ends are those of the two intervals, which is wider.
    """
    if one.method == REFERENCE and other.change_low is not None and other.change_high is not None:
        return -other.change_high, -other.change_low
    if other.method == REFERENCE and one.change_low is not None:
        return one.change_low, one.change_high
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return None, None
    return one.low - other.high, one.high - other.low


def _above_all(one: str, others: Sequence[str], setup: str, cells: _Cells) -> _Answer:
    """Whether `one` is better than each of the others that were run."""
    answers = [_above(one, other, setup, cells) for other in others]
    verdict, why, margin = reduce(_worse, answers)
    if math.isfinite(margin):
        why += f", the best of {len(others)} others run here"
    return verdict, why, margin


def _unknown(verdict: DataVerdict, why: str) -> _Answer:
    return verdict, why, math.inf


_ORDER = (
    DataVerdict.HOLDS,
    DataVerdict.UNDECIDED,
    DataVerdict.OPPOSITE,
    DataVerdict.NOT_RUN,
    DataVerdict.NOT_TESTABLE,
)


def _worse(one: _Answer, other: _Answer) -> _Answer:
    return max(one, other, key=lambda answer: (_ORDER.index(answer[0]), -answer[2]))


def _figure(row: ScoreRow) -> str:
    ends = f" ({row.low:.1f} to {row.high:.1f})" if row.low is not None else ""
    figure = f"{row.ours:.1f}{ends}"
    if answers_one_class(row):
        figure += f", one answer to {row.commonest_answer:.0f} % of the clips"
    return figure


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"


def claims_made(published: Published = PUBLISHED) -> BuildResult:
    """Every claim recomputed from `published`, as CSV."""
    findings = audit(published)
    return BuildResult(
        products=(Product(suffix=".csv", content=as_csv(findings).encode()),),
        data_digest=published.digest,
        synthetic=False,
        settings={"numbers": "as printed" if published is PUBLISHED else "changed"},
        values=findings,
    )


def _make(_job: Job) -> BuildResult:
    return claims_made()


CLAIMS_BUILDER = ArtifactBuilder(
    name="claims_audit",
    title="Every numeric claim of the paper, recomputed from its own numbers",
    paper_reference="all tables, Fig. 5, Sections 3 and 4",
    make=_make,
    needs=lambda _job: {"numbers": PUBLISHED.digest},
)
