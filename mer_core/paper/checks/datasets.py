"""Section 4.1: class counts, labels and participants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mer_core.paper.findings import Check, Claim, Outcome, Verdict, counted, equal
from mer_core.paper.published import Published
from mer_core.paper.statements import DatasetStatement, Statement


def stated_claims(published: Published) -> Iterator[Claim]:
    """The counts of Section 4.1, dataset by dataset."""
    for dataset in published.datasets:
        yield from _dataset_claims(dataset)


def _dataset_claims(dataset: DatasetStatement) -> Iterator[Claim]:
    yield Claim(
        id=f"counts/{dataset.name}/total",
        claim=f"{dataset.name}: total of the class counts",
        printed=str(dataset.total),
        place=dataset.place,
        compute=lambda published: _total(published.dataset(dataset.name)),
    )
    yield Claim(
        id=f"counts/{dataset.name}/labels",
        claim=f"{dataset.name}: number of emotion labels",
        printed=str(dataset.label_count),
        place=dataset.place,
        compute=lambda published: _labels(published.dataset(dataset.name)),
    )
    yield Claim(
        id=f"counts/{dataset.name}/subjects",
        claim=f"{dataset.name}: number of participants",
        printed=str(dataset.subjects),
        place=dataset.place,
        compute=lambda published: _subjects(published.dataset(dataset.name)),
    )


def _total(dataset: DatasetStatement) -> Outcome:
    difference = dataset.total - dataset.class_sum
    return Outcome(
        computed=str(dataset.class_sum),
        verdict=equal(difference == 0),
        working=" + ".join(str(count) for count in dataset.classes.values()),
        note=f"the stated total is {abs(difference)} too {'high' if difference > 0 else 'low'}"
        if difference
        else "",
    )


def _labels(dataset: DatasetStatement) -> Outcome:
    return Outcome(
        computed=str(len(dataset.labels)),
        verdict=equal(len(dataset.labels) == dataset.label_count),
        working=", ".join(dataset.labels),
    )


def _subjects(dataset: DatasetStatement) -> Outcome:
    if not dataset.subject_groups:
        return Outcome(computed="", verdict=Verdict.UNVERIFIABLE, note="given without parts")
    groups = dataset.subject_groups.values()
    return Outcome(
        computed=str(sum(groups)),
        verdict=equal(sum(groups) == dataset.subjects),
        working=" + ".join(str(count) for count in groups),
    )


def _dataset_count(published: Published, statement: Statement) -> Outcome:
    return counted(len(published.datasets), statement, working="subsections of Section 4.1")


SENTENCES: Mapping[str, Check] = {"dataset count": _dataset_count}
