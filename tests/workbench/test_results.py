"""Results: studies beside the paper, mistakes one click from their maps, studies started here."""

from __future__ import annotations

import time

import pytest

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.training import CatalogExperiment, DatasetChoice, Study, profile
from tests.workbench.opening import open_at, unfold, words
from workbench import cached, cached_results
from workbench.panels import CLIP_PAGES
from workbench.selection import NO_STUDY
from workbench.study_runner import Run, StudyRunner

SMALL = "offapexnet"


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    root = tmp_path_factory.mktemp("twin") / "casme2"
    write_twin("casme2", root, subjects=2, clips_per_subject=4, seed=5, size=64, frames=(8, 10))
    return root


def planned(root, name="small", model=SMALL, control="none", **options) -> Study:
    return Study.create(
        CatalogExperiment(
            datasets=(DatasetChoice(name="casme2", root=str(root)),),
            scheme="natural4",
            model=model,
            **options,
        ),
        name=name,
        control=control,
        settings=profile("quick", epochs=1),
    )


@pytest.fixture
def fresh(twin, monkeypatch, tmp_path):
    """No study, no run, and the twin as the only dataset."""
    monkeypatch.setenv("MER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MER_CASME2_ROOT", str(twin))
    forget()
    yield twin
    forget()


def forget() -> None:
    for cache in (
        cached_results.studies,
        cached.sources,
        cached_results.study_runner,
        cached_results.verdicts,
    ):
        cache.clear()


def test_without_a_study_the_page_says_how_to_get_one(fresh):
    app = open_at("results")
    assert "No studies yet" in words(app)
    assert "Table 1" in " ".join(e.label for e in app.expander)


def test_a_finished_study_stands_beside_the_paper_and_the_majority_rate(fresh):
    result = planned(fresh).complete(workers=1)
    overview = open_at("results")
    assert list(overview.dataframe[0].value["Name"]) == ["small"]
    app = open_at("results", study="small")
    said = words(app)
    assert "say nothing about real ones" in said
    assert f"{result.majority_rate:.1%} in pooled accuracy" in said
    assert "Table 1, column CASME-II" in said
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["UAR"] == f"{result.means['uar']:.1%}"
    table = next(one.value for one in app.dataframe if "Method" in one.value)
    assert "AffectiveNet-1" in list(table["Method"])
    assert table["Method"][0] in ("OFF-ApexNet", "always the largest class")


def test_every_mistake_links_to_its_maps_by_the_network_that_never_saw_it(fresh):
    result = planned(fresh).complete(workers=1)
    wrong = [answer for answer in result.predictions() if not answer.correct]
    assert wrong
    app = open_at("results", study="small")
    links = [link.proto for link in app.get("page_link")]
    for answer in wrong[:10]:
        clip = answer.key.rsplit("/", 1)[-1]
        found = {link.page for link in links if f"clip={clip}" in link.query_string}
        assert found >= set(CLIP_PAGES)
    dataset, subject, clip = wrong[0].key.split("/", 2)
    maps = open_at(
        "attributions", untrained="true", source=dataset, person=subject, clip=clip, run="small"
    )
    fold = result.fold_of(wrong[0].key)
    assert fold is not None
    assert fold.name.endswith(subject)
    assert (fold.weights_digest or "none")[:12] in words(maps)
    assert "rained on synthetic clips" in words(maps)
    features = open_at("feature_maps", source=dataset, person=subject, clip=clip, run="small")
    assert (fold.weights_digest or "none")[:12] in words(features)


def test_an_ablation_can_be_compared_as_a_study_trained_it(fresh):
    result = planned(fresh, model="affectivenet-ks1").complete(workers=1)
    dataset, subject, clip = result.predictions()[0].key.split("/", 2)
    view = {"source": dataset, "person": subject, "clip": clip, "net": "affectivenet-ks1"}
    view |= {"compare": "checkpoints", "show": "map", "layer": "mfl.mid"}
    fold = result.fold_of(result.predictions()[0].key)
    assert fold is not None
    kept = (fold.weights_digest or "none")[:12]
    untrained = open_at("compare", **view)
    assert kept not in words(untrained)
    trained = open_at("compare", **view, rivalrun="small")
    assert kept in words(trained)
    assert any("small" in option for option in trained.selectbox(key="rivalrun").options)
    assert "not trained alike" in words(trained)
    other = open_at("compare", **{**view, "net": "affectivenet-3x3"})
    assert other.selectbox(key="rivalrun").options == ["Untrained"]


def test_a_study_that_is_not_there_falls_back(fresh):
    app = open_at("results", study="../../etc")
    assert app.selectbox(key="study").value == NO_STUDY


def test_a_damaged_study_is_named_and_hides_no_other(fresh, tmp_path):
    planned(fresh).complete(workers=1)
    damaged = tmp_path / "data" / "studies" / "damaged"
    damaged.mkdir()
    (damaged / "study.sqlite").write_bytes(b"not a database at all" * 100)
    forget()
    app = open_at("results")
    assert list(app.dataframe[0].value["Name"]) == ["small"]
    assert "damaged" in app.error[0].value
    assert open_at("results", study="damaged").error


def test_a_study_runs_behind_the_page_and_can_be_left(fresh):
    study = planned(fresh, "behind")
    run = cached_results.study_runner().start(study)
    open_at("results")
    open_at("lessons", lesson="leak")
    deadline = time.monotonic() + 90
    while not run.ended and time.monotonic() < deadline:
        time.sleep(0.1)
    assert run.ended
    assert run.failure is None
    forgotten = open_at("results", study="behind")
    assert study.result().complete
    assert "behind has ended" in words(forgotten)


def test_a_study_at_work_cannot_be_continued_a_second_time(fresh):
    planned(fresh, "idle")
    assert [b.label for b in open_at("results", study="idle").button].count("Continue") == 1
    runner = cached_results.study_runner()
    runner.run = Run("idle")
    assert "Continue" not in [b.label for b in open_at("results", study="idle").button]
    runner.run = Run("another")
    (more,) = [b for b in open_at("results", study="idle").button if b.label == "Continue"]
    assert more.disabled
    runner.run = Run("idle", stopped=True, ended=True)
    assert "idle was stopped" in words(open_at("results"))


def test_a_study_begun_in_another_window_while_the_page_is_drawn_is_shown(fresh, monkeypatch):
    planned(fresh, "idle")
    runner = cached_results.study_runner()
    listed, work = cached_results.studies, Run("idle")
    monkeypatch.setattr(runner, "start", lambda study: work)
    app = open_at("results", study="idle")

    def begun_meanwhile():
        runner.run = work
        return listed()

    with monkeypatch.context() as patched:
        patched.setattr(cached_results, "studies", begun_meanwhile)
        next(b for b in app.button if b.label == "Continue").click().run()
    labels = [b.label for b in app.button]
    assert "Stop now" in labels
    assert "Continue" not in labels


def test_the_form_starts_what_it_describes(fresh, monkeypatch):
    started = []
    monkeypatch.setattr(
        StudyRunner, "start", lambda self, study: started.append(study) or self_run(study)
    )
    app = unfold(open_at("results"), "Start a study")
    next(b for b in app.button if b.label == "Start").click().run()
    (study,) = started
    assert study.experiment.describe()["datasets"][0]["name"] == "casme2"


def self_run(study):
    return Run(study.name, ended=True)


def test_a_network_of_a_study_is_shown_the_images_it_was_trained_on(fresh):
    studies = {
        "zeros": planned(fresh, "zeros", "learnet", weighting="literal"),
        "still": planned(fresh, "still", "learnet", control="motionless"),
    }
    for study in studies.values():
        study.complete(workers=1)
    overview = open_at("results").dataframe[0].value.set_index("Name")
    assert "literal weights" in overview.loc["zeros", "Network"].lower()
    assert "weights" not in overview.loc["still", "Network"]
    person = studies["zeros"].table.samples[0].subject
    shown = {"source": "casme2", "person": person}
    said = words(open_at("feature_maps", run="zeros", **shown))
    assert "Images of literal weights, as in the study" in said
    assert "Those that ship are shown" not in said
    refused = words(open_at("feature_maps", run="still", **shown))
    assert "saw other clips: clips without motion. Those that ship are shown" in refused
