"""Matrices as the paper prints them: joint shares, with counts beside them."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.plots.matrices import Matrix, confusion_figure, subject_overview
from mer_core.plots.theme import SYNTHETIC_NOTE

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


def test_recalls_are_of_the_true_class_and_unknown_without_clips(matrix):
    np.testing.assert_allclose(matrix.recalls, [[0.75, 0.25], [0.5, 0.5]])
    empty = Matrix.counted("m", ("a", "b"), [[1, 1], [0, 0]]).recalls
    np.testing.assert_allclose(empty[0], [0.5, 0.5])
    assert np.isnan(empty[1]).all()


def test_the_figure_tells_recalls_counts_and_shares(matrix):
    cells = confusion_figure(matrix, synthetic=True).data[0]
    assert np.array_equal(cells.z, matrix.recalls)
    assert cells.text[0][0] == "0.75<br>6"
    assert cells.text[1][1] == "0.50<br>1"
    assert cells.customdata[0][0] == "6 clips, 60.0% of all clips"


def test_the_figure_of_a_printed_matrix_claims_no_counts():
    printed = Matrix(title="paper", classes=("a", "b"), shares=np.array([[0.5, 0.0], [0.2, 0.3]]))
    cells = confusion_figure(printed).data[0]
    assert cells.text[1][0] == "0.40<br>(0.20)"


def test_cells_are_counts_and_nothing_stands_where_there_is_no_clip():
    clips = [("s2", "fear"), ("s1", "joy"), ("s1", "joy"), ("s2", "joy")]
    drawn = subject_overview(clips, title="t", synthetic=True)
    (heat,) = drawn.data
    assert list(heat.x) == ["joy", "fear"]
    assert list(heat.y) == ["s1", "s2"]
    assert [list(row) for row in heat.z] == [[2, None], [1, 1]]
    assert sum(value or 0 for row in heat.z for value in row) == len(clips)
    assert SYNTHETIC_NOTE in [note.text for note in drawn.layout.annotations]
