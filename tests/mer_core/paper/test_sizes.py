"""Which N allow a printed accuracy, against all fractions written out."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from mer_core.paper.printed import Printed
from mer_core.paper.sizes import best_sizes, chance_of_fit, fit_size, right_answers


def prints_of(size):
    """Every two-decimal print of 100 k / size, rounded and cut, by writing all of them out."""
    prints = {}
    for k in range(size + 1):
        exact = Fraction(100 * k, size)
        # 28 digits tell any k / N with N < 400 from half of a last digit.
        value = Decimal(exact.numerator) / Decimal(exact.denominator)
        for rule in (ROUND_DOWN, ROUND_HALF_UP):
            prints.setdefault(str(value.quantize(Decimal("0.01"), rule)), k)
    return prints


@pytest.mark.parametrize("size", [100, 128, 159, 185, 253, 344, 399])
def test_every_two_decimal_number(size):
    possible = prints_of(size)
    for digits in range(10_001):
        text = f"{digits // 100}.{digits % 100:02d}"
        assert right_answers(Printed(text), size) == possible.get(text)


def test_chance_is_the_share_of_possible_prints():
    possible = set(prints_of(185)) - {"100.00"}
    assert chance_of_fit(185) == len(possible) / 10_000


def test_a_planted_size_is_found_again():
    accuracies = [Printed(f"{100 * k / 211:.2f}") for k in (7, 40, 99, 120, 150, 203)]
    best = best_sizes(accuracies)
    assert [fit.size for fit in best] == [211]
    assert not best[0].misses


def test_hits_and_misses_keep_every_accuracy():
    accuracies = [Printed("10.81"), Printed("20.15")]
    fit = fit_size(accuracies, 185)
    assert (fit.hits, fit.misses) == ((accuracies[0],), (accuracies[1],))
    assert str(fit) == "1 of 2 fit N = 185"
