"""Answers that are kept for whoever asks the same."""

import threading
from concurrent.futures import ThreadPoolExecutor

from workbench.kept import Kept


def test_the_answer_unused_for_longest_goes_first():
    kept = Kept[str](2)
    kept.put("a", "A")
    kept.put("b", "B")
    assert kept.get("a") == "A"
    kept.put("c", "C")
    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]


def test_sizes_are_what_is_bounded():
    kept = Kept[bytes](100, len)
    for name, size in (("a", 40), ("b", 30), ("c", 30)):
        kept.put(name, bytes(size))
    assert all(kept.get(name) is not None for name in "abc")
    kept.put("a", bytes(60))  # in place of 40
    assert kept.get("b") is None
    assert kept.get("c") is not None
    kept.put("d", bytes(500))  # larger than all that may be kept
    assert [kept.get(name) is not None for name in "abcd"] == [False, False, False, True]
    kept.put("e", b"")
    assert kept.get("d") is None


def test_an_answer_is_made_once_however_many_ask():
    kept = Kept[int](4)
    made = []
    together = threading.Barrier(8, timeout=10)

    def make():
        made.append(1)
        return len(made)

    def ask(_):
        together.wait()
        return kept.fetch("same", make)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [1] * 8
    assert len(made) == 1
