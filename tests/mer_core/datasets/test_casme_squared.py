import shutil
from dataclasses import replace

import pytest

from mer_core.datasets.casme_squared import SUBJECTS
from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.table import Reason
from mer_core.errors import SettingsError
from mer_core.records import Derived, Expression
from tests.mer_core.datasets import layouts
from tests.mer_core.datasets.layouts import SQUARED_TAKES, write_frames, write_xlsx


@pytest.fixture
def root(tmp_path):
    return layouts.write_casme_squared(tmp_path)


def test_the_release_has_22_subjects():
    assert len(set(SUBJECTS)) == 22


@pytest.mark.parametrize(("expression", "kept"), [("micro", 2), ("macro", 2), ("both", 4)])
def test_macro_and_micro_are_filtered_on_request_only(root, expression, kept):
    table = open_dataset("casme-squared", root, expression=expression)
    assert len(table) == kept
    assert {e.reason for e in table.excluded} <= {Reason.TYPE_FILTERED}
    assert table.sheet_rows == 4
    assert not table.warnings or all("version" in w or "release" in w for w in table.warnings)


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        ("prefix", ["anger", "happy", "disgust", "happy"]),
        ("estimated", ["negative", "positive", "negative", "others"]),
        ("self-report", ["anger", "happiness", "disgust", "happiness"]),
    ],
)
def test_the_label_source_is_a_choice_and_is_stated(root, source, labels):
    table = open_dataset("casme-squared", root, label_source=source)
    assert [sample.label for sample in table] == labels
    assert table.options["label_source"] == source


def test_expression_is_read_from_the_sheet(root):
    kinds = [sample.expression for sample in open_dataset("casme-squared", root)]
    assert kinds == [Expression.MICRO] * 2 + [Expression.MACRO] * 2


def test_a_clip_without_crop_is_told_from_one_without_frames(root):
    shutil.rmtree(layouts.squared_clip(root, SQUARED_TAKES[3]))
    shutil.rmtree(layouts.squared_clip(root, SQUARED_TAKES[0]))
    shutil.rmtree(layouts.squared_clip(root, SQUARED_TAKES[0], cropped=False))
    reasons = {e.clip: e.reason for e in open_dataset("casme-squared", root).excluded}
    assert reasons == {"happy4_1": Reason.NO_CROP, "anger1_1": Reason.NO_FRAMES}
    assert len(open_dataset("casme-squared", root, variant="raw")) == 3


def test_offset_zero_is_the_last_frame_and_says_so(root, tmp_path):
    takes = [replace(SQUARED_TAKES[0], offset=18), *SQUARED_TAKES[1:]]
    rows = layouts.squared_rows(takes)
    rows[0][4] = 0
    naming = [[55, "s55", 1], [56, "s56", 2], [57, "s57", 6]]
    write_xlsx(root / "CAS(ME)^2code_final.xlsx", {"a": rows, "b": naming})
    sample = open_dataset("casme-squared", root).samples[0]
    assert sample.offset == 18
    assert sample.derived == {Derived.OFFSET}
    assert any(note.startswith("offset-derived") for note in sample.notes)


def test_a_subject_that_no_sheet_names_is_unreadable(root):
    rows = layouts.squared_rows(SQUARED_TAKES)
    rows[0][0] = 9
    write_xlsx(
        root / "CAS(ME)^2code_final.xlsx", {"a": rows, "b": [[55, "s55", 1], [57, "s57", 6]]}
    )
    reasons = [e.reason for e in open_dataset("casme-squared", root).excluded if e.row]
    assert reasons == [Reason.ROW_UNREADABLE] * 2


def test_clips_are_cut_from_whole_recordings_by_number_and_code(root):
    long = root / "rawpic"
    write_frames(long / "s55" / "55_0401anything", [f"img{n:03d}.jpg" for n in range(1, 60)])
    # Filed under the wrong subject; the number in its own name is right.
    write_frames(long / "s56" / "55_0503title", [f"img{n:03d}.jpg" for n in range(1, 1400)])
    write_frames(long / "s56" / "56_0102x", ["img001.jpg"])
    table = open_dataset("casme-squared", root, variant="long")
    assert {s.clip: s.frame_numbers for s in table} == {
        t.clip: tuple(t.frames) for t in SQUARED_TAKES[:2]
    }
    assert any("s56/55_0503title belongs to s55" in remark for remark in table.remarks)
    assert {e.clip: e.reason for e in table.excluded} == {
        "disgust2_1": Reason.NO_FRAMES,
        "happy4_1": Reason.NO_FRAMES,
    }


def test_other_datasets_have_no_such_choice(tmp_path):
    with pytest.raises(SettingsError, match="expression"):
        open_dataset("casme2", layouts.write_casme2(tmp_path), expression="micro")
