"""The table of controls is made of the studies it names."""

import csv
import io

import pytest

from mer_core.errors import StoreError
from mer_core.reproduction.cells import load_or_run
from mer_core.reproduction.controls import CONTROLS_BUILDER, control_cells
from mer_core.reproduction.job import Job
from mer_core.training.controls import CONTROLS


def test_every_control_is_run_and_read_back(job):
    made = CONTROLS_BUILDER.build(job)
    assert [row.name for row in made.values.controls] == list(CONTROLS.names())
    for cell in control_cells():
        result = load_or_run(cell, job).result
        assert result is not None
        assert result.definition["control"] == cell.control
        row = made.values.row(cell.control)
        assert row.uar.value == pytest.approx(result.means["uar"])
    leak, plain = made.values.row("leak"), made.values.row("none")
    assert leak.accuracy.value >= plain.accuracy.value
    lines = list(csv.DictReader(io.StringIO(made.content(".csv").decode())))
    assert [line["name"] for line in lines if line["kind"] == "control"] == list(CONTROLS.names())
    assert b"(synthetic data)" in made.content(".md")
    assert CONTROLS_BUILDER.build(job).content(".csv") == made.content(".csv")


def test_without_the_unchanged_study_there_is_no_table(job):
    values = {name: getattr(job, name) for name in job.__dataclass_fields__}
    untrained = Job(**{**values, "existing": True, "seeds": (7,)})
    with pytest.raises(StoreError, match="unchanged"):
        CONTROLS_BUILDER.build(untrained)
