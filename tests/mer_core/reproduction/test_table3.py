"""The ledger against what hand computation expects of it."""

import csv
import io
import json

import pytest

from mer_core.models.catalog import MODELS
from mer_core.paper.audit import audit
from mer_core.paper.printed import Printed
from mer_core.paper.published import TABLE3
from mer_core.reproduction import table3
from mer_core.reproduction.everything import TABLE3_BUILDER, save
from mer_core.reproduction.manifest import Manifest
from mer_core.reproduction.table3 import (
    NETWORK_READINGS,
    agreement_of,
    ledger,
    ledger_table,
    table3_made,
)


@pytest.fixture(scope="module")
def rows():
    return ledger()


def chosen(rows):
    return {row.network: row for row in rows if row.chosen}


def test_every_row_of_the_paper_has_a_reading_and_every_reading_a_network():
    assert list(NETWORK_READINGS) == [row.network for row in TABLE3]
    assert all(model in MODELS for cells in NETWORK_READINGS.values() for model, _ in cells)


def test_base_and_five_ablations_agree_and_3x3_does_not(rows):
    found = {network: row.agreement for network, row in chosen(rows).items()}
    family = {name: way for name, way in found.items() if name.startswith("Af")}
    assert len(family) == 7
    assert [name for name, way in family.items() if way == "none"] == ["Af-Net-3x3"]
    assert family["AffectiveNet-1"] == "truncated"
    assert all(way != "none" for name, way in found.items() if name not in family)


def test_the_audit_counts_the_networks_that_the_catalogue_builds(rows):
    findings = {finding.id: finding for finding in audit()}
    family = {name: row for name, row in chosen(rows).items() if name.startswith("Af")}
    for network, row in family.items():
        assert findings[f"table3/parameters/{network}"].computed == f"{row.parameters:,}"
    readings = {row.parameters for row in rows if row.network == "Af-Net-1x1"}
    assert readings == {2_188_992, 2_130_624}
    assert family["Af-Net-1x1"].parameters == 2_188_992


def test_heads_of_1000_and_4_classes(rows):
    mobilenet = {row.classes: row for row in rows if row.model == "mobilenet"}
    assert mobilenet[1000].agreement != "none"
    assert mobilenet[4].agreement == "none"
    assert round(mobilenet[4].parameters / 1e6, 1) == 3.2
    resnet = next(row for row in rows if row.model == "resnet50")
    assert resnet.chosen
    assert "ResNet-18" in resnet.remark


def test_memory_is_consistent_where_the_ratio_is_that_of_the_base(rows):
    base = chosen(rows)["AffectiveNet-1"]
    share = base.printed_memory / base.memory_mib
    for row in rows:
        deviation = abs(row.printed_memory / row.memory_mib / share - 1)
        assert row.memory_consistent == (deviation <= 0.03)
    inconsistent = {row.network for row in chosen(rows).values() if not row.memory_consistent}
    assert inconsistent == {"ResNet-50", "MobileNet", "Af-Net-WoMFL", "Af-Net-3x3"}


def test_the_papers_speed_relative_to_its_resnet(rows):
    speeds = {row.network: row.printed_speed_ratio for row in chosen(rows).values()}
    assert speeds["ResNet-50"] == 1
    assert speeds["AffectiveNet-1"] == pytest.approx(8.7 / 19)
    assert speeds["MobileNet"] == pytest.approx(12 / 19)


@pytest.mark.parametrize(
    ("printed", "count", "expected"),
    [
        ("2.2", 2_271_296, "truncated"),
        ("2.3", 2_271_296, "rounded"),
        ("2.5", 2_549_824, "rounded and truncated"),
        ("2.1", 2_230_464, "none"),
        ("144", 143_667_240, "rounded"),
    ],
)
def test_how_a_count_becomes_printed_digits(printed, count, expected):
    assert agreement_of(Printed(printed), count) == expected


def test_ratios_are_to_resnet_at_the_same_batch():
    names = {model for cells in NETWORK_READINGS.values() for model, _ in cells}
    speeds = {batch: dict.fromkeys(names, 0.5 * batch) for batch in (1, 32)}
    speeds[32]["affectivenet"] = 4.0
    row = chosen(ledger(speeds=speeds))["AffectiveNet-1"]
    assert row.speed_ratios == {1: 1.0, 32: 0.25}


def test_files_hold_every_row_and_their_making(tmp_path, rows):
    made = table3_made(rounds=0)
    assert made.values == rows
    files = save(TABLE3_BUILDER, made, Manifest(tmp_path))
    names = {f"table3.{kind}" for kind in ("csv", "html", "md", "tex")}
    assert {path.name for path in files} == names
    lines = list(csv.DictReader(io.StringIO((tmp_path / "table3.csv").read_text())))
    assert [int(line["parameters"]) for line in lines] == [row.parameters for row in rows]
    assert {line["speed_ratio_batch1"] for line in lines} == {""}
    page = (tmp_path / "table3.html").read_text()
    assert "2,271,296" in page
    assert "138,357,544" in page
    assert "http" not in page  # it opens without a network
    text = (tmp_path / "table3.md").read_text()
    assert text == ledger_table(rows).markdown()
    assert text.count("\n| ") == len(rows) + 2
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert {entry["place"] for entry in manifest["artefacts"]} == {"Table 3"}


def test_timing_covers_both_batches_and_every_network(monkeypatch):
    few = {"ResNet-50": (("ststnet", 4),), "AffectiveNet-1": (("sssnet", 4),)}
    monkeypatch.setattr(table3, "NETWORK_READINGS", few)
    told = []
    speeds = table3.measure_speeds(rounds=1, progress=told.append)
    assert set(speeds) == {1, 32}
    assert all(set(times) == {"ststnet", "sssnet"} for times in speeds.values())
    assert all(seconds > 0 for times in speeds.values() for seconds in times.values())
    assert len(told) == 2
