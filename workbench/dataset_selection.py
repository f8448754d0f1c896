"""Which clips of a dataset are looked at: the dataset, filters, and the clip that is pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mer_core.datasets.catalog import dataset_info
from mer_core.datasets.table import DatasetTable
from mer_core.inputs import Source
from mer_core.records import Prediction, Sample
from workbench import address, cached, demo_mode, widgets
from workbench.selection import study_choice, warn_of_twin
from workbench.titles import sentence_case

ANY = "any"


def dataset_choice(where: Any) -> tuple[Source, DatasetTable] | str | None:
    """Draw the choice of a dataset.

    Returns:
        It and its table; its name, where it is still to be drawn; None, where there is none.
    """
    found = {source.dataset: source for source in cached.sources()}
    drawn_later = [name for name in demo_mode.missing() if name not in found]
    if not found and not drawn_later:
        return None
    name = widgets.choose(
        "Dataset",
        [*found, *drawn_later],
        key="dataset",
        titles=lambda name: found[name].title if name in found else dataset_info(name).title,
        where=where,
        width=260,
    )
    if name not in found:
        return name
    warn_of_twin(found[name])
    return found[name], cached.dataset(name)


@dataclass(frozen=True)
class SampleFilter:
    """Which samples a reader wants to see; empty means all."""

    subjects: tuple[str, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    study: str
    verdict: str

    def keeps(self, sample: Sample) -> bool:
        """Whether the sample passes everything but the verdict."""
        units = {str(unit.number) for unit in sample.action_units}
        return (
            (not self.subjects or sample.subject in self.subjects)
            and (not self.labels or sample.label in self.labels)
            and (not self.units or bool(units & set(self.units)))
        )

    def agrees(self, prediction: Prediction | None) -> bool:
        """Whether the study's answer is of the wanted kind."""
        if self.verdict == ANY:
            return True
        return prediction is not None and prediction.correct == (self.verdict == "right")


def look_at(dataset: str, sample: Sample) -> None:
    """Turn this page and all others to a sample, as the callback of a button."""
    address.set_widget("look", f"{sample.subject} {sample.clip}")
    for key, value in (("source", dataset), ("person", sample.subject), ("clip", sample.clip)):
        address.carry_over(key, value)


def sample_filter(table: DatasetTable, *, where: Any) -> SampleFilter:
    """Draw the filters of a dataset's clips."""
    subjects = widgets.several("Subjects", table.subjects, key="subjects", where=where)
    labels = sorted({sample.label for sample in table})
    emotions = widgets.several("Labels", labels, key="labels", titles=sentence_case, where=where)
    units = sorted({unit.number for sample in table for unit in sample.action_units})
    wanted = widgets.several(
        "Action units",
        [str(n) for n in units],
        key="units",
        titles=lambda number: f"AU{number}",
        where=where,
    )
    study = study_choice("Predictions of", key="study", none="no study", where=where)
    if study is None:
        return SampleFilter(subjects, emotions, wanted, "", ANY)
    verdict = widgets.switch(
        "Prediction", (ANY, "right", "wrong"), key="verdict_of", titles=sentence_case, where=where
    )
    return SampleFilter(subjects, emotions, wanted, study, verdict)
