import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.datasets.annotations import frame_cell
from mer_core.datasets.corrections import CorrectionRule
from mer_core.datasets.key_frames import CodedFrames, Coding, resolve_key_frames
from mer_core.datasets.table import Reason
from mer_core.records import Derived


def resolve(onset, apex, offset, numbers, *, coding=Coding.SHEET, trimmed=True, rules=None):
    coded = CodedFrames(*(frame_cell(str(text)) for text in (onset, apex, offset)))
    return resolve_key_frames(coded, list(numbers), rules or {}, coding=coding, trimmed=trimmed)


def rule(field: str, old: str) -> CorrectionRule:
    return CorrectionRule(
        version="", subject="s", clip="c", field=field, old=old, new="", reason="R", source="S"
    )


def changes(frames):
    return [(c.field, c.condition, c.old, c.new) for c in frames.changes]


def issues(frames):
    return [issue.value for issue, _ in frames.issues]


def test_coded_frames_that_fit_are_kept_as_they_are():
    frames = resolve(10, 14, 20, range(10, 21))
    assert (frames.onset, frames.apex, frames.offset) == (10, 14, 20)
    assert not frames.changes
    assert not frames.issues
    assert not frames.derived


def test_renumbered_files_move_onto_the_sheets_scale():
    frames = resolve(110, 114, 120, range(1, 12))
    assert frames.numbers == tuple(range(110, 121))
    assert frames.apex == 114


@pytest.mark.parametrize("text", ["/", "\\", "NULL", "0", ""])
def test_a_missing_apex_keeps_the_clip(text):
    frames = resolve(10, text, 20, range(10, 21))
    assert frames.reason is None
    assert frames.apex is None
    assert issues(frames) == ["apex-missing"]


def test_a_missing_apex_that_is_known_is_a_correction_with_its_source():
    frames = resolve(10, "/", 20, range(10, 21), rules={"apex": rule("apex", "missing")})
    assert changes(frames) == [("apex", "missing", "/", "missing")]
    assert frames.changes[0].rule.source == "S"
    assert not frames.issues


@pytest.mark.parametrize(("apex", "condition"), [(25, "after-offset"), (9, "before-onset")])
def test_an_apex_outside_becomes_missing_and_is_corrected(apex, condition):
    frames = resolve(10, apex, 20, range(10, 21))
    assert frames.apex is None
    assert changes(frames) == [("apex", condition, str(apex), "missing")]


def test_a_keyed_rule_applies_only_while_the_sheet_holds_its_defect():
    known = {"apex": rule("apex", "after-offset")}
    assert resolve(10, 25, 20, range(10, 21), rules=known).changes[0].rule is not None
    fixed = resolve(10, 15, 20, range(10, 21), rules=known)
    assert fixed.apex == 15
    assert not fixed.changes


def test_a_missing_offset_is_the_last_file_and_flagged():
    frames = resolve(10, 14, 0, range(10, 21))
    assert frames.offset == 20
    assert frames.derived == {Derived.OFFSET}
    assert issues(frames) == ["offset-derived"]


def test_a_missing_offset_in_a_whole_recording_cannot_be_derived():
    frames = resolve(10, 14, "", range(1, 100), trimmed=False)
    assert frames.reason is Reason.OFFSET_MISSING


@pytest.mark.parametrize(("offset", "condition"), [(90, "beyond-files"), (5, "before-onset")])
def test_an_impossible_offset_becomes_the_last_file(offset, condition):
    frames = resolve(10, 14, offset, range(10, 21))
    assert frames.offset == 20
    assert changes(frames) == [("offset", condition, str(offset), "20")]
    assert frames.derived == {Derived.OFFSET}


def test_a_keyed_offset_inside_the_files_is_settled_too():
    known = {"offset": rule("offset", "not-last-file")}
    frames = resolve(10, 14, 17, range(10, 21), rules=known)
    assert changes(frames) == [("offset", "not-last-file", "17", "20")]
    assert resolve(10, 14, 20, range(10, 21), rules=known).changes == []


def test_a_missing_onset_leaves_the_clip_out():
    assert resolve("", 14, 20, range(10, 21)).reason is Reason.ONSET_MISSING


def test_frames_of_another_recording_leave_the_clip_out():
    frames = resolve(500, 510, 520, range(10, 21))
    assert frames.reason is Reason.NO_FRAMES
    assert "500 to 520" in frames.detail
    assert "10 to 20" in frames.detail


def test_more_files_than_coded_are_noticed():
    frames = resolve(10, 14, 18, range(10, 21))
    assert frames.offset == 18
    assert issues(frames) == ["extent"]


@given(st.integers(1, 500), st.integers(1, 60))
def test_an_apex_that_is_never_coded_is_missing_and_that_is_not_odd(first, count):
    numbers = range(first, first + count)
    frames = resolve("", "", "", numbers, coding=Coding.FILES)
    assert (frames.onset, frames.apex, frames.offset) == (numbers[0], None, numbers[-1])
    assert not frames.derived
    coded = resolve(numbers[0], "", numbers[-1], numbers, coding=Coding.NO_APEX)
    assert coded.apex is None
    assert not issues(coded)


cells = st.one_of(st.integers(0, 60).map(str), st.sampled_from(["", "/", "NULL", "x", "-1", "3.5"]))


@given(
    cells,
    cells,
    cells,
    st.sets(st.integers(1, 50), min_size=1).map(sorted),
    st.sampled_from(list(Coding)),
    st.booleans(),
)
def test_whatever_is_coded_the_outcome_is_ordered_or_refused(
    onset, apex, offset, numbers, coding, trimmed
):
    frames = resolve(onset, apex, offset, numbers, coding=coding, trimmed=trimmed)
    if frames.reason is not None:
        assert frames.detail
        return
    assert frames.onset is not None
    assert frames.offset is not None
    assert frames.onset <= frames.offset
    assert frames.apex is None or frames.onset <= frames.apex <= frames.offset
    assert any(frames.onset <= number <= frames.offset for number in frames.numbers)
    assert list(frames.numbers) == sorted(set(frames.numbers))
