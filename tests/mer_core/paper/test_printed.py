import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.paper.printed import Printed, printed_or_none


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
