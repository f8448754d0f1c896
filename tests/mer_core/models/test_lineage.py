"""Weights know everybody they have seen, through whatever they started from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from mer_core.models.lineage import Lineage, person_key
from mer_core.records import Sample


def sample(subject: str, *, dataset: str = "casme2", synthetic: bool = False) -> Sample:
    return Sample(
        dataset=dataset,
        subject=subject,
        clip="c1",
        frames=(Path("1.png"),),
        frame_numbers=(1,),
        onset=1,
        apex=1,
        offset=1,
        label="happiness",
        synthetic=synthetic,
    )


def test_a_synthetic_face_is_not_the_person_whose_code_it_bears():
    real = sample("sub01")
    twin = replace(real, synthetic=True)
    lineage = Lineage.of([twin], data_digest="d")
    assert lineage.seen([twin]) == (person_key(twin),)
    assert lineage.seen([real]) == ()
    assert person_key(real) == "casme2/sub01"


def test_descent_adds_up_over_generations():
    first = Lineage.of([sample("01"), sample("02")], data_digest="d1")
    second = Lineage.of([sample("02"), sample("a", dataset="samm")], data_digest="d2")
    third = Lineage.of([sample("b", dataset="samm")], data_digest="d2")
    grown = second.descended_from(first, weights_digest="w1")
    last = third.descended_from(grown, weights_digest="w2")
    assert last.subjects == ("casme2/01", "casme2/02", "samm/a", "samm/b")
    assert last.datasets == ("casme2", "samm")
    assert last.data == ("d2", "d1")
    assert last.parents == ("w2", "w1")
    assert last.seen([sample("02"), sample("03"), sample("a", dataset="samm")]) == (
        "casme2/02",
        "samm/a",
    )
    assert Lineage.from_dict(json.loads(json.dumps(last.as_dict()))) == last


def test_a_thousand_people_fit_a_header():
    people = [sample(str(n), dataset="cohort", synthetic=True) for n in range(1000)]
    lineage = Lineage.of(people, data_digest="d")
    assert len(lineage.subjects) == 1000
    assert len(json.dumps(lineage.as_dict())) < 40_000
