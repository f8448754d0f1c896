"""The claims audit as a file of results."""

from __future__ import annotations

from mer_core.paper.audit import as_csv, audit
from mer_core.paper.published import PUBLISHED, Published
from mer_core.reproduction.job import Job, Made, Maker, Product


def claims_made(published: Published = PUBLISHED) -> Made:
    """Every claim recomputed from `published`, as CSV."""
    findings = audit(published)
    return Made(
        products=(Product(suffix=".csv", content=as_csv(findings).encode()),),
        data_digest=published.digest,
        synthetic=False,
        settings={"numbers": "as printed" if published is PUBLISHED else "changed"},
        values=findings,
    )


def _make(_job: Job) -> Made:
    return claims_made()


CLAIMS_MAKER = Maker(
    name="claims_audit",
    title="Every numeric claim of the paper, recomputed from its own numbers",
    place="all tables, Fig. 5, Sections 3 and 4",
    make=_make,
    needs=lambda _job: {"numbers": PUBLISHED.digest},
)
