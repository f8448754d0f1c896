"""The coders' words in one spelling: case, plural and slips of the pen apart, nothing regrouped."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any


class Spelling(StrEnum):
    """How a cell became a word of the dataset's vocabulary."""

    KNOWN = "known"
    SYNONYM = "synonym"
    TYPO = "typo"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Word:
    """A label in its one spelling, and how far the cell was from it."""

    text: str
    spelling: Spelling


@cache
def scheme_data() -> Mapping[str, Any]:
    """The label tables shipped with the package."""
    text = (resources.files("mer_core.datasets") / "label_schemes.toml").read_text("utf-8")
    return tomllib.loads(text)


def vocabulary(dataset: str) -> tuple[str, ...]:
    """The words a dataset's coders used; () where they are the user's own."""
    return tuple(scheme_data()["vocabulary"].get(dataset, ()))


@cache
def emotion_word(label: str, dataset: str) -> Word:
    """The word a label cell means in a dataset.

    An unknown word that is unmistakably close to exactly one known word is read as a typo of it;
    the reader reports each. Everything else stays as written, in lower case.
    """
    data = scheme_data()
    text = " ".join(label.casefold().split())
    known = vocabulary(dataset)
    if text in known or not text:
        return Word(text, Spelling.KNOWN if text else Spelling.UNKNOWN)
    if (synonym := data["synonyms"].get(text)) and (not known or synonym in known):
        return Word(synonym, Spelling.SYNONYM)
    if (meant := data["typos"].get(text)) and (not known or meant in known):
        return Word(meant, Spelling.TYPO)
    near = difflib.get_close_matches(text, known, n=2, cutoff=0.8)
    if len(near) == 1:
        return Word(near[0], Spelling.TYPO)
    return Word(text, Spelling.UNKNOWN if known else Spelling.KNOWN)
