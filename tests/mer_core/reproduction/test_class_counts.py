"""Counts per class, counted again from the sheet's words."""

import csv
import io

import pandas as pd

from mer_core.datasets.label_schemes import label_scheme
from mer_core.paper.published import PUBLISHED
from mer_core.reproduction.class_counts import make_counts


def test_counts_are_those_of_the_clips_and_missing_ones_are_blank(job):
    made = make_counts(job)
    scheme, table = label_scheme("paper4"), job.table("casme2")
    for row in made.values.itertuples():
        assert row.paper == PUBLISHED.dataset(row.dataset).classes[row.name]
        if row.dataset == "CASME-II":
            ours = sum(scheme.label(sample) == row.name for sample in table)
            assert (row.ours, row.difference) == (ours, ours - row.paper)
            assert row.data == "synthetic"
        if row.dataset == "CASME-I":
            assert pd.isna(row.ours) and pd.isna(row.difference) and row.data == "data missing"
    assert any("CASME" in line for line in made.warnings)
    lines = list(csv.DictReader(io.StringIO(made.content(".csv").decode())))
    assert len(lines) == len(made.values) == sum(len(d.classes) for d in PUBLISHED.datasets)
