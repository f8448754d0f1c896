"""Readings are complete, and their switches exist and stand where they say."""

import importlib
import inspect
from dataclasses import MISSING, fields, is_dataclass
from functools import cached_property

import pytest

from mer_core.paper.readings import TOPICS, readings
from mer_core.training.settings import PROFILES

# The paper's baselines ask for published weights; loading a network by itself does not.
DEFAULTS_OF_THE_PAPER_ONLY = {"pre-trained-weights"}


@pytest.mark.parametrize("reading", readings(), ids=lambda reading: reading.id)
def test_complete(reading):
    assert reading.topic in TOPICS
    assert reading.passage and reading.question.endswith((".", "?")) and reading.evidence
    assert reading.default in reading.choices
    assert reading.switch or reading.evidence


def test_every_topic_and_the_passages_that_change_results_are_there():
    assert {reading.topic for reading in readings()} == set(TOPICS)
    for name in (
        *("frame-weights", "normalisation", "image-size", "encapfeat-plus", "flatten"),
        *("without-mfl", "all-1x1", "lfc", "accuracy-average", "selection", "augmentation"),
        *("cross-casme-squared", "classes-casme", "classes-samm", "second-setup", "speed"),
    ):
        assert name in readings()


def resolved(switch):
    """The default value of a switch, or the entry that it names; fails where there is none."""
    module, _, path = switch.partition(":")
    thing = importlib.import_module(module)
    if "[" in path:
        registry, _, rest = path.partition("[")
        name, _, field = rest.partition("]")
        entry = getattr(thing, registry).get(name)
        return getattr(entry, field.lstrip(".")) if field else entry
    owner, _, name = path.partition(".")
    target = getattr(thing, owner)
    if is_dataclass(target) and name in {field.name for field in fields(target)}:
        default = next(field.default for field in fields(target) if field.name == name)
        return None if default is MISSING else default
    if inspect.isclass(target):
        assert isinstance(inspect.getattr_static(target, name), property | cached_property)
        return None
    return inspect.signature(target).parameters[name].default


@pytest.mark.parametrize(
    "reading", [reading for reading in readings() if reading.switch], ids=lambda reading: reading.id
)
def test_switches_exist_and_have_the_default_that_is_stated(reading):
    default = resolved(reading.switch)
    stated = str(default) in reading.choices and not reading.switch.endswith("]")
    if stated and reading.id not in DEFAULTS_OF_THE_PAPER_ONLY:
        assert str(default) == reading.default


@pytest.mark.parametrize(
    ("name", "registry"),
    [
        ("frame-weights", "mer_core.ami.weighting:WEIGHTINGS"),
        ("strongest-maps", "mer_core.features.maps:RANKINGS"),
        ("lfc", "mer_core.models.catalog:MODELS"),
        ("without-mfl", "mer_core.models.catalog:MODELS"),
        ("all-1x1", "mer_core.models.catalog:MODELS"),
        ("classes-casme", "mer_core.datasets.label_schemes:SCHEMES"),
        ("cross-casme-squared", "mer_core.datasets.label_schemes:SCHEMES"),
    ],
)
def test_choices_are_names_that_exist(name, registry):
    module, _, attribute = registry.partition(":")
    names = getattr(importlib.import_module(module), attribute).names()
    assert set(readings().get(name).choices) <= set(names)


def test_what_is_said_of_the_profiles_is_what_they_are():
    standard = PROFILES.get("standard")
    for name in ("epochs", "optimiser", "learning-rate-schedule", "weight-decay", "batch-size"):
        reading = readings().get(name)
        field = reading.switch.rpartition(".")[2]
        assert str(getattr(standard, field)) == reading.default
    assert set(readings().get("epochs").choices) == {str(one.epochs) for one in PROFILES}
    rates = {"adamw": 3e-4, "sgd": 1e-3}  # as the choices say
    assert all(one.learning_rate == rates[one.optimiser] for one in PROFILES)
