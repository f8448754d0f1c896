"""`mer pretrain`: which trainings a command line stands for; none is run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mer_core.cli import pretrain as command
from mer_core.cli import run
from mer_core.models.shipped import shipped_for
from mer_core.training.pretraining import SHIPPED


@pytest.fixture
def jobs_of(monkeypatch):
    """Return the trainings that arguments stand for, without drawing or training."""

    def call(*arguments):
        jobs = []

        def keep(job, *, folder, report):
            jobs.append(job)
            return shipped_for("learnet", "full").card

        monkeypatch.setattr(command, "draw_cohort", lambda *_args, **_options: None)
        monkeypatch.setattr(command.pretraining, "pretrain", keep)
        assert run(["pretrain", *arguments]) == 0
        return jobs

    return call


def test_without_arguments_the_shipped_networks_are_made_again(jobs_of):
    assert jobs_of() == list(SHIPPED)


def test_each_network_keeps_its_learning_rate(jobs_of):
    jobs = jobs_of("learnet", "affectivenet-ks1", "--weighting", "linear", "--epochs", "2")
    found = {job.model: (job.recipe.learning_rate, job.recipe.epochs) for job in jobs}
    assert found == {"learnet": (1e-3, 2), "affectivenet-ks1": (5e-4, 2)}


def test_shuffled_labels_change_nothing_else(jobs_of):
    (job,) = jobs_of("learnet", "--weighting", "rank-pooling", "--shuffled")
    (shipped,) = jobs_of("learnet", "--weighting", "rank-pooling")
    assert job == replace(shipped, shuffled=True)


def test_a_network_of_other_inputs_is_refused_before_anything_is_drawn(monkeypatch, capsys):
    def draw(*_arguments, **_options):
        raise AssertionError("drawn")

    monkeypatch.setattr(command, "draw_cohort", draw)
    assert run(["pretrain", "ststnet"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot learn from affective-motion images" in line
    assert "affectivenet" in line
