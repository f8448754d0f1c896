"""A part of `make faults`, with every kind of fault: what it counts, and that nothing breaks."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import MerError
from tests.faults import damaging, fuzzing
from tests.faults.counting import Count, FaultReport, Fork, forked
from tests.faults.fuzzing import Reader, fuzzed, mutated


def test_damage_does_no_harm():
    found = {one.name: one for one in damaging.counts(0.02, seed=0)}
    assert {name: one.broken for name, one in found.items() if one.broken} == {}
    assert sum(one.tried for one in found.values()) > 60


def test_no_reader_is_broken_by_a_hundred_inputs():
    found = list(fuzzing.counts(0.01, seed=1))
    assert {one.name: one.broken for one in found if one.broken} == {}
    assert len(found) >= 13


def _fragile(content: bytes, place) -> None:
    if content == b"refused":
        raise MerError("is not read")
    if content == b"raises":
        raise ValueError("of its own")
    if content == b"outside":
        (place.parent / "outside.txt").write_text("here")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"raises", "ValueError: of its own"), (b"outside", "writes "), (b"refused", "")],
)
def test_what_a_reader_does_wrong_is_counted(monkeypatch, content, said):
    monkeypatch.setattr(fuzzing, "mutated", lambda *_: content)
    found = fuzzed(Reader("a fragile reader", [content], _fragile), 3, seed=0)
    assert found.tried == 3
    assert len(found.broken) == (3 if said else 0)
    assert all(said in line for line in found.broken)


def test_a_reader_that_takes_the_process_with_it_is_counted_and_the_rest_goes_on(monkeypatch):
    import os

    monkeypatch.setattr(fuzzing, "mutated", lambda _, rng: rng.bytes(1))
    deadly = np.random.default_rng((0, 1)).bytes(1)

    def read(content, _):
        if content == deadly:
            os.abort()

    found = fuzzed(Reader("a deadly reader", [b"x"], read), 4, seed=0)
    assert found.broken == ("input 1: the process died",)


def test_mutations_repeat_and_differ():
    seeds = [bytes(range(200)), b"abc" * 40]
    first = [mutated(seeds, np.random.default_rng((3, n))) for n in range(50)]
    assert first == [mutated(seeds, np.random.default_rng((3, n))) for n in range(50)]
    assert len(set(first)) > 45


def test_work_in_a_copy_returns_its_value_or_its_error():
    assert forked(lambda: {"a": 1}) == {"a": 1}
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        forked(lambda: 1 // 0)
    child = Fork(lambda: __import__("time").sleep(60))
    assert not child.ended(0.05)
    child.kill()


def test_the_report_counts_tries_and_harm_and_keeps_what_was_not_counted_again(tmp_path):
    first = FaultReport(
        counts=(
            Count(group="Damage", name="one", tried=1200),
            Count(group="Damage", name="two", tried=3, broken=("it broke",)),
        ),
        seconds=120,
    )
    (tmp_path / "faults.json").write_text(first.document())
    assert FaultReport.read(tmp_path / "faults.json") == first
    assert "1,203 faults in 2 minutes, 1 of them did harm." in first.markdown()
    assert "- two: it broke" in first.markdown()
    again = FaultReport(counts=(Count(group="Damage", name="two", tried=4),), seconds=60)
    both = again.beside(first)
    assert [(one.name, one.tried) for one in both.counts] == [("one", 1200), ("two", 4)]
    page = both.written_into("# Page\n<!-- faults -->old<!-- /faults -->\nend\n")
    assert "old" not in page
    assert "| two | 4 | 0 |" in page
    with pytest.raises(ValueError, match="has no"):
        both.written_into("# Page\n")
