"""What a newcomer's first start prepares: a twin to browse and networks trained on it.

The networks are trained leave-one-subject-out, so that each clip of the twin can be shown with a
network that has never seen its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.synthetic.twins import demo_folder, demo_twin
from mer_core.training.events import Event
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.settings import profile
from mer_core.training.storage import FoldState
from mer_core.training.study import Study, studies_folder

DEMO_DATASET = "casme2"
# AffectiveNet first, because every page wants it; then the two it is compared with, quicker first.
DEMO_MODELS = ("affectivenet", "mobilenet", "resnet50")
OTHER_TWINS = ("casme", "samm", "casme-squared", "smic")
DEMO_SCHEME = "natural4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the preparation stands: `done` of `total` units of what `title` names."""

    title: str
    done: int
    total: int


def prepare(report: Callable[[Step], None]) -> None:
    """Makes whatever is still missing; what is there costs nothing.

    Stopping at any point is safe: twins continue with the next clip, studies with the next fold.
    """
    _twin(DEMO_DATASET, report)
    for model in DEMO_MODELS:
        _train(model, report)
    for dataset in OTHER_TWINS:
        _twin(dataset, report)


def demo_study_folder(model: str) -> Path:
    """Where the demonstration study of `model` lies, or will; it belongs to one twin."""
    return studies_folder() / f"demo-{model}-{demo_folder(DEMO_DATASET).name}"


def demo_study(model: str) -> Study:
    """The demonstration study of `model`; writes the twin first where it is missing."""
    folder = demo_study_folder(model)
    return Study(
        CatalogExperiment(
            datasets=(DatasetChoice(name=DEMO_DATASET, twin=True),),
            scheme=DEMO_SCHEME,
            model=model,
        ),
        name=folder.name,
        folder=folder,
        settings=profile("quick"),
    )


def demo_classes() -> tuple[str, ...]:
    """The classes of the demonstration, in the order of its networks' answers."""
    return tuple(label_scheme(DEMO_SCHEME).classes(DEMO_DATASET))


def held_out_weights(model: str, subject: str | None = None) -> Path | None:
    """Weights of `model` that never saw `subject` of the demo twin, as soon as there are any.

    A subject that is not in the twin was seen by none of them; then the first finished fold's.
    """
    if not (demo_study_folder(model) / "study.sqlite").exists():
        return None
    study = Study.open(demo_study_folder(model))
    finished = [fold for fold in study.store.folds() if fold.state is FoldState.DONE]
    subjects = {fold.name.rsplit("/", 1)[-1] for fold in study.store.folds()}
    for fold in finished:
        if subject not in subjects or fold.name.rsplit("/", 1)[-1] == subject:
            return study.weights_path(fold)
    return None


def _twin(dataset: str, report: Callable[[Step], None]) -> None:
    title = f"drawing the synthetic twin of {dataset}"
    demo_twin(
        dataset, progress=lambda done, total: report(Step(title=title, done=done, total=total))
    )


def _train(model: str, report: Callable[[Step], None]) -> None:
    study = demo_study(model)
    for event in _events(study):
        progress = event.progress
        report(Step(title=f"training {model}", done=progress.done, total=progress.total))


def _events(study: Study) -> Iterator[Event]:
    if study.result().complete:
        return
    # In this process: a page that is being looked at needs the other core.
    yield from study.run(workers=1)
