"""The sanity card passes a planted explanation, and fails those that are wrong or blind."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mer_core.attribution.checks import CHECKS, LIMITS, Limit, Verdict
from mer_core.attribution.sanity import sanity_card
from mer_core.errors import UnknownNameError
from tests.mer_core.attribution.toys import backwards, edges, input_x_gradient, toy_input, toy_model

ZERO = torch.zeros(1, 1, 1, 1)


def card(explain, **options):
    return sanity_card(
        explain, toy_model(), toy_input("left"), target="left", baseline=ZERO, **options
    )


def test_the_planted_explanation_passes_every_check():
    model, inputs = toy_model(), toy_input("left")
    total = float(input_x_gradient(model, inputs, "left").sum())
    pair = model.logits(torch.cat([inputs, torch.zeros_like(inputs)]))[:, 0]
    found = card(input_x_gradient, delta=abs(total - float(pair[0] - pair[1])))
    assert {check.name: check.verdict for check in found.checks} == dict.fromkeys(
        CHECKS.names(), Verdict.PASS
    )
    assert found.verdict is Verdict.PASS
    assert found.faithfulness is not None
    assert len(found.cascade) == 3


def test_an_edge_detector_fails_as_it_knows_neither_network_nor_class():
    found = card(edges)
    assert found.verdict is Verdict.FAIL
    assert found.check("randomisation").verdict is Verdict.FAIL
    assert found.check("randomisation").figure == pytest.approx(1)
    assert found.check("logit").verdict is Verdict.FAIL
    assert found.check("completeness").verdict is Verdict.NONE


def test_an_explanation_turned_upside_down_fails_deletion_and_insertion():
    found = card(backwards, checks=("deletion", "insertion"))
    assert [check.verdict for check in found.checks] == [Verdict.FAIL, Verdict.FAIL]
    assert found.stability is None
    assert found.cascade == ()


def test_values_that_do_not_add_up_are_told_from_those_that_nearly_do():
    model, inputs = toy_model(), toy_input("left")
    change = float(model.logits(inputs)[0, 0] - model.logits(torch.zeros_like(inputs))[0, 0])
    verdicts = [
        card(input_x_gradient, delta=share * change, checks=["completeness"]).checks[0].verdict
        for share in (0.005, 0.03, 0.2)
    ]
    assert verdicts == [Verdict.PASS, Verdict.WARN, Verdict.FAIL]
    # With the method's own baseline the change of the answer may be another.
    own = card(input_x_gradient, delta=0.5, difference=-100.0, checks=["completeness"])
    assert own.checks[0].figure == pytest.approx(0.005)


def test_a_map_that_says_nothing_fails():
    constant = card(lambda m, x, t: np.zeros((24, 24)))
    assert constant.check("degenerate").verdict is Verdict.FAIL
    assert constant.check("randomisation").verdict is Verdict.FAIL
    assert constant.check("stability").verdict is Verdict.FAIL
    broken = card(lambda m, x, t: np.full((24, 24), np.nan))
    assert {check.verdict for check in broken.checks} == {Verdict.FAIL}


def test_the_plain_gradient_under_another_name_is_found_out():
    found = card(input_x_gradient, plain=input_x_gradient, checks=["degenerate"])
    assert found.verdict is Verdict.FAIL
    assert "bit for bit" in found.checks[0].text
    assert card(input_x_gradient, plain=backwards, checks=["degenerate"]).verdict is Verdict.PASS


def test_a_network_that_always_answers_alike_only_warns():
    model = toy_model()
    with torch.no_grad():
        model.module.head.weight.mul_(1e-6)
    found = sanity_card(
        input_x_gradient,
        model,
        toy_input("left"),
        target="left",
        baseline=ZERO,
        checks=["deletion"],
    )
    assert found.verdict is Verdict.WARN
    assert "moves by only" in found.checks[0].text


def test_the_weights_are_bit_identical_afterwards():
    model = toy_model()
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    sanity_card(input_x_gradient, model, toy_input("left"), target="left", baseline=ZERO)
    assert all(torch.equal(before[k], v) for k, v in model.module.state_dict().items())


def test_limits_judge_both_directions_and_fail_what_is_no_number():
    low, high = Limit(0.3, 0.6), Limit(0.8, 0.5, high=True)
    assert [low.verdict(x) for x in (0.3, 0.6, 0.61)] == ["pass", "warn", "fail"]
    assert [high.verdict(x) for x in (0.8, 0.5, 0.49)] == ["pass", "warn", "fail"]
    assert {limit.verdict(float("nan")) for limit in LIMITS.values()} == {Verdict.FAIL}


def test_unknown_checks_are_refused_and_progress_names_each():
    with pytest.raises(UnknownNameError, match="no sanity check"):
        card(edges, checks=["magic"])
    told = []
    card(edges, checks=["logit", "degenerate"], progress=told.append)
    assert told == ["logit", "degenerate"]
