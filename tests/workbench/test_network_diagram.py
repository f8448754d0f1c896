"""The diagram of a network: every layer once, in the order in which signals pass."""

from __future__ import annotations

import pytest

from mer_core.models.catalog import list_models
from workbench.network_diagram import diagram_nodes


@pytest.mark.parametrize("entry", list_models(), ids=lambda entry: entry.name)
def test_every_layer_is_a_box_that_can_be_pressed_and_lies_after_what_leads_to_it(entry):
    nodes = diagram_nodes(entry)
    assert [node.name for node in nodes if node.press] == [layer.name for layer in entry.layers]
    named = {node.name: node for node in nodes}
    places = [(node.column, node.row) for node in nodes]
    assert len(set(places)) == len(places)
    for node in nodes:
        assert all(named[before].column < node.column for before in node.after)
    assert all(node.after for node in nodes if node.name != "input")
    assert nodes[-1].name == "output"


def test_parallel_branches_start_and_end_together():
    entry = next(entry for entry in list_models() if entry.branches())
    named = {node.name: node for node in diagram_nodes(entry)}
    branches = entry.branches()
    starts = {named[layers[0].name].column for layers in branches.values()}
    assert len(starts) == 1
    assert len({named[layers[0].name].row for layers in branches.values()}) == len(branches)
    joint = next(layer for layer in entry.layers if not layer.branch)
    assert set(named[joint.name].after) == {layers[-1].name for layers in branches.values()}
