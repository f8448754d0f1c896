import pytest

from mer_core.attribution import gradient
from mer_core.attribution.catalog import METHODS
from mer_core.attribution.network import batching
from mer_core.models.catalog import MODELS


@pytest.mark.parametrize("name", [n for n in MODELS.names() if n.startswith("affectivenet-")])
def test_ablations_go_through_as_their_network_does(name):
    assert batching(MODELS.get(name)) == batching(MODELS.get("affectivenet"))


def test_clips_go_through_one_by_one():
    assert batching(MODELS.get("akmnet")).chunk == 1


@pytest.mark.parametrize(
    "method", ["integrated-gradients", "gradient-shap", "occlusion", "region-ablation"]
)
def test_smaller_first_maps_make_a_call_cheaper_in_passes(method, monkeypatch):
    monkeypatch.setattr(gradient, "has_bfloat16_units", lambda: False)
    chosen = METHODS.get(method)

    def cost(model):
        entry = MODELS.get(model)
        return chosen.forwards({}, entry)

    assert cost("resnet50") < 0.75 * cost("affectivenet")
