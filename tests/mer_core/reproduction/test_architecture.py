"""The diagram is the network: its stages hold every parameter and join where the equations do."""

import pytest
from torch import nn

from mer_core.models.catalog import model_entry
from mer_core.reproduction.architecture import boxes, make_figure2, stages
from mer_core.reproduction.job import Job

FAMILY = (
    "affectivenet",
    "affectivenet-ks2",
    "affectivenet-lfc",
    "affectivenet-womfl",
    "affectivenet-1x1-all",
)


@pytest.mark.parametrize("name", FAMILY)
def test_stages_hold_every_parameter_and_every_convolution(name):
    network = model_entry(name).build(4)
    found = stages(name)
    assert sum(s.parameters for s in found) == sum(p.numel() for p in network.parameters())
    convolutions = {n for n, m in network.named_modules() if isinstance(m, nn.Conv2d)}
    assert {s.name for s in found if s.kind == "conv"} == convolutions


def test_shapes_and_joints_are_those_of_the_equations():
    found = {stage.name: stage for stage in stages("affectivenet")}
    micro = found["cat"]
    assert micro.shape == (256, 28, 28)
    assert len(micro.after) == 4
    assert sum(stage.title == "+" for stage in found.values()) == 4
    assert found["fm2.conv"].shape == (184, 14, 14)
    # Lateral: both dense layers read the MFL block, the first from Fm2, the second from Fm3.
    assert found["head.fv1.linear"].after == ("fm2.conv",)
    assert found["head.fv2.linear"].after == ("fm3.conv",)


def test_boxes_point_to_the_right_and_never_lie_on_each_other():
    placed = boxes(stages("affectivenet"))
    where = {box.name: box for box in placed}
    for box in placed:
        assert all(where[source].column < box.column for source in box.after)
        assert 0 <= box.height <= 1
    assert len({(box.column, box.height) for box in placed}) == len(placed)


def test_the_picture_repeats():
    first, second = make_figure2(Job()), make_figure2(Job())
    assert [p.content for p in first.products] == [p.content for p in second.products]
    assert {p.suffix for p in first.products} == {".png", ".svg", ".json"}
