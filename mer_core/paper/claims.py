"""Every numeric claim of the paper, each with the sum that checks it.

The claims are data: sentences in `data/statements.csv`, counts in `data/class_counts.toml`, cells
of the tables and of Fig. 5. `checks/` holds, per kind of claim, how its number follows from the
others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mer_core.errors import SettingsError
from mer_core.paper.checks import accuracy, cost, datasets, figure5, pooling
from mer_core.paper.findings import Check, Claim, Outcome, Verdict
from mer_core.paper.published import Published
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
