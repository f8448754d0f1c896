import threading
import time

import pytest

from mer_core.frames.ordered_parallel import ordered_parallel


@pytest.mark.parametrize("lanes", [1, 2, 3])
@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_a_lane_is_worked_through_in_order(threads, lanes, count):
    taken = []
    ordered_parallel(
        lambda n: n * n,
        lambda *call: taken.append(call),
        range(count),
        threads=threads,
        lanes=lanes,
    )
    assert sorted(taken) == [(n, n * n) for n in range(count)]
    for lane in range(lanes):
        own = [number for number, _ in taken if number % lanes == lane]
        assert own == list(range(lane, count, lanes))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_first_item_is_admitted_before_all_else(threads):
    def work(n):
        time.sleep(0.02 if n == 0 else 0)
        return n

    done = []

    def admit(number, _):
        if number == 0:
            time.sleep(0.02)
        done.append(("admit", number))

    def take(number, _):
        done.append(("take", number))

    ordered_parallel(work, take, range(8), threads=threads, lanes=2, admit=admit)
    assert done[0] == ("admit", 0)
    for number in range(8):
        assert done.index(("admit", number)) < done.index(("take", number))


def test_no_lane_waits_until_the_first_item_is_taken():
    other = threading.Event()

    def take(number, _):
        if number == 0:
            assert other.wait(timeout=10)
        else:
            other.set()

    ordered_parallel(lambda n: n, take, range(2), threads=2, lanes=2)


def test_lanes_run_side_by_side():
    barrier = threading.Barrier(2, timeout=10)
    ordered_parallel(lambda n: n, lambda n, _: n and barrier.wait(), range(3), threads=2, lanes=2)


def test_threads_beyond_the_lanes_work_ahead():
    barrier = threading.Barrier(4, timeout=10)
    ordered_parallel(lambda _: barrier.wait(), lambda *_: None, range(8), threads=4, lanes=2)


def test_what_is_made_is_taken_by_the_thread_that_made_it():
    def take(_, maker):
        assert maker is threading.current_thread()

    ordered_parallel(lambda _: threading.current_thread(), take, range(20), threads=2, lanes=2)


@pytest.mark.parametrize("threads", [1, 2, 6])
@pytest.mark.parametrize("fails", ["work", "take"])
def test_the_first_failure_is_raised_and_ends_the_rest(threads, fails):
    done = []

    def fail(stage, n):
        if stage == fails and n in (4, 5):
            time.sleep(0.01 * (5 - n))  # the later one fails first
            raise ValueError(n)

    def work(n):
        fail("work", n)
        return n

    def take(number, _):
        fail("take", number)
        done.append(number)

    with pytest.raises(ValueError, match="4"):
        ordered_parallel(work, take, range(500), threads=threads, lanes=2)
    assert {0, 1, 2, 3} <= set(done)
    assert len(done) < 500 // 2


def test_no_thread_outlives_the_call():
    before = threading.active_count()
    ordered_parallel(lambda n: n, lambda *_: None, range(100), threads=3, lanes=2)
    with pytest.raises(ValueError, match="0"):
        ordered_parallel(int, lambda *_: None, ["0x"] * 9, threads=3, lanes=2)
    assert threading.active_count() == before
