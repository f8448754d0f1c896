import threading
import time

import pytest

from mer_core.frames.decoding import ahead, default_threads


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_results_come_in_order(threads, count):
    assert list(ahead(lambda n: n * n, range(count), threads=threads)) == [
        n * n for n in range(count)
    ]


def test_no_more_than_the_depth_is_started_ahead():
    started = []
    results = ahead(started.append, range(100), threads=2, depth=4)
    for taken in range(1, 20):
        next(results)
        assert len(started) <= taken + 4
    results.close()
    assert len(started) < 30


def test_work_runs_beside_its_consumer():
    barrier = threading.Barrier(2, timeout=10)
    results = ahead(lambda _: barrier.wait(), range(2), threads=2)
    assert sorted(results) == [0, 1]


def test_an_exception_comes_where_its_item_would_have():
    def work(n):
        if n == 3:
            raise ValueError(n)
        return n

    results = ahead(work, range(50), threads=2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(results)


def test_no_thread_outlives_its_use():
    before = threading.active_count()
    results = ahead(lambda n: time.sleep(0.001) or n, range(1000), threads=3)
    next(results)
    results.close()
    assert threading.active_count() == before


def test_there_is_at_least_one_thread():
    assert 1 <= default_threads() <= 8
