"""The overview counts every clip once."""

from __future__ import annotations

from mer_core.plots.overview import subject_overview
from mer_core.plots.theme import SYNTHETIC_NOTE


def test_cells_are_counts_and_nothing_stands_where_there_is_no_clip():
    clips = [("s2", "fear"), ("s1", "joy"), ("s1", "joy"), ("s2", "joy")]
    drawn = subject_overview(clips, title="t", synthetic=True)
    (heat,) = drawn.data
    assert list(heat.x) == ["joy", "fear"]
    assert list(heat.y) == ["s1", "s2"]
    assert [list(row) for row in heat.z] == [[2, None], [1, 1]]
    assert sum(value or 0 for row in heat.z for value in row) == len(clips)
    assert SYNTHETIC_NOTE in [note.text for note in drawn.layout.annotations]
