"""What is drawn once is known by what it is drawn from, and by nothing less."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.plots.colour import ColourScale
from mer_core.plots.curves import share_curve
from mer_core.plots.theme import PALE
from workbench import cached
from workbench.drawings import chart, drawn, fingerprint

CALLS = []


def double(values):
    CALLS.append(values)
    return values * 2


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def same(one, other):
    """Equality that tells 1 from True and from 1.0."""
    return repr(one) == repr(other)


@given(plain, plain)
def test_two_fingerprints_are_equal_where_the_values_are(one, other):
    assert (fingerprint(one) == fingerprint(other)) == same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.zeros(3), np.zeros(3, np.float32)),
        (np.zeros(3), np.zeros((3, 1))),
        (np.zeros(3), [0.0, 0.0, 0.0]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),  # the order of traces is their order in the legend
        ([["a"], "b"], ["a", ["b"]]),
        (ColourScale(low=0, high=1), ColourScale(low=0, high=2)),
        (partial(sum, [1]), partial(max, [1])),
        (partial(share_curve, [1], {}), partial(share_curve, [1], {}, brush=True)),
    ],
    ids=["type", "shape", "list", "order", "nesting", "record", "function", "option"],
)
def test_what_would_be_drawn_otherwise_has_another(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_what_has_no_value_of_its_own_is_refused():
    @dataclass
    class Holder:
        thing: object

    with pytest.raises(TypeError, match="object"):
        fingerprint(Holder(object()))
    with pytest.raises(TypeError, match="function"):
        fingerprint(lambda: 0)
    with pytest.raises(TypeError, match="partial"):
        fingerprint(partial(lambda one: one, 0))  # two of them have one name


def test_the_same_is_drawn_once():
    cached.drawings_cache.clear()
    CALLS.clear()
    first = drawn(partial(double, np.arange(3)))
    assert drawn(partial(double, np.arange(3))) is first
    np.testing.assert_array_equal(drawn(partial(double, np.arange(4))), [0, 2, 4, 6])
    assert len(CALLS) == 2


def test_a_chart_on_a_dark_page_is_another():
    make = partial(share_curve, [1, 2], {"a": np.array([0.1, 0.2])})
    light, dark = chart(make, dark=False), chart(make, dark=True)
    assert dark.to_dict()["layout"]["font"]["color"] == PALE
    assert "color" not in light.to_dict()["layout"]["font"]
    assert chart(make, dark=True) is dark
