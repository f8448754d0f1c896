from dataclasses import replace

import pytest

from mer_core.attribution import METHODS, Parameter
from mer_core.attribution.method import AUTO
from mer_core.errors import SettingsError
from mer_core.models.catalog import model_entry

STEPS = Parameter(name="steps", title="Steps", kind="int", default=8, low=4, high=16)
NOISE = Parameter(name="noise", title="Noise", kind="float", default=0.1, low=0.0)
FREE = Parameter(name="free", title="Free", kind="float", default=0.1)
KEEP = Parameter(name="keep", title="Keep", kind="bool", default=False)
WAY = Parameter(name="way", title="Way", kind="choice", default="a", choices=("a", "b"))


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (STEPS, "4", 4),
        (STEPS, " 16 ", 16),
        (NOISE, "0", 0.0),
        (NOISE, "1e-3", 0.001),
        (FREE, "-7.5", -7.5),
        (KEEP, "Yes", True),
        (KEEP, "off", False),
        (WAY, "b", "b"),
    ],
)
def test_what_is_written_becomes_a_value_of_the_parameters_own_type(parameter, text, value):
    found = parameter.parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("parameter", "text", "allowed"),
    [
        (STEPS, "3", "a whole number from 4 to 16"),
        (STEPS, "4.5", "a whole number from 4 to 16"),
        (STEPS, "many", "a whole number from 4 to 16"),
        (NOISE, "nan", "a number of at least 0"),
        (NOISE, "inf", "a number of at least 0"),
        (FREE, "x", "a number"),
        (KEEP, "maybe", "true or false"),
        (WAY, "c", "one of: a, b"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(parameter, text, allowed):
    with pytest.raises(SettingsError, match=allowed):
        parameter.parse(text)


def test_true_is_not_a_number():
    with pytest.raises(SettingsError):
        STEPS.check(True)


def test_defaults_are_allowed_and_unknown_parameters_are_named():
    for name in ("affectivenet", "ststnet", "akmnet"):
        entry = model_entry(name)
        for method in METHODS:
            resolved = method.resolve({}, entry)
            for parameter in method.parameters(entry):
                assert parameter.resolve(parameter.default, entry) == resolved[parameter.name]
                assert parameter.check(resolved[parameter.name]) == resolved[parameter.name]
                assert parameter.title
                assert parameter.help
            with pytest.raises(SettingsError, match="smoothing_samples"):
                method.resolve({"wrong": 1}, entry)


def test_what_is_left_to_us_is_settled_by_the_network():
    small, large = model_entry("ststnet"), model_entry("resnet50")
    open_way = replace(
        WAY,
        default=AUTO,
        choices=(AUTO, "a", "b"),
        auto=lambda entry: "a" if entry is small else "b",
    )
    assert [open_way.resolve(AUTO, entry) for entry in (small, large)] == ["a", "b"]
    assert open_way.resolve("b", small) == "b"
    with pytest.raises(SettingsError, match="one of: auto, a, b"):
        open_way.resolve("c", small)


def test_cost_grows_with_the_parameters():
    entry = model_entry("affectivenet")
    for name, parameter in (
        ("integrated-gradients", "steps"),
        ("gradient-shap", "samples"),
        ("occlusion", "patches"),
    ):
        method = METHODS.get(name)
        low, high = (method.forwards({parameter: n}, entry) for n in (4, 16))
        assert high > 2 * low
        assert high - low >= 12  # no step, sample or patch for less than a forward pass
    saliency = METHODS.get("saliency")
    once = saliency.forwards({}, entry)
    ten = saliency.forwards({"smoothing_samples": 10}, entry)
    assert ten == 10 * once
