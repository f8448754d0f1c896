"""The claims audit: every numeric claim of the paper recomputed from its own numbers."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from io import StringIO

from mer_core.paper.claims import claims_of
from mer_core.paper.findings import Basis, Finding, Verdict
from mer_core.paper.published import PUBLISHED, Published


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
