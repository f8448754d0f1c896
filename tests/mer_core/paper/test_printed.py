"""Which N allow a printed accuracy, against all fractions written out."""

import pickle
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.paper.printed import (
    Printed,
    best_sizes,
    chance_of_fit,
    fit_size,
    printed_or_none,
    right_answers,
)


def test_it_is_a_float_that_remembers_its_digits():
    value = Printed("4.0")
    assert value == 4.0
    assert value + 1 == 5.0
    assert (str(value), value.decimals, value.decimal) == ("4.0", 1, Decimal("4.0"))


def test_digits_survive_pickling():
    assert pickle.loads(pickle.dumps(Printed("1.00"))).text == "1.00"


@pytest.mark.parametrize("cell", ["N/A", "-", " - "])
def test_missing_cells(cell):
    assert printed_or_none(cell) is None


def test_other_words_are_refused():
    with pytest.raises(ValueError):
        printed_or_none("n.a.")


@pytest.mark.parametrize(
    ("value", "rounds_to", "cuts_to"),
    [("2.271296", "2.3", "2.2"), ("2.549824", "2.5", "2.5"), ("0.05", "0.1", "0.0")],
)
def test_rounding_and_truncation(value, rounds_to, cuts_to):
    for text in ("2.2", "2.3", "2.5", "0.0", "0.1"):
        printed = Printed(text)
        assert printed.is_rounding_of(Decimal(value)) is (text == rounds_to)
        assert printed.is_truncation_of(Decimal(value)) is (text == cuts_to)


@given(st.integers(0, 10**7), st.integers(0, 4))
def test_a_value_prints_as_its_neighbours_only(millionths, decimals):
    value = Decimal(millionths).scaleb(-6)
    step = Decimal(1).scaleb(-decimals)
    below = (value // step) * step
    neighbours = {below, below + step}
    for candidate in (below - step, below, below + step, below + 2 * step):
        if candidate < 0:
            continue
        printed = Printed(f"{candidate:.{decimals}f}")
        assert printed.is_truncation_of(value) is (candidate == below)
        if printed.is_rounding_of(value):
            assert candidate in neighbours
            assert abs(candidate - value) <= step / 2


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
