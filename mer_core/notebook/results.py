"""Tables and figures of the paper in a notebook: those that were made before, or made now.

Without training, results come from the folder that `mer reproduce` writes, which a checkout holds;
what is not there is made from finished studies and the networks that ship. With training, every
study that is missing is run first, which takes hours and goes on where it was stopped.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from mer_core.datasets.catalog import DATASETS
from mer_core.datasets.table import DatasetTable
from mer_core.folders import figures_folder
from mer_core.notebook.markup import image_html
from mer_core.paper.tables import SETUPS
from mer_core.plots.dots import dot_figure
from mer_core.plots.static import StaticFigure
from mer_core.plots.static.dots import dot_sheet
from mer_core.plots.static.matrices import confusion_sheet
from mer_core.reproduction.accuracies import ScoreRow, accuracy_rows, dots, score_table
from mer_core.reproduction.confusions import matrices
from mer_core.reproduction.everything import MAKERS
from mer_core.reproduction.job import Job
from mer_core.reproduction.manifest import Manifest
from mer_core.reproduction.roots import TWIN, read_roots
from mer_core.reproduction.tidy import read_rows


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """One table or figure: its numbers, and how they are read.

    Attributes:
        title: What it shows.
        contents: File -> its bytes.
        synthetic: Whether any data were generated.
    """

    title: str
    contents: Mapping[str, bytes]
    synthetic: bool

    @property
    def frame(self) -> pd.DataFrame:
        """The numbers, one row an observation."""
        if any(file.endswith(".csv") for file in self.contents):
            return pd.read_csv(io.StringIO(self.text(".csv")))
        return pd.DataFrame(self.document)

    @property
    def document(self) -> Any:
        """The numbers of a figure, as its JSON file has them."""
        return json.loads(self.text(".json"))

    @property
    def picture(self) -> Picture:
        """The figure."""
        return Picture(self._first(".png"), self.title)

    def text(self, suffix: str) -> str:
        """Return the first file whose name ends in `suffix`."""
        return self._first(suffix).decode()

    def _first(self, suffix: str) -> bytes:
        return next(self.contents[file] for file in self.contents if file.endswith(suffix))

    def _repr_html_(self) -> str:
        """Return the table; where there is none, the figure."""
        if any(file.endswith(".html") for file in self.contents):
            page = self.text(".html").partition("<body>")[2].partition("</body>")[0]
            return page.replace("<h1>", "<p><b>").replace("</h1>", "</b></p>")
        return self.picture._repr_html_()


@dataclass(frozen=True)
class Picture:
    """A PNG picture and what it shows."""

    png: bytes
    alt: str

    def _repr_html_(self) -> str:
        return image_html(self.png, alt=self.alt)


@dataclass(frozen=True, eq=False)
class ScoreSheet:
    """Cells of Table 1 or 2, the paper's and ours; a notebook shows them as the paper prints."""

    rows: tuple[ScoreRow, ...]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One line for each cell, with every field."""
        names = [field.name for field in fields(ScoreRow)]
        return pd.DataFrame([asdict(row) for row in self.rows], columns=names)

    @property
    def synthetic(self) -> bool:
        """Whether any of ours comes from generated data."""
        return any(row.data == "synthetic" for row in self.rows)

    @property
    def measured(self) -> tuple[ScoreRow, ...]:
        """Cells in which there is a figure of ours."""
        return tuple(row for row in self.rows if row.ours is not None)

    def chart(self, setup: str) -> Any:
        """Return one experiment as an interactive chart."""
        drawn = dots([row for row in self.rows if row.setup == setup])
        return dot_figure(drawn, title=drawn[0].group, synthetic=self.synthetic)

    @property
    def sheet(self) -> StaticFigure:
        """All experiments side by side, for print."""
        columns = 3 if len({row.setup for row in self.rows}) > 2 else 2
        return dot_sheet(dots(self.rows), synthetic=self.synthetic, columns=columns)

    @property
    def summary(self) -> str:
        """How many figures beat the rate of always answering the largest class, in one line."""
        theirs = [
            row
            for row in self.rows
            if row.network and row.paper is not None and row.paper_majority_rate is not None
        ]
        above = sum(row.paper > row.paper_majority_rate for row in theirs)  # type: ignore[operator]
        text = f"Of the paper's {len(theirs)} figures here, {above} lie above the majority rate."
        ours = [row for row in self.measured if row.majority_rate is not None]
        if ours:
            better = sum(row.ours > row.majority_rate for row in ours)  # type: ignore[operator]
            clear = sum(
                row.low is not None and row.low > row.majority_rate  # type: ignore[operator]
                for row in ours
            )
            kind = "synthetic twins" if self.synthetic else "these data"
            text += (
                f" Of our {len(ours)} on {kind}, {better} do, and {clear} with all of their 95 % "
                "interval."
            )
        return text

    def _repr_html_(self) -> str:
        return score_table(self.rows)._repr_html_()


CROSSINGS = {setup.title: name for name, setup in SETUPS.items() if not setup.person_independent}
"""Title -> experiment that trains on one dataset and tests on another."""


class Results:
    """Every table and figure of the paper, beside ours.

    Args:
        data: "twin" for generated faces in the datasets' layouts, or a TOML file with roots.
        train: Whether studies that are missing are run.
        profile: Training settings of those.
        changes: Settings that differ from the profile.
        folder: Where results lie that were made before.
    """

    def __init__(
        self,
        data: str = TWIN,
        *,
        train: bool = False,
        profile: str = "standard",
        changes: Mapping[str, Any] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.train, self.twin = train, str(data) == TWIN
        self.folder = folder or figures_folder()
        self.job = Job(
            roots=read_roots(data),
            profile=profile,
            changes=changes or {},
            existing=not train,
            workers=1,
            rounds=0,
            tell=_emit if train else lambda _line: None,
        )

    def get(self, name: str) -> Result:
        """Return a table or figure by the name that `mer reproduce` has for it."""
        found = None if self.train else self._made_before(name)
        return self.make(name) if found is None else found

    def make(self, name: str) -> Result:
        """Return a table or figure that is made now, whatever was made before."""
        maker = MAKERS.get(name)
        made = maker.make(self.job)
        contents = {f"{one.stem or name}{one.suffix}": one.content for one in made.products}
        return Result(title=maker.title, contents=contents, synthetic=made.synthetic)

    def has(self, name: str) -> bool:
        """Whether a table or figure was made before."""
        return self._made_before(name) is not None

    def scores(
        self,
        table: int,
        *,
        setups: Sequence[str] | None = None,
        methods: Iterable[str] | None = None,
    ) -> ScoreSheet:
        """Return cells of Table 1 or 2.

        Args:
            table: 1 or 2.
            setups: Experiments, as the paper names them; all by default.
            methods: Rows, as the paper names them; all by default.
        """
        before = None if self.train else self._made_before(f"table{table}")
        wanted = None if methods is None else tuple(methods)
        if before is None:
            job = self.job if wanted is None else _only(self.job, wanted)
            rows = accuracy_rows(table, job, setups=setups)
        else:
            rows = read_rows(ScoreRow, before.text(".csv"))
        return ScoreSheet(
            tuple(
                row
                for row in rows
                if (setups is None or row.setup in setups)
                and (wanted is None or row.method in wanted)
            )
        )

    def confusions(self, letters: str) -> StaticFigure:
        """Return panels of Fig. 5 by their letters: the paper's matrix beside ours."""
        panels = [one for one in self.get("fig5").document if one["letter"] in letters]
        synthetic = any(one["data"] == "synthetic" for one in panels)
        return confusion_sheet([matrices(one) for one in panels], synthetic=synthetic)

    def datasets(self) -> dict[str, DatasetTable]:
        """Return the datasets that can be opened; demo twins are written first where needed."""
        return {name: self.job.table(name) for name in DATASETS.names() if self.job.roots.has(name)}

    def _made_before(self, name: str) -> Result | None:
        """Return what lies in the folder, of the kind of data that is asked for."""
        maker = MAKERS.get(name)
        entries = [one for one in Manifest(self.folder).entries() if one.maker_name == name]
        generated = [one for one in entries if one.synthetic]
        wanted = generated if self.twin and generated else [e for e in entries if not e.synthetic]
        files = {e.file: self.folder / e.file for e in wanted}
        if not files or not all(path.is_file() for path in files.values()):
            return None
        return Result(
            title=maker.title,
            contents={file: path.read_bytes() for file, path in files.items()},
            synthetic=bool(wanted[0].synthetic),
        )


def _only(job: Job, methods: tuple[str, ...]) -> Job:
    return replace(job, methods=methods)


def _emit(line: str) -> None:
    print(line)  # noqa: T201 - a notebook's own output
