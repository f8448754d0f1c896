"""What goes into an artefact and what comes out: the contract of everything that is made here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mer_core.cluster import SharedExecutor
from mer_core.datasets.table import DatasetTable
from mer_core.plots.static import StaticFigure
from mer_core.plots.tables import Table
from mer_core.provenance import code_digest, settings_digest
from mer_core.reproduction.roots import Roots
from mer_core.training.settings import TrainingSettings, profile

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
        emit: Receives one line on each thing that is begun.
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
                for name, value in self.settings_of(model).as_dict().items()
                if value != common[name]
            }
            for model in sorted(set(models))
        }
        return {"training": common, "apart": {model: own for model, own in apart.items() if own}}

    @property
    def settings_name(self) -> str:
        """What a table calls these settings: the profile, and what differs from it."""
        decided = self.settings.as_dict()
        return ", ".join([self.profile, *(f"{name} {decided[name]}" for name in self.changes)])

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
class Product:
    """One file before it is written.

    Attributes:
        suffix: What the file name ends in.
        content: Its bytes; the same for the same data, settings and code, unless `timed`.
        stem: Of the file name, where it is not its maker's.
        title: One line on what it shows, where it is not its maker's.
    """

    suffix: str
    content: bytes
    stem: str = ""
    title: str = ""


def table_files(table: Table) -> tuple[Product, ...]:
    """A table as Markdown, HTML and LaTeX."""
    return (
        Product(suffix=".md", content=table.markdown().encode()),
        Product(suffix=".html", content=table.page().encode()),
        Product(suffix=".tex", content=table.latex().encode()),
    )


def figure_files(drawn: StaticFigure, *, stem: str = "", title: str = "") -> tuple[Product, ...]:
    """A figure for print as the two files it becomes."""
    return (
        Product(suffix=".png", content=drawn.png, stem=stem, title=title),
        Product(suffix=".svg", content=drawn.svg, stem=stem, title=title),
    )


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """What a maker made, and from what.

    Attributes:
        products: The files.
        data_digest: Identity of the data.
        synthetic: Whether any of them were generated.
        settings: What a reader needs to make it again.
        seed: Of what was drawn, where anything was.
        warnings: What a reader should know.
        values: The same result as plain values or records, for notebooks and tests.
    """

    products: tuple[Product, ...]
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
        redraw: Draws those others from the text of that file and whether data were generated.
        lengthy: Whether making it takes long even where every study is finished.
    """

    name: str
    title: str
    make: Callable[[Job], BuildResult]
    needs: Callable[[Job], Mapping[str, Any]]
    paper_reference: str = ""
    record: str = ""
    redraw: Callable[[str, bool], tuple[Product, ...]] | None = None
    lengthy: bool = False

    def recipe(self, job: Job) -> str:
        """Digest of everything the result depends on: equal recipes give equal files."""
        return settings_digest({"name": self.name, "code": code_digest(), **self.needs(job)})
