import numpy as np
import pytest
import torch

from mer_core.attribution import METHODS, explain
from mer_core.attribution.baseline_inputs import baseline_input, baseline_name, probe_input
from mer_core.attribution.method import baseline_parameter
from mer_core.errors import SettingsError
from mer_core.inputs.tensors import image_tensor
from mer_core.models.catalog import model_entry
from mer_core.records import InputKind, InputSpec

from .fitted import example, shared

pytestmark = pytest.mark.filterwarnings("ignore:Setting .*hooks")
IMAGE = InputSpec(kind=InputKind.AMI, size=(16, 16), mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.1))


@pytest.mark.parametrize(("name", "level"), [("black", 0), ("zero", 51), ("grey", 127.5)])
def test_constants_are_what_the_network_would_see_of_such_an_image(name, level):
    inputs = torch.rand(1, 3, 16, 16)
    found = baseline_input(name, inputs, IMAGE, 51.0)
    if level != 127.5:
        seen = image_tensor(np.full((16, 16, 3), level, np.uint8), IMAGE)
        np.testing.assert_allclose(found[0], seen, atol=1e-6)
    expected = (level / 255 - np.array(IMAGE.mean)) / np.array(IMAGE.std)
    np.testing.assert_allclose(found[0, :, 3, 4], expected, rtol=1e-5)


def test_auto_is_zero_accumulation_where_it_is_known():
    assert baseline_name("auto", IMAGE, 80.0) == "zero"
    assert baseline_name("auto", IMAGE, None) == "grey"
    with pytest.raises(SettingsError, match="zero_level"):
        baseline_name("zero", IMAGE, None)
    found = explain(
        shared("affective"), example(shared("affective")), method="deeplift", zero_level=80.0
    )
    assert found.parameters["baseline"] == "zero"
    assert found.parameters["zero_level"] == 80.0


def test_mean_blur_and_still():
    inputs = torch.rand(1, 3, 16, 16)
    mean = baseline_input("mean", inputs, IMAGE)
    np.testing.assert_allclose(mean.mean((2, 3)), inputs.mean((2, 3)), rtol=1e-5)
    assert mean.std((2, 3)).max() < 1e-6
    blurred = baseline_input("blur", inputs, IMAGE)
    assert blurred.std() < inputs.std() / 2
    flat = torch.full((1, 3, 16, 16), 0.3)
    np.testing.assert_allclose(baseline_input("blur", flat, IMAGE), flat, rtol=1e-5)
    clip = torch.rand(1, 4, 1, 16, 16)
    still = baseline_input("still", clip, InputSpec(kind=InputKind.CLIP, size=(16, 16)))
    for frame in still[0]:
        np.testing.assert_allclose(frame, clip[0].mean(0), rtol=1e-5)


@pytest.mark.parametrize("name", ["affectivenet", "learnet", "ststnet", "offapexnet", "akmnet"])
def test_every_choice_offered_can_be_made(name):
    spec = model_entry(name).input
    inputs = probe_input(spec)
    for choice in baseline_parameter(spec.kind).choices:
        level = 70.0 if spec.kind is not InputKind.FLOW else None
        resolved = baseline_name(choice, spec, level)
        found = baseline_input(resolved, inputs, spec, level)
        assert found.shape == inputs.shape
        assert torch.isfinite(found).all()
        assert not torch.equal(found, inputs)


def test_methods_that_compare_have_the_parameter_and_others_do_not():
    entry = model_entry("affectivenet")
    for method in METHODS:
        names = [parameter.name for parameter in method.parameters(entry)]
        assert ("baseline" in names) == method.uses_baseline
        assert len(names) == len(set(names))
