from __future__ import annotations

from dataclasses import replace

import pytest

from mer_core.errors import LeakageError, SettingsError
from mer_core.protocols import check_split
from tests.mer_core.protocols.tables import sample, table

TABLE = table({"casme2": {"sub01": 2, "sub02": 2}})


def test_a_clean_split_passes():
    check_split(TABLE, [0, 1], [2, 3])


def test_a_person_on_both_sides_is_named():
    with pytest.raises(LeakageError, match="casme2/sub01: 1 subject on both sides"):
        check_split(TABLE, [0, 2], [1, 3][:1])


def test_the_person_may_be_shared_where_the_protocol_says_so_but_never_the_clip():
    check_split(TABLE, [0], [1], subjects=False)
    with pytest.raises(LeakageError, match="clip"):
        check_split(TABLE, [0, 1], [1], subjects=False)


def test_one_shared_frame_under_two_clip_names_is_a_breach():
    one = sample("casme2", "sub01", "EP01")
    two = replace(sample("casme2", "sub02", "EP09"), frames=(*one.frames[:1],))
    with pytest.raises(LeakageError, match=r"img1\.jpg: 1 frame on both sides"):
        check_split([one, two], [0], [1])


def test_many_breaches_are_counted_and_three_are_named():
    wide = table({"casme2": {f"sub{i:02}": 2 for i in range(6)}})
    with pytest.raises(LeakageError, match="and 3 more: 6 subjects"):
        check_split(wide, range(0, 12, 2), range(1, 12, 2))


@pytest.mark.parametrize(("train", "test"), [([], [0]), ([0], [])])
def test_an_empty_side_is_refused(train, test):
    with pytest.raises(SettingsError, match="nothing to"):
        check_split(TABLE, train, test)
