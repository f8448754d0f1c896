"""A claim of the paper, and what came of recomputing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from mer_core.paper.printed import Printed
from mer_core.paper.published import Published
from mer_core.paper.statements import Statement


class Verdict(StrEnum):
    """Result of recomputing a claim from the paper's own numbers.

    OK: the recomputed value is the printed one.
    ROUNDING: the computation has more digits than the print, and cutting them off instead of
        rounding, or adding cells that are rounded themselves, explains the difference.
    PARTLY: the paper's numbers bear out one part of the sentence and contradict the other.
    MISMATCH: the paper's numbers contradict each other.
    UNVERIFIABLE: the paper has no numbers to check the claim against.
    """

    OK = "ok"
    ROUNDING = "rounding"
    PARTLY = "partly"
    MISMATCH = "mismatch"
    UNVERIFIABLE = "unverifiable"


class Basis(StrEnum):
    """Whether the paper says a thing, or its numbers imply it."""

    STATED = "stated"
    IMPLIED = "implied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The recomputed side of a claim.

    Attributes:
        computed: The value, as text; "" where nothing can be computed.
        verdict: How it compares with the print.
        working: The sum itself, e.g. "66.99 - 33.77".
        note: What explains a difference, or what to know beside the verdict.
    """

    computed: str
    verdict: Verdict
    working: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A claim beside its outcome; what `mer paper audit` lists."""

    id: str
    claim: str
    printed: str
    computed: str
    verdict: Verdict
    place: str
    note: str
    working: str
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim and how to recompute it.

    Attributes:
        id: Stable name.
        claim: What is claimed, paraphrased.
        printed: The number or comparison in print.
        place: Where it stands in the paper.
        compute: The other side, from the paper's numbers.
        basis: Whether the paper says it or its numbers imply it.
    """

    id: str
    claim: str
    printed: str
    place: str
    compute: Callable[[Published], Outcome]
    basis: Basis = Basis.STATED

    def check(self, published: Published) -> Finding:
        """Recomputes the claim."""
        outcome = self.compute(published)
        return Finding(
            id=self.id,
            claim=self.claim,
            printed=self.printed,
            computed=outcome.computed,
            verdict=outcome.verdict,
            place=self.place,
            note=outcome.note,
            working=outcome.working,
            basis=self.basis,
        )


Check = Callable[[Published, Statement], Outcome]
"""How one kind of sentence is recomputed."""


def compare(printed: Printed, value: Decimal) -> Verdict:
    """A print against a value with more digits: ok if rounded, rounding if cut off."""
    if printed.is_rounding_of(value):
        return Verdict.OK
    return Verdict.ROUNDING if printed.is_truncation_of(value) else Verdict.MISMATCH


def equal(same: bool) -> Verdict:
    """Verdict of a comparison that leaves no room for rounding."""
    return Verdict.OK if same else Verdict.MISMATCH


def counted(count: int, statement: Statement, *, working: str) -> Outcome:
    """Verdict of a sentence that says how many there are."""
    return Outcome(
        computed=str(count),
        verdict=equal(str(count) == statement.printed),
        working=working,
        note=statement.remark,
    )
