"""Accuracies against each other: gains, "outperforms", ablations, majority rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from mer_core.paper.architecture import VARIANTS
from mer_core.paper.findings import Basis, Check, Claim, Outcome, Verdict, counted, equal
from mer_core.paper.printed import Printed, right_answers
from mer_core.paper.published import Published
from mer_core.paper.statements import Statement
from mer_core.paper.tables import SETUPS, AccuracyRow, place, table_of

ABLATIONS = tuple(name for name in VARIANTS if name.startswith("Af-Net-"))
PROPOSED = "AffectiveNet-1"
BASELINES = ("ResNet-50", "MobileNet")
_OURS = ("AffectiveNet", "Af-Net")

# The letters of Table 1's caption in the words of Section 4.1.
_LETTERS = {
    "H": "happiness",
    "S": "surprise",
    "D": "disgust",
    "R": "repression",
    "T": "tense",
    "O": "other",
    "Sa": "sadness",
    "F": "fear",
}
_LAST = Decimal("0.01")
_GROUPED = {"P", "N", "S", "O"}


def _gain(published: Published, statement: Statement) -> Outcome:
    mine = published.accuracy(statement.subject, statement.setup)
    other = published.accuracy(statement.over, statement.setup)
    gain = mine.decimal - other.decimal
    verdict = equal(gain == Printed(statement.printed).decimal)
    note = statement.remark or _gain_note(published, statement, gain)
    return Outcome(computed=f"{gain}", verdict=verdict, working=f"{mine} - {other}", note=note)


def _gain_note(published: Published, statement: Statement, gain: Decimal) -> str:
    printed = Printed(statement.printed)
    if printed.decimal == gain:
        return ""
    twins = [
        other.setup
        for other in published.statements
        if (other.kind, other.over) == (statement.kind, statement.over)
        and other.setup != statement.setup
        and Printed(other.printed).decimal == printed.decimal
    ]
    if twins:
        return f"the same number is printed for {' and '.join(twins)}"
    difference = abs(printed.decimal - gain)
    before = ", which subtracting before rounding could give" if difference <= _LAST else ""
    return f"off by {difference}{before}"


def _best(published: Published, statement: Statement) -> Outcome:
    column = published.column(statement.setup)
    others = {m: cell for m, cell in column.items() if not m.startswith(_OURS)}
    mine = published.accuracy(statement.subject, statement.setup)
    rival = max(others, key=others.__getitem__)
    margin = mine.decimal - others[rival].decimal
    above = [f"{m} {cell}" for m, cell in others.items() if cell > mine]
    verdict, note = equal(margin > 0), f"above it: {', '.join(above)}" if above else ""
    if tie := _tie(published, statement.setup, mine, others[rival]):
        verdict, note = Verdict.ROUNDING, tie
    return Outcome(
        computed=f"{margin:+} against {rival}",
        verdict=verdict,
        working=f"{mine} - {others[rival]}",
        note=note,
    )


def _tie(published: Published, setup: str, mine: Printed, rival: Printed) -> str:
    """Say so if two prints can be the same k / N, once rounded and once cut."""
    if mine.decimal == rival.decimal or abs(mine.decimal - rival.decimal) > _LAST:
        return ""
    total = sum(published.test_classes(setup).values())
    for size in sorted(range(total - 3, total + 4), key=lambda size: abs(size - total)):
        right = right_answers(mine, size)
        if right is not None and right == right_answers(rival, size):
            return f"a tie: both prints are {right}/{size}, once rounded and once cut"
    return ""


def _best_ablation(published: Published, statement: Statement) -> Outcome:
    column = {name: published.accuracy(name, statement.setup) for name in ABLATIONS}
    mine = published.accuracy(statement.subject, statement.setup)
    rival = max(column, key=column.__getitem__)
    margin = mine.decimal - column[rival].decimal
    return Outcome(
        computed=f"{margin:+} against {rival}",
        verdict=equal(margin > 0),
        working=f"{mine} - {column[rival]}",
    )


def _smaller_kernels(published: Published, statement: Statement) -> Outcome:
    names = (PROPOSED, "Af-Net-KS-1", "Af-Net-KS-2")
    kernels = [next(iter(VARIANTS[name].values())).encapsulation for name in names]
    values = [published.accuracy(name, statement.setup) for name in names]
    verdict, note = _falling(kernels, values)
    return Outcome(
        computed=", ".join(f"{k}: {v}" for k, v in zip(kernels, values, strict=True)),
        verdict=verdict,
        working="accuracy by kernels of f1 and f2",
        note=note,
    )


def _falling(kernels: Sequence[tuple[int, int]], values: Sequence[Printed]) -> tuple[Verdict, str]:
    """Whether accuracy falls from the smallest kernels to the largest, and where it does not."""
    steps = list(zip(pairwise(kernels), pairwise(values), strict=True))
    rising = [f"{small} and {large}" for (small, large), (one, two) in steps if one <= two]
    if not rising:
        return Verdict.OK, ""
    if values[0] > max(values[1:]):
        return Verdict.PARTLY, f"holds for {kernels[0]}, not between {'; '.join(rising)}"
    return Verdict.MISMATCH, f"the smallest kernels, {kernels[0]}, are not the best"


def _degrades(published: Published, statement: Statement) -> Outcome:
    changed = published.accuracy(statement.subject, statement.setup)
    full = published.accuracy(statement.over, statement.setup)
    loss = changed.decimal - full.decimal
    return Outcome(computed=f"{loss:+}", verdict=equal(loss < 0), working=f"{changed} - {full}")


def _ablation_count(published: Published, statement: Statement) -> Outcome:
    listed = [row.method for row in published.table1 if row.method.startswith("Af-Net-")]
    return counted(len(listed), statement, working="rows of Table 1")


def _cross_dataset_count(published: Published, statement: Statement) -> Outcome:
    columns = {name for row in published.table2 for name in row.accuracies}
    crossed = [name for name in columns if not SETUPS[name].person_independent]
    return counted(len(crossed), statement, working="columns of Table 2")


def _tables_of_results(published: Published, statement: Statement) -> Outcome:
    names = [dataset.name for dataset in published.datasets]
    first = [name for name in names if table_of(name) == 1]
    rest = [name for name in names if table_of(name) != 1]
    return Outcome(
        computed=f"{len(first)} in Table 1",
        verdict=equal(not rest),
        working=f"columns {' and '.join(first)}",
        note=f"{' and '.join(rest)} are in Table 2" if rest else "",
    )


SENTENCES: Mapping[str, Check] = {
    "gain": _gain,
    "best": _best,
    "best ablation": _best_ablation,
    "smaller kernels": _smaller_kernels,
    "degrades": _degrades,
    "ablation count": _ablation_count,
    "cross-dataset count": _cross_dataset_count,
    "tables of results": _tables_of_results,
}


def implied_claims(published: Published) -> Iterator[Claim]:
    """Accuracies beat the largest class; quoted rows name emotions their dataset has."""
    for name, setup in SETUPS.items():
        methods = (PROPOSED, *BASELINES) if setup.person_independent else (PROPOSED,)
        for method in methods:
            yield _majority_claim(published, name, method)
    for row in published.table1:
        if set(row.task) != _GROUPED:
            yield from _task_claims(row)


def _majority_claim(published: Published, setup: str, method: str) -> Claim:
    return Claim(
        id=f"majority/{setup}/{method}",
        claim=f"{setup}: {method} does better than always answering the largest class",
        printed=str(published.accuracy(method, setup)),
        place=place(table_of(setup), method, setup),
        compute=lambda numbers: _majority(numbers, setup, method),
        basis=Basis.IMPLIED,
    )


def _majority(published: Published, setup: str, method: str) -> Outcome:
    counts = published.test_classes(setup)
    largest, total = max(counts, key=counts.__getitem__), sum(counts.values())
    rate = published.majority_rate(setup)
    margin = published.accuracy(method, setup) - rate
    return Outcome(
        computed=f"{rate:.2f}",
        verdict=equal(margin > 0),
        working=f"{counts[largest]} {largest} / {total}",
        note=f"{abs(margin):.2f} points {'above' if margin > 0 else 'below'} the largest class",
    )


def _task_claims(row: AccuracyRow) -> Iterator[Claim]:
    for setup, cell in row.accuracies.items():
        if cell is not None:
            yield Claim(
                id=f"task/{setup}/{row.method}",
                claim=f"{setup}: the emotions of {row.method} are labels of the dataset",
                printed=", ".join(row.task),
                place=place(1, row.method, "Task"),
                compute=_task(row.task, setup),
                basis=Basis.IMPLIED,
            )


def _task(letters: tuple[str, ...], setup: str) -> Callable[[Published], Outcome]:
    def compute(published: Published) -> Outcome:
        labels = published.dataset(setup).labels
        strange = [letter for letter in letters if _LETTERS.get(letter) not in labels]
        return Outcome(
            computed=f"without {', '.join(strange)}" if strange else "all",
            verdict=equal(not strange),
            working=", ".join(labels),
            note="; ".join(_strangeness(letter, setup) for letter in strange),
        )

    return compute


def _strangeness(letter: str, setup: str) -> str:
    if letter in _LETTERS:
        return f"{setup} has no label {_LETTERS[letter]} by Section 4.1"
    return f"the caption does not explain the letter {letter}"
