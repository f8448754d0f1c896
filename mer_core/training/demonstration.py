"""What a newcomer's first start prepares: a twin to browse and networks trained on it.

The networks are trained leave-one-subject-out, so that each clip of the twin can be shown with a
network that has never seen its subject.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from mer_core.cluster import worker_environment
from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.synthetic.twins import demo_folder, demo_twin, is_complete_twin
from mer_core.errors import MerError, StoreError
from mer_core.training.events import Event
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.settings import profile
from mer_core.training.storage import FILE_NAME, FoldState, StudyStore
from mer_core.training.study import Study, studies_folder

DEMO_DATASET = "casme2"
# AffectiveNet first, because every page wants it; then the two it is compared with, quicker first.
DEMO_MODELS = ("affectivenet", "mobilenet", "resnet50")
OTHER_TWINS = ("casme", "samm", "casme-squared", "smic")
DEMO_SCHEME = "natural4"
COMMAND = (sys.executable, "-m", "mer_core.training.demonstration")


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


def prepare_apart(report: Callable[[Step], None]) -> None:
    """`prepare` in a process of its own, at low priority; returns when it is done.

    Training sets threads, determinism and random state of PyTorch for its whole process, and
    would take the interpreter from whoever waits for a page. The process ends with this one.
    """
    if is_prepared():
        return
    failure = ""
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=worker_environment(),
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            if "failure" in told:
                failure = told["failure"]
            else:
                report(Step(**told))
    if process.returncode:
        raise StoreError(
            failure or f"the preparing process ended with code {process.returncode}",
            where="demo",
            remedy="start again; what is finished is kept",
        )


def is_prepared() -> bool:
    """Whether nothing is missing; quick, and loads no network."""
    twins = (DEMO_DATASET, *OTHER_TWINS)
    return all(is_complete_twin(demo_folder(name)) for name in twins) and all(
        _is_trained(demo_study_folder(model)) for model in DEMO_MODELS
    )


def _is_trained(folder: Path) -> bool:
    if not (folder / FILE_NAME).exists():
        return False
    counts = StudyStore(folder).counts()
    return counts[FoldState.DONE] == sum(counts.values())


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
    if not (demo_study_folder(model) / FILE_NAME).exists():
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
    # One process: a page that is being looked at needs the other core.
    yield from study.run(workers=1)


def main() -> int:
    """The process of `prepare_apart`: steps go to standard output, one line of JSON each."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        prepare(lambda step: _tell(asdict(step)))
    except MerError as error:
        _tell({"failure": str(error)})
        return 1
    return 0


def _tell(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """Whoever started this process holds its standard input open as long as it lives."""
    sys.stdin.read()
    os._exit(1)  # twins and studies outlive being stopped anywhere


if __name__ == "__main__":
    sys.exit(main())
