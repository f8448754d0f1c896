import pytest

from mer_core.plots.ledger import ledger_table

HEADER = ["network", "ours", "paper"]
CELLS = [["one", "2,271,296", "2.2"], ["two", "2,230,464", "2.1"]]


def test_cells_stand_in_their_columns_and_rows_are_shaded_by_agreement():
    drawn = ledger_table(HEADER, CELLS, good=[True, False]).data[0]
    assert [list(column) for column in drawn.cells.values] == [list(c) for c in zip(*CELLS)]  # noqa: B905
    assert list(drawn.cells.align) == ["left", "right", "right"]
    shades = drawn.cells.fill.color[0]
    assert shades[0] != shades[1]


def test_ragged_rows_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        ledger_table(HEADER, [*CELLS, ["three"]], good=[True] * 3)
