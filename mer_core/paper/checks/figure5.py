"""Fig. 5 against the accuracies and against the class counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import sqrt

from mer_core.paper.confusions import PublishedMatrix
from mer_core.paper.findings import Basis, Check, Claim, Outcome, Verdict, equal
from mer_core.paper.published import Published
from mer_core.paper.statements import Statement
from mer_core.paper.tables import SETUPS

PROPOSED = "AffectiveNet-1"


def _matrix_count(published: Published, statement: Statement) -> Outcome:
    shown = {matrix.setup for matrix in published.figure5}
    missing = [name for name in SETUPS if name not in shown]
    return Outcome(
        computed=f"{len(shown)} of {len(SETUPS)}",
        verdict=equal(not missing),
        working="panels of Fig. 5",
        note=f"missing: {', '.join(missing)}" if missing else "",
    )


def _matrix_classes(published: Published, statement: Statement) -> Outcome:
    odd = {m.letter: len(m.classes) for m in published.figure5}
    others = {k: n for k, n in odd.items() if str(n) != statement.printed}
    return Outcome(
        computed=", ".join(f"{letter}: {n}" for letter, n in odd.items()),
        verdict=equal(not others),
        working="panels of Fig. 5",
        note=f"panel {', '.join(others)} differs" if others else "",
    )


SENTENCES: Mapping[str, Check] = {"matrix count": _matrix_count, "matrix classes": _matrix_classes}

_PRINTED_CLASSES = {
    "Neg": "negative",
    "Oth": "others",
    "Pos": "positive",
    "Sur": "surprise",
    "Ang": "anger",
    "Dis": "disgust",
    "Hap": "happy",
}


def implied_claims(published: Published) -> Iterator[Claim]:
    """Each panel sums to 1, its diagonal to the accuracy, its rows to the class shares."""
    for matrix in published.figure5:
        yield _panel_claim(matrix, "sum", "the cells sum to 1", "1", _sum)
        yield _panel_claim(
            matrix,
            "trace",
            f"the diagonal sums to the accuracy of {PROPOSED}",
            str(published.accuracy(PROPOSED, matrix.setup)),
            _trace,
        )
        yield _panel_claim(
            matrix,
            "rows",
            "the rows sum to the class shares of Section 4.1",
            _words(matrix.classes, matrix.row_sums),
            _rows,
        )


def _panel_claim(
    matrix: PublishedMatrix,
    name: str,
    claim: str,
    printed: str,
    check: Callable[[Published, PublishedMatrix], Outcome],
) -> Claim:
    letter = matrix.letter
    return Claim(
        id=f"figure5/{letter}/{name}",
        claim=f"{matrix.setup}: {claim}",
        printed=printed,
        place=matrix.place,
        compute=lambda published: check(published, published.matrix(letter)),
        basis=Basis.IMPLIED,
    )


def rounding_allowance(cells: int) -> float:
    """How far a sum of cells rounded to two decimals may stray from the sum before rounding.

    Never further than 0.005 a cell, and hardly ever further than three standard deviations of so
    many independent roundings, each uniform over 0.01.
    """
    return min(0.005 * cells, 3 * 0.01 * sqrt(cells / 12))


def _near(exact: bool, distance: float, cells: int) -> Verdict:
    if exact:
        return Verdict.OK
    # The share itself may be known to two decimals of a per cent only.
    return Verdict.ROUNDING if distance <= rounding_allowance(cells) + 5e-5 else Verdict.MISMATCH


def _sum(published: Published, matrix: PublishedMatrix) -> Outcome:
    cells = len(matrix.classes) ** 2
    return Outcome(
        computed=str(matrix.total),
        verdict=_near(matrix.total == 1, abs(float(matrix.total) - 1), cells),
        working=" + ".join(str(share) for share in matrix.row_sums),
        note=matrix.uncertain,
    )


def _trace(published: Published, matrix: PublishedMatrix) -> Outcome:
    accuracy = published.accuracy(PROPOSED, matrix.setup).decimal / 100
    diagonal = [row[i] for i, row in enumerate(matrix.cells)]
    distance = abs(accuracy - matrix.trace)
    return Outcome(
        computed=str(matrix.trace),
        verdict=_near(distance <= Decimal("0.005"), float(distance), len(diagonal)),
        working=" + ".join(str(cell) for cell in diagonal),
        note=f"{100 * distance:.2f} points apart",
    )


def _rows(published: Published, matrix: PublishedMatrix) -> Outcome:
    counts = published.test_classes(matrix.setup)
    total = sum(counts.values())
    shares = [counts[_PRINTED_CLASSES[name]] / total for name in matrix.classes]
    distances = [abs(float(row) - s) for row, s in zip(matrix.row_sums, shares, strict=True)]
    verdict = _near(max(distances) <= 0.005, max(distances), len(matrix.classes))
    widest = max(range(len(shares)), key=distances.__getitem__)
    note = f"widest gap {distances[widest]:.3f}, class {matrix.classes[widest]}"
    if verdict is Verdict.MISMATCH and SETUPS[matrix.setup].person_independent:
        note += "; pooled leave-one-subject-out answers would have the class shares"
    return Outcome(
        computed=_words(matrix.classes, shares),
        verdict=verdict,
        working=", ".join(f"{counts[_PRINTED_CLASSES[name]]}/{total}" for name in matrix.classes),
        note=note,
    )


def _words(classes: Sequence[str], shares: Sequence[float | Decimal]) -> str:
    return ", ".join(f"{name} {share:.2f}" for name, share in zip(classes, shares, strict=True))
