"""Deletion and insertion against a plain loop, and on a network whose explanation is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mer_core.attribution.faithfulness import faithfulness
from mer_core.errors import SettingsError
from tests.mer_core.attribution.toys import (
    CLASSES,
    backwards,
    input_x_gradient,
    toy_input,
    toy_model,
)


def slow_deletion(answer, inputs, values, target, level, patch):
    """One patch after the other, each time asking the network once."""
    height, width = values.shape
    corners = [(r, c) for r in range(0, height, patch) for c in range(0, width, patch)]
    corners.sort(key=lambda at: -values[at[0] : at[0] + patch, at[1] : at[1] + patch].mean())
    image = inputs.clone()
    curve = [torch.softmax(answer(image).double(), 1)[0, target].item()]
    for row, column in corners:
        image[..., row : row + patch, column : column + patch] = level
        curve.append(torch.softmax(answer(image).double(), 1)[0, target].item())
    return np.array(curve)


@pytest.mark.parametrize(("patch", "size"), [(1, (4, 5)), (3, (7, 8))])
def test_both_curves_are_those_of_a_plain_loop(patch, size):
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(2 * size[0] * size[1], 3))
    inputs, values = torch.rand(1, 2, *size), np.random.default_rng(0).normal(size=size)
    patches = int(np.ceil(size[0] / patch) * np.ceil(size[1] / patch))

    def answer(batch):
        with torch.no_grad():
            return network(batch)

    found = faithfulness(
        answer,
        inputs,
        values,
        target=1,
        baseline=torch.full((1, 1, 1, 1), 0.25),
        patch=patch,
        steps=patches,
        orders=2,
        chunk=7,
    )
    slow = slow_deletion(answer, inputs, values, 1, 0.25, patch)
    np.testing.assert_allclose(found.deletion, slow, atol=1e-6)
    # What deletion in reverse order leaves standing is what insertion has put in.
    reverse = slow_deletion(answer, inputs, -values, 1, 0.25, patch)
    np.testing.assert_allclose(found.insertion, reverse[::-1], atol=1e-6)
    heights = (slow[1:] + slow[:-1]) / 2
    assert found.deletion_auc == pytest.approx(heights.mean(), abs=1e-6)
    assert found.random_deletion.shape == (2, patches + 1)


def examined(explain, seed=0):
    model, inputs = toy_model(), toy_input("left")
    return faithfulness(
        model.logits,
        inputs,
        explain(model, inputs, "left"),
        target=CLASSES.index("left"),
        baseline=torch.full((1, 1, 1, 1), 0.3),
        patch=3,
        seed=seed,
    )


def test_the_true_explanation_beats_every_random_order_and_its_opposite_none():
    right, wrong = examined(input_x_gradient), examined(backwards)
    assert (right.deletion_gains > 0).all()
    assert (right.insertion_gains > 0).all()
    assert (wrong.deletion_gains < 0).all()
    assert (wrong.insertion_gains < 0).all()


def test_all_curves_start_and_end_at_the_same_answers():
    found = examined(input_x_gradient)
    for curves, ends in (
        (found.random_deletion, found.deletion),
        (found.random_insertion, found.insertion),
    ):
        np.testing.assert_allclose(curves[:, [0, -1]], [ends[[0, -1]]] * len(curves), atol=1e-6)
    assert found.deletion[0] == pytest.approx(found.insertion[-1], abs=1e-6)


def test_one_seed_one_result():
    np.testing.assert_array_equal(
        examined(backwards, 3).random_deletion, examined(backwards, 3).random_deletion
    )
    assert not np.array_equal(
        examined(backwards, 3).random_deletion, examined(backwards, 4).random_deletion
    )


def test_a_map_of_another_size_is_refused():
    with pytest.raises(SettingsError, match="does not belong"):
        faithfulness(
            toy_model().logits,
            toy_input("left"),
            np.zeros((3, 3)),
            target=0,
            baseline=torch.zeros(1, 1, 1, 1),
        )
