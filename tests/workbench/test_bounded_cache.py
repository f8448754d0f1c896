"""A cache bounded by size, which makes each value once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from workbench.bounded_cache import BoundedCache, size_of


def test_the_answer_unused_for_longest_goes_first():
    kept = BoundedCache[str](2)
    kept.put("a", "A")
    kept.put("b", "B")
    assert kept.get("a") == "A"
    kept.put("c", "C")
    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]


def test_sizes_are_what_is_bounded():
    kept = BoundedCache[bytes](100, len)
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


def test_outlines_count_as_their_numbers_and_not_as_charts():
    outlines = tuple(((float(i), 0.5), (1.0, 2.0)) for i in range(1000))
    assert size_of(outlines) < 200_000
    assert size_of((bytes(10), 0.0, 1.0)) < 100
    assert size_of(np.zeros(8)) == 64
    assert size_of(object()) > 100_000


def test_a_record_takes_what_its_fields_take():
    @dataclass(frozen=True)
    class Record:
        values: np.ndarray
        make: object

    assert size_of(Record(np.zeros(1000), len)) < 8100
    assert size_of({"a": np.zeros(8), "b": np.zeros(8)}) == 128
    assert size_of("abc") == 3
    assert size_of(None) < 100


def test_an_answer_is_made_once_however_many_ask():
    kept = BoundedCache[int](4)
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


def test_a_value_may_need_any_other():
    """As many keys inside one as there are: with shared locks, two of them would be one lock."""
    cache = BoundedCache[int](1000)
    reached = threading.Event()

    def nested() -> None:
        cache.fetch("outer", lambda: sum(cache.fetch(str(n), lambda: 1) for n in range(100)))
        reached.set()

    threading.Thread(target=nested, daemon=True).start()
    assert reached.wait(10), "it waits for itself"
    assert cache.get("outer") == 100
    assert not cache._making


def test_two_keys_do_not_wait_for_each_other():
    cache = BoundedCache[int](1000)
    together = threading.Barrier(40, timeout=10)

    def make(number: int) -> int:
        together.wait()
        return number

    with ThreadPoolExecutor(40) as pool:
        found = pool.map(lambda n: cache.fetch(str(n), lambda: make(n)), range(40))
        assert list(found) == list(range(40))


def test_a_value_that_cannot_be_made_leaves_the_turn_to_others():
    cache = BoundedCache[int](4)
    with pytest.raises(ZeroDivisionError):
        cache.fetch("key", lambda: 1 // 0)
    assert cache.fetch("key", lambda: 1) == 1
    assert not cache._making
