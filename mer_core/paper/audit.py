"""The claims audit: every numeric claim of the paper recomputed from its own numbers.

The claims are data: sentences in `data/statements.csv`, counts in `data/class_counts.toml`, cells
of the tables and of Fig. 5. `checks/` holds, per kind of claim, how its number follows from the
others.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from io import StringIO

from mer_core.errors import SettingsError
from mer_core.paper.checks import accuracy, cost, datasets, figure5, pooling
from mer_core.paper.findings import Basis, Check, Claim, Finding, Outcome, Verdict
from mer_core.paper.published import PUBLISHED, Published
from mer_core.paper.statements import Statement


def _cannot_tell(published: Published, statement: Statement) -> Outcome:
    return Outcome(computed="", verdict=Verdict.UNVERIFIABLE, note=statement.remark)


SENTENCES: Mapping[str, Check] = {
    **accuracy.SENTENCES,
    **cost.SENTENCES,
    **datasets.SENTENCES,
    **figure5.SENTENCES,
    "cannot tell": _cannot_tell,
}
"""Kind of sentence -> how it is recomputed."""


def claims_of(published: Published) -> tuple[Claim, ...]:
    """All claims: first what the paper says, then what its numbers imply about each other."""
    return (
        *(_sentence_claim(statement) for statement in published.statements),
        *datasets.stated_claims(published),
        *_implied(published),
    )


def _implied(published: Published) -> Iterator[Claim]:
    for subject in (figure5, pooling, accuracy, cost):
        yield from subject.implied_claims(published)


def _sentence_claim(statement: Statement) -> Claim:
    if statement.kind not in SENTENCES:
        raise SettingsError(
            f"there is no check of kind {statement.kind!r}",
            where=f"statements.csv, {statement.id}",
            remedy=f"choose one of: {', '.join(SENTENCES)}",
        )
    return Claim(
        id=statement.id,
        claim=statement.claim,
        printed=statement.printed,
        place=statement.place,
        compute=_bind(SENTENCES[statement.kind], statement),
    )


def _bind(check: Check, statement: Statement) -> Callable[[Published], Outcome]:
    return lambda published: check(published, statement)


def audit(published: Published = PUBLISHED) -> tuple[Finding, ...]:
    """Recompute every claim.

    Args:
        published: The numbers, by default as the paper prints them. A copy with one number
            changed shows which claims that number takes part in.

    Returns:
        One finding per claim, in the order of the paper; ids are unique.

    Example:
        >>> sum(finding.verdict == "mismatch" for finding in audit()) > 0
        True
    """
    return tuple(claim.check(published) for claim in claims_of(published))


def tally(findings: Iterable[Finding]) -> Mapping[Basis, Mapping[Verdict, int]]:
    """How many findings have each verdict, apart for what is stated and what is implied."""
    counts = Counter((finding.basis, finding.verdict) for finding in findings)
    return {basis: {verdict: counts[basis, verdict] for verdict in Verdict} for basis in Basis}


def as_csv(findings: Iterable[Finding]) -> str:
    """The findings as a table, one line each, columns in the order of `Finding`."""
    document = StringIO()
    columns = [field.name for field in fields(Finding)]
    writer = csv.DictWriter(document, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(finding) for finding in findings)
    return document.getvalue()
