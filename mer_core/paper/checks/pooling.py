"""Eq. 21: whether the accuracies are fractions of the test-set sizes that the paper states."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mer_core.paper.findings import Basis, Claim, Outcome, Verdict
from mer_core.paper.printed import SIZES, Printed, SizeFit, best_sizes, chance_of_fit, fit_size
from mer_core.paper.published import Published
from mer_core.paper.tables import SETUPS, table_of


def implied_claims(published: Published) -> Iterator[Claim]:
    """By Eq. 21 an accuracy of the paper's own runs is 100 k / N, N the samples tested."""
    for dataset in published.datasets:
        for cross, words in ((True, "cross-dataset"), (False, "person-independent")):
            yield Claim(
                id=f"pooling/{dataset.name}/{words}",
                claim=f"{dataset.name}: {words} accuracies are fractions of the stated total",
                printed=str(dataset.total),
                place=_place(dataset.name, cross),
                compute=partial(_pooled, name=dataset.name, cross=cross),
                basis=Basis.IMPLIED,
            )


def own_accuracies(published: Published, name: str, *, cross: bool) -> tuple[Printed, ...]:
    """Accuracies of the paper's own runs with `name` as the test set."""
    own = published.own_methods()
    return tuple(
        cell
        for setup in SETUPS.values()
        if setup.test == name and setup.person_independent != cross
        for method, cell in published.column(setup.name).items()
        if method in own
    )


def _place(name: str, cross: bool) -> str:
    table = 2 if cross else table_of(name)
    return f"Eq. 21 and Table {table}, {'tests on' if cross else 'column'} {name}"


def _pooled(published: Published, name: str, cross: bool) -> Outcome:
    accuracies = own_accuracies(published, name, cross=cross)
    stated = fit_size(accuracies, published.dataset(name).total)
    best = best_sizes(accuracies)
    return Outcome(
        computed=str(best[0].size) if _is_telling(best[0]) else "none",
        verdict=Verdict.MISMATCH if stated.misses else Verdict.OK,
        working=str(stated),
        note=_explanation(best[0]),
    )


def _is_telling(fit: SizeFit) -> bool:
    """Whether so many hits are far beyond chance: more than half of the accuracies."""
    return len(fit.hits) > len(fit.misses)


def _explanation(best: SizeFit) -> str:
    if not best.misses:
        return f"{best}"
    if _is_telling(best):
        misses = ", ".join(str(miss) for miss in best.misses)
        return f"{best}, by chance {chance_of_fit(best.size):.1%} each; without {misses}"
    return (
        f"at best {len(best.hits)} of {len(best.hits) + len(best.misses)} fit any N from "
        f"{SIZES.start} to {SIZES.stop - 1}: not pooled over samples; means over subjects look so"
    )
