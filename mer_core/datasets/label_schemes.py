"""Label schemes: which class a coder's word belongs to, as named data.

The tables are in `label_schemes.toml`, each with the class counts it gives on the released
sheets. `paper4` is the grouping that the counts printed by Verma et al. imply; `natural4` groups
the same words the same way in every set.

A coder's word is first brought to its one spelling: case, plural and slips of the pen, nothing
regrouped.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from mer_core.datasets.table import DatasetTable, Reason
from mer_core.errors import SettingsError
from mer_core.records import Sample
from mer_core.registry import Registry


@dataclass(frozen=True, kw_only=True)
class LabelScheme:
    """A named mapping from (dataset, coder's word) to class.

    Attributes:
        name: Name on the command line.
        title: Display title.
        about: Its source, and what it does not agree with.
        maps: Dataset -> word -> class; empty for the scheme that keeps every word.
        order: Dataset -> classes in the order of tables and network outputs.
        dropped: Sample keys left out by name -> why.
        counts: Dataset -> class -> clips on the released sheet.
        composite: Datasets that are pooled into one task; () where each stands alone.
    """

    name: str
    title: str
    about: str
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    composite: tuple[str, ...] = ()

    @property
    def uses_own_labels(self) -> bool:
        """Whether every word is its own class."""
        return not self.maps

    def covers(self, dataset: str) -> bool:
        """Whether the scheme says anything about a dataset."""
        return self.uses_own_labels or dataset in self.maps

    def classes(self, dataset: str, samples: Iterable[Sample] = ()) -> tuple[str, ...]:
        """Classes in their fixed order.

        For the scheme that keeps words, `samples` narrow the vocabulary to the words that occur,
        and are the only source where the words are the user's own.
        """
        self._require(dataset)
        if not self.uses_own_labels:
            return self.order[dataset]
        seen = {word for sample in samples if (word := self.label(sample)) is not None}
        known = vocabulary(dataset)
        kept = tuple(word for word in known if word in seen or not seen)
        return kept + tuple(sorted(seen - set(known)))

    def label(self, sample: Sample) -> str | None:
        """The class of a sample, or None where the scheme leaves it out."""
        return self.classify(sample.dataset, sample.key, sample.label)

    def classify(self, dataset: str, key: str, label: str) -> str | None:
        """The class of a coder's word; `key` is the sample's, for clips left out by name."""
        self._require(dataset)
        if key in self.dropped:
            return None
        word = emotion_word(label, dataset)
        if self.uses_own_labels:
            return None if word.spelling is Spelling.UNKNOWN else word.text
        return self.maps[dataset].get(word.text)

    def apply(self, table: DatasetTable) -> DatasetTable:
        """`table` without the clips the scheme leaves out, each with its reason."""
        gone = {
            sample.key: self.dropped.get(
                sample.key, f"{sample.label or 'blank label'!r} has no class in {self.name}"
            )
            for sample in table
            if self.label(sample) is None
        }
        return table.without(gone, Reason.LABEL_UNMAPPED, options={"scheme": self.name})

    def _require(self, dataset: str) -> None:
        if not self.covers(dataset):
            able = [scheme.name for scheme in SCHEMES if scheme.covers(dataset)]
            raise SettingsError(
                f"the label scheme {self.name} says nothing of {dataset}",
                remedy=f"choose one of: {', '.join(able)}",
            )


SCHEMES: Registry[LabelScheme] = Registry("label scheme")


def label_scheme(name: str) -> LabelScheme:
    """Return the mapping from coders' words to classes that is called `name`.

    Args:
        name: Name on the command line, such as "paper4".

    Returns:
        The scheme.

    Raises:
        UnknownNameError: There is no such scheme.

    Example:
        >>> label_scheme("paper4").order["casme2"]
        ('positive', 'negative', 'surprise', 'others')
    """
    return SCHEMES.get(name)


def _build(name: str, tables: Mapping[str, Any]) -> LabelScheme:
    own = tables[name]
    data = {**tables[own["extends"]], **own} if "extends" in own else own
    maps = data.get("map", {})
    orders = data.get("classes_of", {})
    return LabelScheme(
        name=name,
        title=data["title"],
        about=data["about"],
        maps=maps,
        order={dataset: tuple(orders.get(dataset, data.get("classes", ()))) for dataset in maps},
        dropped=data.get("dropped", {}),
        counts=data.get("counts", {}),
        composite=tuple(data.get("composite", ())),
    )


def class_for(word: str, classes: Iterable[str]) -> str | None:
    """Return the one of `classes` that a coder's word counts as, or None where nothing says so.

    For networks that know their classes and not the scheme these come from. A word that is a class
    is itself; any other counts as the schemes say that have just these classes and group the same
    words the same way in every dataset. However a sheet spells it: SAMM has Happiness and Other.
    """
    wanted = set(classes)
    spellings = (word, " ".join(word.casefold().split()), emotion_word(word, "").text)
    for spelling in spellings:
        if spelling in wanted:
            return spelling
    word = spellings[-1]
    for scheme in SCHEMES:
        words: dict[str, set[str]] = {}
        for dataset in scheme.maps:
            for each, name in scheme.maps[dataset].items():
                words.setdefault(each, set()).add(name)
        alike = all(len(names) == 1 for names in words.values())
        if alike and set().union(*words.values()) == wanted and word in words:
            return next(iter(words[word]))
    return None


class Spelling(StrEnum):
    """Way in which a cell became a word of the dataset's vocabulary."""

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


for _name in scheme_data()["schemes"]:
    SCHEMES.register(_name, _build(_name, scheme_data()["schemes"]))
