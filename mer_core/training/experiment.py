"""What a study is about: which clips with which labels, seen how, by which network.

An experiment is a small value. It travels to every worker, and each worker loads the images
once, through the store of derived images, however many folds it trains.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol, Self, runtime_checkable

import numpy as np
import torch
from torch import nn

from mer_core.errors import DatasetError, SettingsError
from mer_core.inputs import AmiStore, Imaging, InputSet
from mer_core.models.catalog import model_entry
from mer_core.models.checkpoint import read_header
from mer_core.models.loaded import checkpoint_file, initial_network, is_named
from mer_core.provenance import canonical_json, settings_digest
from mer_core.records import InputKind, InputSpec, Sample
from mer_core.training.controls import Control, still_clip
from mer_core.training.training_data import Images

_CHECKPOINT = "checkpoint"
"""What a description says of weights from a file."""


@dataclass(frozen=True, eq=False, kw_only=True)
class StudyTable:
    """The labelled clips of an experiment.

    Attributes:
        samples: The clips that have a class.
        labels: One class name per clip.
        classes: All classes, in the order of the network's outputs.
        digest: Identity of annotations and frame files.
        synthetic: Whether any clip was generated.
        excluded: Key of each clip left out -> reason.
        warnings: Warnings about the data for readers of the results.
    """

    samples: tuple[Sample, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    digest: str
    synthetic: bool
    excluded: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @cached_property
    def label_indices(self) -> torch.Tensor:
        """Position of each clip's class in `classes`."""
        place = {name: i for i, name in enumerate(self.classes)}
        return torch.tensor([place[label] for label in self.labels])


@runtime_checkable
class Experiment(Protocol):
    """Input of a `Study`: a hashable value that can be sent to a worker."""

    def table(self) -> StudyTable:
        """The labelled clips; no frame is read whose content is already known."""
        ...

    def prepare(
        self, table: StudyTable, control: Control, *, workers: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """Make what `images` only loads afterwards; yield how many of how many are made.

        Args:
            table: Table of this experiment.
            control: Control of the study.
            workers: Processes; as many as fit by default, 1 for this process.
        """
        ...

    def images(self, table: StudyTable, control: Control) -> Images:
        """Load the network's input for each clip of `table`, altered as `control` says."""
        ...

    def input_spec(self) -> InputSpec:
        """Return the input specification of the network."""
        ...

    def network(self, classes: tuple[str, ...], seed: int) -> nn.Module:
        """A network with its initial weights."""
        ...

    def starting_checkpoint(self) -> Path | None:
        """The checkpoint that networks start from; None where they start afresh."""
        ...

    def describe(self) -> dict[str, Any]:
        """Plain values that identify the experiment; a checkpoint counts by its content."""
        ...


@dataclass(frozen=True, kw_only=True)
class DatasetChoice:
    """One dataset of an experiment.

    Attributes:
        name: Catalog name.
        root: Folder of the dataset; None asks the configured locations.
        twin: Synthetic twin, made on first use: True for the demo twin, "study" for the
            larger one behind the tables, False for none.
        options: Reader options as (name, value) pairs.
    """

    name: str
    root: str | None = None
    twin: bool | Literal["study"] = False
    options: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if self.root is not None:  # workers have other working directories
            object.__setattr__(self, "root", str(Path(self.root).expanduser().absolute()))

    def open(self) -> Any:
        """The dataset's table, as its reader makes it."""
        # Imported late: readers pull in pandas, which a worker that only trains never needs.
        from mer_core.datasets.catalog import open_dataset

        root = Path(self.root) if self.root else None
        if self.twin and root is None:
            from mer_core.datasets.synthetic.twins import demo_twin, study_twin

            root = (study_twin if self.twin == "study" else demo_twin)(self.name)
        return open_dataset(self.name, root, **dict(self.options))


@dataclass(frozen=True, kw_only=True)
class CatalogExperiment:
    """Datasets, a label scheme and a network, each by its catalog name.

    Attributes:
        datasets: Datasets of the clips.
        scheme: Map from a coder's words to classes.
        model: Name of the network.
        weights: "random", "imagenet", "synthetic" for those that ship, or a checkpoint's path.
        weighting: Frame weights of accumulated images; None takes the network's own.
        crop: Whether the face is found and aligned; None: where frames are not crops already.
        stabilise: Whether rigid head motion is undone first.
    """

    datasets: tuple[DatasetChoice, ...]
    scheme: str = "paper4"
    model: str = "affectivenet"
    weights: str = "random"
    weighting: str | None = None
    crop: bool | None = None
    stabilise: bool = False

    def __post_init__(self) -> None:
        if not self.datasets:
            raise SettingsError("an experiment needs at least one dataset", where="datasets")
        if not is_named(self.weights):  # workers have other working directories
            object.__setattr__(self, "weights", str(Path(self.weights).expanduser().absolute()))

    def table(self) -> StudyTable:
        """All clips of the datasets that the scheme gives a class."""
        from mer_core.datasets.label_schemes import label_scheme

        scheme = label_scheme(self.scheme)
        samples, labels, excluded = [], [], {}
        classes: dict[str, None] = {}
        opened = [choice.open() for choice in self.datasets]
        for table in opened:
            classes.update(dict.fromkeys(scheme.classes(table.name, table.samples)))
            for sample in table:
                label = scheme.label(sample)
                if label is None:
                    excluded[sample.key] = f"{sample.label!r} has no class in {scheme.name}"
                    continue
                samples.append(sample)
                labels.append(label)
        return StudyTable(
            samples=tuple(samples),
            labels=tuple(labels),
            classes=tuple(classes),
            digest=settings_digest([table.digest for table in opened]),
            synthetic=any(sample.synthetic for sample in samples),
            excluded=excluded,
            warnings=tuple(line for table in opened for line in table.warnings),
        )

    def prepare(
        self, table: StudyTable, control: Control, *, workers: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """Build every input into the store, before workers ask for them."""
        from mer_core.inputs import build_inputs

        failures: list[str] = []
        for built in build_inputs(self._inputs(table, control), workers=workers):
            if built.failure:
                failures.append(built.failure)
            yield built.done, built.total
        if failures:
            raise DatasetError(
                f"{len(failures)} clips give no input, the first: {failures[0]}",
                where=", ".join(choice.name for choice in self.datasets),
                remedy="run `mer data check`, and leave out or repair what it names",
            )

    def images(self, table: StudyTable, control: Control) -> Images:
        """All inputs in memory: one tensor, or one per clip where their lengths differ."""
        inputs = self._inputs(table, control)
        loaded = [inputs[i] for i in range(len(inputs))]
        if inputs.spec.kind is InputKind.CLIP:
            return [torch.from_numpy(clip) for clip in loaded]
        return torch.from_numpy(np.stack(loaded))

    def _inputs(self, table: StudyTable, control: Control) -> InputSet:
        spec = self.input_spec()
        imaging = Imaging(
            weighting=self.weighting,
            crop=self.crop,
            stabilise=self.stabilise,
            reverse=control.reverses_frames,
        )
        samples = self._still_samples(table) if control.removes_motion else table.samples
        return InputSet(samples, spec, AmiStore(), imaging)

    def _still_samples(self, table: StudyTable) -> tuple[Sample, ...]:
        """Every clip without its expression: re-rendered where it is synthetic."""
        from mer_core.datasets.synthetic.twins.cached_twins import motionless_twin

        rendered: dict[str, Sample] = {}
        for choice in self.datasets:
            root = motionless_twin(Path(choice.open().root))
            if root is not None:
                still = replace(choice, root=str(root)).open()
                rendered |= {sample.key: sample for sample in still}
        return tuple(rendered.get(sample.key) or still_clip(sample) for sample in table.samples)

    def input_spec(self) -> InputSpec:
        """Return the input specification of the network."""
        return model_entry(self.model).input

    def network(self, classes: tuple[str, ...], seed: int) -> nn.Module:
        """The catalogued network with random, published or stored weights."""
        return initial_network(
            self.model,
            classes=classes,
            weights=self.starting_checkpoint() or self.weights,
            seed=seed,
        )

    def starting_checkpoint(self) -> Path | None:
        """The checkpoint that `weights` means, or None."""
        weighting = self.weighting or self.input_spec().weighting
        return checkpoint_file(self.model, self.weights, weighting)

    def describe(self) -> dict[str, Any]:
        """Plain values that identify the experiment.

        How the network sees a clip is among them although its name implies it: a study made
        before the catalogue changed its mind about that is another study. A checkpoint counts
        by the digest of its weights, wherever the file lies.
        """
        described = asdict(self)
        start = self.starting_checkpoint()
        if start is not None:
            described["weights"] = self.weights if is_named(self.weights) else _CHECKPOINT
            described["weights_digest"] = read_header(start).weights_digest
        return {**described, "input": json.loads(canonical_json(asdict(self.input_spec())))}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, start: Path | None = None) -> Self:
        """The experiment that `describe` wrote.

        Args:
            values: Its return value.
            start: Checkpoint that the networks start from, if any.
        """
        choices = tuple(
            DatasetChoice(**{**choice, "options": tuple(map(tuple, choice.get("options", ())))})
            for choice in values["datasets"]
        )
        derived = ("input", "weights_digest")
        chosen = {name: value for name, value in values.items() if name not in derived}
        if start is not None and chosen.get("weights") == _CHECKPOINT:
            chosen["weights"] = str(start)
        return cls(**{**chosen, "datasets": choices})
