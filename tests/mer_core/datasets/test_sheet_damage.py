"""Whatever happens to a sheet, a reader refuses in one line or accounts for every row."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.table import Reason
from mer_core.errors import MerError
from tests.mer_core.datasets import layouts

HEADER = [name or "" for name in layouts.CASME2_HEADER]
TAKES = layouts.CASME2_TAKES
ROWS = [[str(cell or "") for cell in row] for row in layouts.casme2_rows(TAKES)]


@dataclass
class Damage:
    """What befalls the sheet and the folders; harmless where it must change nothing."""

    columns: list[int] = field(default_factory=lambda: list(range(len(HEADER))))
    extra: list[str] = field(default_factory=list)
    blanks: list[int] = field(default_factory=list)
    preamble: int = 0
    as_float: bool = False
    spaces: bool = False
    case: str = ""
    repeated: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    scribbles: list[tuple[int, int, str]] = field(default_factory=list)


def damaged_sheet(damage: Damage) -> list[list[str]]:
    rows = [list(row) for row in ROWS]
    for row, column, text in damage.scribbles:
        rows[row][column] = text
    rows += [list(rows[index]) for index in damage.repeated]
    if damage.as_float:
        rows = [[f"{c}.0" if c.isdigit() else c for c in row] for row in rows]
    header = [getattr(name, damage.case)() if damage.case else name for name in HEADER]
    table = [[*(row[i] for i in damage.columns), *("x" for _ in damage.extra)] for row in rows]
    table.insert(0, [*(header[i] for i in damage.columns), *damage.extra])
    if damage.spaces:
        table = [[f"  {cell} " for cell in row] for row in table]
    for at in damage.blanks:
        table.insert(1 + at % len(table), [""] * len(table[0]))
    return [["About the coding"]] * damage.preamble + table


def read(folder: Path, damage: Damage):
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    layouts.write_casme2(root)
    (root / "CASME2-coding-20140508.xlsx").unlink()
    layouts.write_csv(root / "CASME2-coding-20140508.csv", damaged_sheet(damage))
    for index in damage.missing:
        shutil.rmtree(layouts.casme2_clip(root, TAKES[index]))
    return open_dataset("casme2", root)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damage")


harmless = st.builds(
    Damage,
    columns=st.permutations(range(len(HEADER))),
    extra=st.lists(st.sampled_from(["Notes", "", "Fold", "Remark"]), max_size=3),
    blanks=st.lists(st.integers(0, 5), max_size=3),
    preamble=st.integers(0, 15),
    as_float=st.booleans(),
    spaces=st.booleans(),
    case=st.sampled_from(["", "upper", "lower", "title"]),
)
indices = st.lists(st.integers(0, len(ROWS) - 1), unique=True)
cells = st.one_of(
    st.sampled_from(
        ["", "/", "\\", "NULL", "0", "nan", "-5", "12.5", "?", "61", "sub61", "EP01_01"]
    ),
    st.text(max_size=8),
)
brutal = st.builds(
    Damage,
    columns=st.lists(st.integers(0, len(HEADER) - 1), unique=True),
    blanks=st.lists(st.integers(0, 5), max_size=3),
    repeated=indices,
    missing=indices,
    spaces=st.booleans(),
    scribbles=st.lists(
        st.tuples(st.integers(0, len(ROWS) - 1), st.integers(0, len(HEADER) - 1), cells), max_size=8
    ),
)
quiet = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quiet
@given(damage=harmless)
def test_harmless_damage_changes_nothing(folder, damage):
    table = read(folder, damage)
    found = [(s.subject, s.clip, s.onset, s.apex, s.offset, s.label) for s in table]
    assert found == [(f"sub{t.number}", t.clip, t.onset, t.apex, t.offset, t.label) for t in TAKES]
    assert not table.excluded
    assert not table.findings


@quiet
@given(damage=brutal)
def test_brutal_damage_is_refused_or_accounted_for(folder, damage):
    try:
        table = read(folder, damage)
    except MerError as error:
        assert "\n" not in str(error)
        return
    rows = [exclusion for exclusion in table.excluded if exclusion.row is not None]
    assert len(table) + len(rows) == table.sheet_rows
    # Every clip folder on disk is a sample, or named by an exclusion.
    named = {(s.subject, s.clip) for s in table} | {(e.subject, e.clip) for e in table.excluded}
    on_disk = {(f"sub{t.number}", t.clip) for i, t in enumerate(TAKES) if i not in damage.missing}
    assert {(subject, clip.casefold()) for subject, clip in on_disk} <= {
        (subject, clip.strip().casefold()) for subject, clip in named
    }
    assert all(exclusion.detail for exclusion in table.excluded)


@quiet
@given(repeated=indices.filter(bool), missing=indices.filter(lambda gone: len(gone) < len(TAKES)))
def test_repeated_rows_and_missing_folders_are_counted_one_by_one(folder, repeated, missing):
    table = read(folder, Damage(repeated=repeated, missing=missing))
    reasons = [e.reason for e in table.excluded]
    assert reasons.count(Reason.DUPLICATE_ROW) == len(repeated)
    assert reasons.count(Reason.NO_FRAMES) == len(missing)
    assert len(table) == len(TAKES) - len(missing)
