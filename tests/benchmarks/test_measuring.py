"""The report flags what became worse by a fifth, and nothing else."""

import json

import pytest

from tests.benchmarks.measuring import (
    BenchReport,
    Measurement,
    growth,
    in_turns,
    merged,
    read_baseline,
)


def ratio(name, value, **changes):
    return Measurement(group="Images", name=name, value=value, unit="times", **changes)


def report(*measurements, baseline=None):
    return BenchReport(
        machine={"processor": "some"},
        seconds=60,
        measurements=measurements,
        baseline=baseline or {},
    )


def test_a_fifth_in_the_bad_direction_is_flagged():
    slower, faster = ratio("a", 1.25), ratio("b", 0.7)
    fewer = ratio("c", 0.8, better="higher")
    seconds = ratio("d", 9.0, ratio=False)
    held = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}
    found = report(slower, faster, fewer, seconds, baseline=held)
    assert [one.name for one in found.worse] == ["a", "c"]
    assert report(ratio("a", 1.19), ratio("c", 0.84, better="higher"), baseline=held).worse == ()


def test_a_target_is_met_from_its_own_side():
    assert ratio("a", 0.4, target=0.5).met
    assert not ratio("a", 0.4, target=0.5, better="higher").met
    assert ratio("a", 0.4).met is None


def test_a_stored_report_is_the_next_baseline(tmp_path):
    made = report(ratio("a", 1.5, target=1.0), ratio("s", 3.0, ratio=False))
    made.save(tmp_path)
    assert read_baseline(tmp_path / "report.json") == {"a": 1.5}
    assert read_baseline(tmp_path / "none.json") == {}
    assert json.loads((tmp_path / "report.json").read_text())["worse"] == []
    assert "| a | 1.5 times | 1 missed |" in (tmp_path / "report.md").read_text()


def test_growth_is_the_exponent():
    sizes = [8, 16, 32, 64]
    assert growth(sizes, [3 * n for n in sizes]) == pytest.approx(1)
    assert growth(sizes, [5.0] * 4) == pytest.approx(0, abs=1e-12)
    assert growth(sizes, [n**2 for n in sizes]) == pytest.approx(2)


def test_sides_take_turns_and_the_median_counts(monkeypatch):
    calls, times = [], iter([0, 1, 0, 2, 0, 9, 0, 2, 0, 3, 0, 2])
    monkeypatch.setattr("mer_core.reproduction.speed.time.perf_counter", lambda: next(times))
    found = in_turns(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")},
        rounds=3,
    )
    assert calls == ["a", "b"] * 4
    assert found == {"a": 3.0, "b": 2.0}


def test_two_figures_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two figures are called a"):
        merged([[ratio("a", 1.0)], [ratio("a", 2.0)]])
