"""Every ambiguous passage of the paper, how it is read here, and what changes it.

The entries are data (`data/readings/<topic>.toml`). A reading without a switch is settled: its
other choices contradict the paper or make no difference, and the evidence says which.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mer_core.registry import Registry

TOPICS = ("image", "network", "cost", "data", "protocol", "figures")
"""What the readings are about, in the order of the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One ambiguous passage.

    Attributes:
        id: Stable name.
        topic: One of `TOPICS`.
        passage: Equation, section, table or figure.
        question: What the passage leaves open.
        choices: Name of each possible reading -> what it means.
        default: The choice taken.
        evidence: Why.
        switch: Where the choice is made, as "module:object.field" (a field, parameter or
            property), "module:REGISTRY[name]" or "module:REGISTRY[name].field"; "" where there is
            nothing to switch.
    """

    id: str
    topic: str
    passage: str
    question: str
    choices: Mapping[str, str]
    default: str
    evidence: str
    switch: str = ""


@cache
def readings() -> Registry[Reading]:
    """Every reading by its name, in the order of the paper."""
    found: Registry[Reading] = Registry("reading")
    for topic in TOPICS:
        for entry in _read(topic):
            found.register(entry.id, entry)
    return found


def _read(topic: str) -> Iterator[Reading]:
    source = files("mer_core.paper") / "data" / "readings" / f"{topic}.toml"
    for entry in tomllib.loads(source.read_text(encoding="utf-8"))["reading"]:
        yield _reading(topic, entry)


def _reading(topic: str, entry: Mapping[str, Any]) -> Reading:
    return Reading(**{**entry, "topic": topic, "evidence": " ".join(entry["evidence"].split())})
