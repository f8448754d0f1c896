import threading
import time

import pytest

from mer_core.frames.ordered_parallel import ordered_parallel


@pytest.mark.parametrize("streams", [1, 2, 3])
@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_a_stream_is_worked_through_in_order(threads, streams, count):
    consumed = []
    ordered_parallel(
        lambda n: n * n,
        lambda *call: consumed.append(call),
        range(count),
        threads=threads,
        streams=streams,
    )
    assert sorted(consumed) == [(n, n * n) for n in range(count)]
    for stream in range(streams):
        own = [number for number, _ in consumed if number % streams == stream]
        assert own == list(range(stream, count, streams))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_first_item_is_checked_before_all_else(threads):
    def work(n):
        time.sleep(0.02 if n == 0 else 0)
        return n

    done = []

    def check(number, _):
        if number == 0:
            time.sleep(0.02)
        done.append(("check", number))

    def consume(number, _):
        done.append(("consume", number))

    ordered_parallel(work, consume, range(8), threads=threads, streams=2, check=check)
    assert done[0] == ("check", 0)
    for number in range(8):
        assert done.index(("check", number)) < done.index(("consume", number))


def test_no_stream_waits_until_the_first_item_is_consumed():
    other = threading.Event()

    def consume(number, _):
        if number == 0:
            assert other.wait(timeout=10)
        else:
            other.set()

    ordered_parallel(lambda n: n, consume, range(2), threads=2, streams=2)


def test_streams_run_side_by_side():
    barrier = threading.Barrier(2, timeout=10)
    ordered_parallel(lambda n: n, lambda n, _: n and barrier.wait(), range(3), threads=2, streams=2)


def test_threads_beyond_the_streams_work_ahead():
    barrier = threading.Barrier(4, timeout=10)
    ordered_parallel(lambda _: barrier.wait(), lambda *_: None, range(8), threads=4, streams=2)


def test_what_is_made_is_consumed_by_the_thread_that_made_it():
    def consume(_, maker):
        assert maker is threading.current_thread()

    ordered_parallel(lambda _: threading.current_thread(), consume, range(20), threads=2, streams=2)


@pytest.mark.parametrize("threads", [1, 2, 6])
@pytest.mark.parametrize("fails", ["work", "consume"])
def test_the_first_failure_is_raised_and_ends_the_rest(threads, fails):
    done = []

    def fail(stage, n):
        if stage == fails and n in (4, 5):
            time.sleep(0.01 * (5 - n))  # the later one fails first
            raise ValueError(n)

    def work(n):
        fail("work", n)
        return n

    def consume(number, _):
        fail("consume", number)
        done.append(number)

    with pytest.raises(ValueError, match="4"):
        ordered_parallel(work, consume, range(500), threads=threads, streams=2)
    assert {0, 1, 2, 3} <= set(done)
    assert len(done) < 500 // 2


def test_no_thread_outlives_the_call():
    before = threading.active_count()
    ordered_parallel(lambda n: n, lambda *_: None, range(100), threads=3, streams=2)
    with pytest.raises(ValueError, match="0"):
        ordered_parallel(int, lambda *_: None, ["0x"] * 9, threads=3, streams=2)
    assert threading.active_count() == before
