"""A clip, and a network that has never seen the person in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mer_core.ami import AffectiveMotionImage
from mer_core.attribution.regions import sample_regions
from mer_core.datasets.catalog import dataset_info
from mer_core.datasets.label_schemes import label_scheme
from mer_core.errors import DatasetError
from mer_core.inputs import AmiStore, Imaging, image_tensor, model_input, sample_image
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.models.shipped import is_shipped
from mer_core.records import Sample
from mer_core.reproduction.cells import CATALOG_NAMES, NETWORKS, cells_of, finished_study
from mer_core.reproduction.job import Job
from mer_core.training.study import Study

SIZE = (112, 112)
CANDIDATES = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class FigureClip:
    """A clip as figures show it."""

    sample: Sample

    @cached_property
    def region(self) -> npt.NDArray[np.bool_]:
        """Where its action units move the face; nowhere if none are annotated."""
        return sample_regions(self.sample, SIZE).union

    @property
    def caption(self) -> str:
        """Its label, the coders' word; one line, so that rows of tiles stay close."""
        return self.sample.label

    @property
    def place(self) -> str:
        """Its dataset, person and clip."""
        return f"{self.title} {self.sample.subject} {self.sample.clip}"

    @property
    def title(self) -> str:
        """Its dataset, as readers know it."""
        return dataset_info(self.sample.dataset).title

    @cached_property
    def motion_share(self) -> float:
        """How much of what moved lies where its action units move the face.

        It is the region's share of the motion energy over its share of the image.
        """
        if not self.region.any():
            return 0.0
        moved = sample_image(self.sample, Imaging(weighting="literal", size=SIZE), store=AmiStore())
        energy = np.abs(moved.total).sum(axis=2)
        return float(energy[self.region].sum() / energy.sum() / self.region.mean())

    def seen(self, model: LoadedModel) -> AffectiveMotionImage:
        """Its affective-motion image as `model` sees it."""
        spec = model.entry.input
        imaging = Imaging(weighting=spec.weighting, size=spec.size)
        return sample_image(self.sample, imaging, store=AmiStore())

    def tensor(self, model: LoadedModel, image: npt.NDArray[np.uint8] | None = None) -> Tensor:
        """A batch of one, as `model` sees the clip, or `image` in place of the clip's own."""
        if image is None:
            seen = model_input(self.sample, model.entry.input, store=AmiStore())
        else:
            seen = image_tensor(image, model.entry.input)
        return torch.from_numpy(seen)[None]


def matched_images(
    clips: Sequence[FigureClip], model: LoadedModel
) -> tuple[npt.NDArray[np.uint8], ...]:
    """The clips' images on one scale, as `model` wants them: zero has one grey level in all.

    Each image alone is stretched to 8 bits by its own extremes, so that two of them differ in
    grey wherever nothing moved. Totals are divided by the number of frames, which is what the
    weights of the paper's reading add up to, and then stretched together.
    """
    imaging = Imaging(weighting=model.entry.input.weighting, size=model.entry.input.size)
    images = [sample_image(shown.sample, imaging, store=AmiStore()) for shown in clips]
    totals = [image.total / len(image.frame_numbers) for image in images]
    low = min(float(total.min()) for total in totals)
    high = max(float(total.max()) for total in totals)
    span = (high - low) or 1.0
    return tuple(np.rint((total - low) / span * 255).astype(np.uint8) for total in totals)


def choose_clip(job: Job, dataset: str, label: str, *, subject: str | None = None) -> FigureClip:
    """A clip of `dataset` with the coders' word `label`, of `subject` where given.

    Of the first `CANDIDATES` it is the one whose motion lies most where its action units move
    the face. A clip of the same class stands in where the word does not occur; the caption tells.
    """
    table = job.table(dataset)
    scheme = label_scheme("natural4")
    wanted = scheme.classify(dataset, "", label)
    able = [s for s in table if subject is None or s.subject == subject]
    exact = [sample for sample in able if sample.label.lower() == label]
    alike = [sample for sample in able if scheme.label(sample) == wanted]
    found = [FigureClip(sample=sample) for sample in (exact or alike)[:CANDIDATES]]
    if not found:
        raise DatasetError(f"no clip shows {label}", where=dataset)
    return max(found, key=lambda shown: shown.motion_share)


def both_emotions(job: Job, dataset: str, first: str, second: str) -> tuple[FigureClip, FigureClip]:
    """Two clips of one person; of two people where nobody shows both."""
    table = job.table(dataset)
    shown = {(sample.subject, sample.label.lower()) for sample in table}
    people = [s for s in table.subjects if {(s, first), (s, second)} <= shown]
    subject = people[0] if people else None
    return (
        choose_clip(job, dataset, first, subject=subject),
        choose_clip(job, dataset, second, subject=subject),
    )


def held_out_network(job: Job, method: str, clip: Sample) -> LoadedModel:
    """The network of a table's row from the fold that held the clip's subject out.

    Where no such study is finished the weights are those that ship, trained on generated people
    who are in no dataset, or random where none ship for the network; `weights.label` says which.
    """
    model = NETWORKS[method]
    setup = {ours: paper for paper, ours in CATALOG_NAMES.items()}.get(clip.dataset)
    if setup is not None:
        (cell,) = cells_of(method, (setup,))
        found = finished_study(cell, job)
        if found is not None and found.result is not None and found.folder is not None:
            study = Study.open(found.folder, experiment=cell.experiment(job))
            fold = found.result.fold_of(clip.key)
            path = study.weights_path(fold) if fold else None
            if path and path.is_file():
                return load_model(model, weights=path)
    if is_shipped(model):
        return load_model(model, weights="synthetic")
    classes = label_scheme("paper4").classes(clip.dataset)
    return load_model(model, classes=classes, weights="random", seed=job.seeds[0])
