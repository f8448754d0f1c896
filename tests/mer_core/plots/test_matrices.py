"""Matrices as the paper prints them: joint shares, with counts beside them."""

import numpy as np
import pytest

from mer_core.plots.matrices import Matrix, confusion_figure, confusion_sheet

COUNTS = [[6, 2], [1, 1]]


@pytest.fixture
def matrix():
    return Matrix.counted("ours", ("Neg", "Pos"), COUNTS)


def test_shares_are_of_all_clips_and_the_diagonal_is_the_accuracy(matrix):
    assert matrix.shares.tolist() == [[0.6, 0.2], [0.1, 0.1]]
    assert matrix.shares.sum() == pytest.approx(1)
    assert matrix.accuracy == pytest.approx(0.7)


def test_no_answer_gives_no_share():
    assert Matrix.counted("none", ("a", "b"), [[0, 0], [0, 0]]).shares.sum() == 0


def test_the_figure_tells_shares_counts_and_recalls(matrix):
    cells = confusion_figure(matrix, synthetic=True).data[0]
    assert np.array_equal(cells.z, matrix.shares)
    assert cells.text[0][0] == "0.60"
    assert cells.customdata[0][0] == "6 clips, 75% of true Neg"
    assert cells.customdata[1][1] == "1 clips, 50% of true Pos"


def test_the_figure_of_a_printed_matrix_claims_no_counts():
    printed = Matrix(title="paper", classes=("a", "b"), shares=np.array([[0.5, 0.0], [0.2, 0.3]]))
    assert "clips" not in confusion_figure(printed).data[0].customdata[0][0]


def test_a_sheet_repeats_and_says_synthetic(matrix):
    plain = confusion_sheet([matrix, matrix], columns=2, synthetic=False)
    assert np.array_equal(plain, confusion_sheet([matrix, matrix], columns=2, synthetic=False))
    marked = confusion_sheet([matrix, matrix], columns=2, synthetic=True)
    assert marked.shape[0] > plain.shape[0]
    assert np.array_equal(marked[: plain.shape[0]], plain)


def test_colour_follows_the_share_and_not_the_matrix(matrix):
    """One scale for all: an equal share looks equal beside a stronger neighbour."""
    strong = Matrix.counted("strong", ("Neg", "Pos"), [[9, 0], [0, 1]])
    alone = confusion_sheet([strong, matrix], columns=2, synthetic=False)
    half = alone.shape[1] // 2
    # 0.1 stands in the last cell of both.
    first, second = alone[:, :half], alone[:, half:]
    corner = (slice(-40, -35), slice(-30, -25))
    assert np.array_equal(first[corner], second[corner])
