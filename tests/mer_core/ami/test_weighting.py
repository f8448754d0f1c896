from fractions import Fraction

import numpy as np
import pytest

from mer_core.ami import DEFAULT_WEIGHTING, WEIGHTINGS, frame_weights
from mer_core.errors import SettingsError, UnknownNameError

COUNTS = [1, 2, 3, 4, 5, 9, 16, 64, 256]


def index_list(i, k):
    """Eq. 2: the index list of frame i."""
    return list(range(i, k + 1))


def full(i, k):
    """Eq. 1 and 3: LR(m) = (2m - k)/m, summed over the whole index list."""
    return sum((Fraction(2 * m - k, m) for m in index_list(i, k)), Fraction(0))


def literal(i, k):
    """Eq. 3 with the printed upper limit, one short of the list."""
    return sum((Fraction(2 * m - k, m) for m in index_list(i, k)[:-1]), Fraction(0))


def rank_pooling(i, k):
    """Bilen et al. 2016: alpha_t = sum of (2m - T - 1)/m."""
    return sum((Fraction(2 * m - k - 1, m) for m in range(i, k + 1)), Fraction(0))


def linear(i, k):
    return Fraction(2 * i - k - 1)


EXACT = {"full": full, "literal": literal, "rank-pooling": rank_pooling, "linear": linear}


def exact_weights(count, weighting):
    return [EXACT[weighting](i, count) for i in range(1, count + 1)]


def test_every_weighting_has_a_transcription():
    assert set(WEIGHTINGS.names()) == set(EXACT)
    assert DEFAULT_WEIGHTING in WEIGHTINGS


@pytest.mark.parametrize("weighting", EXACT)
@pytest.mark.parametrize("count", COUNTS)
def test_weights_equal_the_formula(weighting, count):
    exact = [float(weight) for weight in exact_weights(count, weighting)]
    np.testing.assert_allclose(frame_weights(count, weighting), exact, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("count", COUNTS)
def test_weights_equal_their_closed_forms(count):
    harmonic = [Fraction(0)]
    for n in range(1, count + 1):
        harmonic.append(harmonic[-1] + Fraction(1, n))
    for i in range(1, count + 1):
        tail = harmonic[count] - harmonic[i - 1]
        assert full(i, count) == 2 * (count - i + 1) - count * tail
        assert rank_pooling(i, count) == 2 * (count - i + 1) - (count + 1) * tail
        assert full(i, count) - rank_pooling(i, count) == tail


@pytest.mark.parametrize("entry", list(WEIGHTINGS), ids=WEIGHTINGS.names())
@pytest.mark.parametrize("count", COUNTS)
def test_weights_sum_to_what_the_entry_says(entry, count):
    promised = {"k": count, "0": 0}[entry.sums_to]
    assert entry.keeps_appearance == (promised != 0)
    assert sum(exact_weights(count, entry.name)) == promised
    assert frame_weights(count, entry.name).sum() == pytest.approx(promised, abs=1e-9)


@pytest.mark.parametrize("count", COUNTS)
def test_full_is_literal_plus_one(count):
    np.testing.assert_allclose(
        frame_weights(count, "full"), frame_weights(count, "literal") + 1, atol=1e-10
    )


@pytest.mark.parametrize("count", [count for count in COUNTS if count >= 2])
def test_literal_is_rank_pooling_of_all_frames_but_the_last(count):
    shorter = frame_weights(count - 1, "rank-pooling")
    np.testing.assert_allclose(
        frame_weights(count, "literal"), np.append(shorter, 0), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize(
    ("weighting", "five", "nine"),
    [
        (
            "full",
            [-17 / 12, 19 / 12, 25 / 12, 7 / 4, 1],
            [-7.4607, -0.4607, 2.0393, 3.0393, 3.2893, 3.0893, 2.5893, 1.8750, 1],
        ),
        (
            "literal",
            [-29 / 12, 7 / 12, 13 / 12, 3 / 4, 0],
            [-8.4607, -1.4607, 1.0393, 2.0393, 2.2893, 2.0893, 1.5893, 0.8750, 0],
        ),
        (
            "rank-pooling",
            [-3.7, 0.3, 1.3, 1.3, 0.8],
            [-10.2897, -2.2897, 0.7103, 2.0437, 2.5437, 2.5437, 2.2103, 1.6389, 0.8889],
        ),
        ("linear", [-4, -2, 0, 2, 4], [-8, -6, -4, -2, 0, 2, 4, 6, 8]),
    ],
)
def test_worked_numbers(weighting, five, nine):
    np.testing.assert_allclose(frame_weights(5, weighting), five, atol=1e-12)
    np.testing.assert_allclose(frame_weights(9, weighting), nine, atol=5e-5)


def test_the_first_weight_of_a_long_clip_is_large_and_negative():
    first = [frame_weights(count)[0] for count in (16, 64, 256)]
    np.testing.assert_allclose(first, [-22.09, -175.61, -1055.83], atol=5e-3)


@pytest.mark.parametrize("count", [5, 9, 64, 256])
def test_full_peaks_in_the_middle(count):
    weights = frame_weights(count)
    assert weights.max() == pytest.approx(weights[-(-count // 2) - 1])


def test_one_and_two_frames_are_defined():
    one = {name: frame_weights(1, name).tolist() for name in WEIGHTINGS.names()}
    two = {name: frame_weights(2, name).tolist() for name in WEIGHTINGS.names()}
    assert one == {"full": [1], "literal": [0], "rank-pooling": [0], "linear": [0]}
    assert two == {
        "full": [1, 1],
        "literal": [0, 0],
        "rank-pooling": [-0.5, 0.5],
        "linear": [-1, 1],
    }


def test_no_frames_have_no_weights():
    with pytest.raises(SettingsError, match="at least one"):
        frame_weights(0)


def test_an_unknown_weighting_names_the_known_ones():
    with pytest.raises(UnknownNameError, match="did you mean 'literal'.*rank-pooling"):
        frame_weights(5, "litteral")
