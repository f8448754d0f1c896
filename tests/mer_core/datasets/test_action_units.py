import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.datasets.action_units import parse_action_units
from mer_core.records import ActionUnit

CASES = {
    # spreadsheet numbers
    "4": ["4"],
    "12.0": ["12"],
    # CASME, CASME II
    "4+L10": ["4", "L10"],
    "R12+14?": ["R12", "14?"],
    "L14": ["L14"],
    " 1 + 2 ": ["1", "2"],
    # CAS(ME)^2
    "4+7+25": ["4", "7", "25"],
    "NULL": [],
    # SAMM: intensity after the number, side before it, T for top, doubt in words
    "R12B": ["R12b"],
    "T23+4C": ["T23", "4c"],
    "L14 or R14": ["L14?", "R14?"],
    "4 + 12 or 15": ["4", "12?", "15?"],
    "(4)+R12": ["4", "R12"],
    "B25": ["B25"],
    "25B": ["25b"],
    # missing
    "": [],
    "/": [],
    "\\": [],
    "0": [],
    "nan": [],
    # other spellings
    "AU4+AU 7": ["4", "7"],
    "au12l": ["L12"],
    "4;7,25": ["4", "7", "25"],
    "4+4": ["4"],
}


@pytest.mark.parametrize(("text", "units"), CASES.items())
def test_each_notation_is_read(text, units):
    parsed = parse_action_units(text)
    assert [str(unit) for unit in parsed.units] == units
    assert not parsed.unreadable


def test_what_follows_no_notation_is_kept_apart():
    parsed = parse_action_units("4+smile+412")
    assert [unit.number for unit in parsed.units] == [4]
    assert parsed.unreadable == ("smile", "412")


def test_doubt_is_the_doubted_units_only():
    first, second = parse_action_units("4+14?").units
    assert (first.certain, second.certain) == (True, False)


units = st.builds(
    ActionUnit,
    number=st.integers(1, 99),
    side=st.sampled_from(["", "L", "R", "T", "B"]),
    intensity=st.sampled_from(["", "A", "B", "C", "D", "E"]),
    certain=st.booleans(),
)


@given(st.lists(units, unique=True, max_size=6), st.sampled_from(["+", " + ", ",", "; "]))
def test_writing_units_and_reading_them_is_the_identity(coded, separator):
    assert parse_action_units(separator.join(map(str, coded))).units == tuple(coded)


@given(st.text(max_size=30))
def test_no_text_is_too_odd_and_none_vanishes(text):
    parsed = parse_action_units(text)
    if not parsed.units and not parsed.unreadable:
        assert not any(c.isdigit() and c != "0" for c in text.replace(".0", ""))
