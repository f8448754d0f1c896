"""What goes into an artefact and what comes out: the contract of everything that is made here.

A job also says how far it is while a study is trained, in lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mer_core.cluster import Executor, SharedExecutor, open_executor
from mer_core.datasets.table import DatasetTable
from mer_core.provenance import code_digest, settings_digest
from mer_core.reproduction.measured import Product, RecordView
from mer_core.reproduction.roots import Roots
from mer_core.training import events
from mer_core.training.settings import ADDED_LATER, TrainingSettings, profile

Emit = Callable[[str], None]


def _silent(_line: str) -> None:
    """Drop the line."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One order to reproduce.

    Attributes:
        roots: Where the data lie.
        profile: Name of the training settings.
        changes: Training settings that differ from the profile.
        seeds: One repeat of every study each.
        methods: Rows of the accuracy tables to run, as the tables name them; None for all.
        existing: Take finished studies only, of whatever profile, and train nothing.
        weights: What networks with published weights start from: "random" or "imagenet".
        workers: Processes per study; None for as many as fit, 1 for this one.
        executor: Workers that all studies share; None opens some for each study.
        rounds: Timing rounds of Table 3; 0 leaves speed out.
        emit: Receives lines of progress.
    """

    roots: Roots = field(default_factory=Roots)
    profile: str = "standard"
    changes: Mapping[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    methods: tuple[str, ...] | None = None
    existing: bool = False
    weights: str = "random"
    workers: int | None = None
    executor: SharedExecutor | None = None
    rounds: int = 3
    emit: Emit = _silent

    @contextmanager
    def open_executor(self, *, memory: int, most: int | None = None) -> Iterator[Executor]:
        """The workers that all studies share, or some that end with the block.

        Args:
            memory: Bytes one worker needs.
            most: More workers than this would have nothing to do.
        """
        if self.executor is not None:
            yield self.executor.open()
            return
        with open_executor(workers=self.workers, memory=memory, most=most) as executor:
            yield executor

    @cached_property
    def settings(self) -> TrainingSettings:
        """How folds are trained."""
        return profile(self.profile, **self.changes)

    def settings_of(self, model: str) -> TrainingSettings:
        """How folds of the network `model` are trained; see `profile` for what may differ."""
        return profile(self.profile, model=model, **self.changes)

    def training(self, models: Iterable[str]) -> dict[str, Any]:
        """The settings as a record keeps them, with what differs for some of `models`."""
        common = self.settings.as_dict()
        apart = {
            model: {
                name: value
                for name, value in {**ADDED_LATER, **self.settings_of(model).as_dict()}.items()
                if value != {**ADDED_LATER, **common}[name]
            }
            for model in sorted(set(models))
        }
        return {"training": common, "apart": {model: own for model, own in apart.items() if own}}

    def settings_name(self, model: str) -> str:
        """Name of a network's settings in a table: the profile, and what is asked to differ."""
        settings, asked = self.settings_of(model), self.settings
        changed = (
            f"{name} {getattr(settings, name)}"
            for name in self.changes
            if getattr(settings, name) == getattr(asked, name)  # else it means nothing to `model`
        )
        return ", ".join([self.profile, *changed])

    @cached_property
    def _tables(self) -> dict[str, DatasetTable]:
        return {}

    def table(self, dataset: str) -> DatasetTable:
        """The dataset's table, read once per job."""
        if dataset not in self._tables:
            self.emit(f"opening {dataset}")
            self._tables[dataset] = self.roots.open(dataset)
        return self._tables[dataset]

    def digests(self, *datasets: str) -> dict[str, str]:
        """Dataset -> digest of its annotations and frame files; "missing" where it has no root."""
        return {
            name: self.table(name).digest if self.roots.has(name) else "missing"
            for name in datasets
        }


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """Result of a builder, with its origin.

    Attributes:
        products: The files; of a builder that has a view, `build` fills them in.
        record: Every number as text, for that view.
        data_digest: Identity of the data.
        synthetic: Whether any of them were generated.
        settings: What a reader needs to make it again.
        seed: Seed of what was drawn, where anything was.
        warnings: What a reader should know.
        values: The same result as plain values or records, for notebooks and tests.
    """

    products: tuple[Product, ...] = ()
    record: str = ""
    data_digest: str
    synthetic: bool
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    warnings: tuple[str, ...] = ()
    values: Any = None

    def content(self, suffix: str) -> bytes:
        """The first file whose name ends in `suffix`."""
        return next(p.content for p in self.products if p.suffix == suffix)


@dataclass(frozen=True, kw_only=True)
class ArtifactBuilder:
    """A table or figure and how it is made.

    Attributes:
        name: What the command line calls it; also the stem of its files.
        title: One line on what it shows.
        paper_reference: Where the publication has it, or "".
        make: Does the work.
        needs: What the result depends on besides the code, as plain values; cheap to find out.
        record: Suffix of the file that holds the numbers, where all others are drawn from it.
        view: Shows the text of that file, given also whether data were generated.
        lengthy: Whether making it takes long even where every study is finished.
    """

    name: str
    title: str
    make: Callable[[Job], BuildResult]
    needs: Callable[[Job], Mapping[str, Any]]
    paper_reference: str = ""
    record: str = ""
    view: Callable[[str, bool], RecordView] | None = None
    lengthy: bool = False

    def build(self, job: Job) -> BuildResult:
        """Make the result with all its files."""
        made = self.make(job)
        if self.view is None:
            return made
        return replace(made, products=self.draw(made.record, synthetic=made.synthetic))

    def draw(self, record: str, *, synthetic: bool) -> tuple[Product, ...]:
        """Return the record and the files that are drawn from it."""
        assert self.view is not None  # the caller has looked
        own = Product(suffix=self.record, content=record.encode())
        return (own, *self.view(record, synthetic).files())

    def recipe(self, job: Job) -> str:
        """Digest of everything the result depends on: equal recipes give equal files."""
        return settings_digest({"name": self.name, "code": code_digest(), **self.needs(job)})


SILENCE = 30.0
"""Seconds after which a reader wonders whether anything still happens."""


class StudyLines:
    """A study's events as lines: each finished fold, and an epoch after a long silence.

    Args:
        emit: Receives the lines.
        label: Title of the study; every line begins with it.
        clock: In seconds.
    """

    def __init__(
        self,
        emit: Callable[[str], None],
        label: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emit, self._label, self._clock = emit, label, clock
        self._last = clock()

    def __call__(self, event: events.Event) -> None:
        line = self._line(event)
        if line:
            self._last = self._clock()
            self._emit(f"{self._label}: {line}")

    def _line(self, event: events.Event) -> str:
        at = event.progress
        left = "" if at.eta is None else f", about {at.eta / 60:.0f} min left"
        match event:
            case events.FoldFinished():
                return f"fold {at.done} of {at.total}{left}"
            case events.FoldFailed():
                return f"fold {event.name} failed: {event.error}"
            case events.InputsBuilt() if event.built == event.total:
                return f"{event.built} inputs"
            case events.EpochFinished() if self._clock() - self._last >= SILENCE:
                return f"epoch {event.epoch} of {event.epochs} of fold {event.name}"
        return ""
