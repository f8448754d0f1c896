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

from mer_core.datasets.synthetic.twins import demo_twin
from mer_core.datasets.table import DatasetTable
from mer_core.folders import figures_folder
from mer_core.notebook.markup import Card, image_html
from mer_core.paper.tables import SETUPS, titled
from mer_core.plots.dots import dot_figure
from mer_core.plots.static import TWO_COLUMNS, StaticFigure
from mer_core.plots.static.charts import confusion_sheet, dot_sheet
from mer_core.reproduction.accuracies import accuracy_rows
from mer_core.reproduction.cells import CATALOG_NAMES
from mer_core.reproduction.claim_verdicts import DataVerdict, claim_verdicts
from mer_core.reproduction.confusions import matrices
from mer_core.reproduction.everything import BUILDERS
from mer_core.reproduction.job import Job
from mer_core.reproduction.manifest import Manifest
from mer_core.reproduction.measured import read_rows
from mer_core.reproduction.roots import TWIN, Roots, read_roots
from mer_core.reproduction.score_rows import ScoreRow, measured_cells, score_table


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """One table or figure: its numbers, and how they are read.

    Attributes:
        title: Title of the result.
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
        drawn = measured_cells([row for row in self.rows if row.setup == setup])
        return dot_figure(drawn, title=drawn[0].setup, synthetic=self.synthetic)

    @property
    def sheet(self) -> StaticFigure:
        """All experiments side by side, for print."""
        columns = 3 if len({row.setup for row in self.rows}) > 2 else 2
        return dot_sheet(measured_cells(self.rows), synthetic=self.synthetic, columns=columns)

    @property
    def summary(self) -> str:
        """Number of the paper's figures that beat always answering the largest class."""
        theirs = [row for row in self.rows if row.network and row.paper is not None]
        above = sum((row.paper or 0) > (row.paper_majority_rate or 0) for row in theirs)
        return f"Of the paper's {len(theirs)} figures here, {above} lie above the majority rate."

    def _repr_html_(self) -> str:
        return score_table(self.rows)._repr_html_()


DATA_VERDICTS = [str(verdict) for verdict in DataVerdict]
"""What our tables can say of a claim."""

CROSSINGS = {setup.title: name for name, setup in SETUPS.items() if not setup.person_independent}
"""Title -> experiment that trains on one dataset and tests on another."""


_PAIR = 4.2  # inches of two matrices


class Results:
    """Every table and figure of the paper, beside ours.

    Args:
        data: "twin" for generated faces in the datasets' layouts, or a TOML file with roots.
        train: Whether studies that are missing are run.
        profile: Training settings of those.
        changes: Settings that differ from the profile.
        methods: Rows of the accuracy tables that training is for; all by default.
        small: Whether twins are the demo twins, which are drawn within a minute, in place of the
            larger ones behind the tables.
        folder: Folder of results that were made before.
    """

    def __init__(
        self,
        data: str = TWIN,
        *,
        train: bool = False,
        profile: str = "standard",
        changes: Mapping[str, Any] | None = None,
        methods: Sequence[str] | None = None,
        small: bool = False,
        folder: Path | None = None,
    ) -> None:
        self.train, self.twin = train, str(data) == TWIN
        self.folder = folder or figures_folder()
        roots = read_roots(data)
        if small and self.twin:
            roots = Roots(places={name: demo_twin(name) for name in CATALOG_NAMES.values()})
        self.job = Job(
            roots=roots,
            profile=profile,
            changes=changes or {},
            existing=not train,
            methods=None if methods is None else tuple(methods),
            workers=1,
            rounds=0,
            emit=_emit if train else lambda _line: None,
        )

    def get(self, name: str) -> Result:
        """Return a table or figure by the name that `mer reproduce` has for it."""
        found = None if self.train else self._find_made(name)
        return self.make(name) if found is None else found

    def make(self, name: str) -> Result:
        """Return a table or figure that is made now, whatever was made before."""
        builder = BUILDERS.get(name)
        made = builder.build(self.job)
        contents = {f"{one.stem or name}{one.suffix}": one.content for one in made.products}
        return Result(title=builder.title, contents=contents, synthetic=made.synthetic)

    def recorded(self, name: str) -> Result | Card:
        """Return a table or figure that takes long: if it was made before, or how to make it."""
        note = f"<p>Not made yet: <code>mer reproduce {name}</code> makes it.</p>"
        return self._find_made(name) or Card(note)

    def costs(self, rows: Iterable[str] | None = None) -> pd.DataFrame:
        """Return what networks cost, each in the reading that the other tables rest on.

        Args:
            rows: Rows of Table 3, as the paper names them; all by default.
        """
        found = self.get("table3").frame
        chosen = found.loc[found.chosen.astype(str) == "True"].set_index("network")
        return chosen if rows is None else pd.DataFrame(chosen.loc[chosen.index.isin(list(rows))])

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
        before = None if self.train else self._find_made(f"table{table}")
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
        width = TWO_COLUMNS if len(panels) > 1 else _PAIR
        pairs = [matrices(one) for one in panels]
        return confusion_sheet(pairs, synthetic=synthetic, width=width)

    def confusion_of(self, setup: str) -> StaticFigure | None:
        """Return the panel of Fig. 5 for an experiment; None where the paper has none."""
        letters = [one["letter"] for one in self.get("fig5").document if one["setup"] == setup]
        return self.confusions(letters[0]) if letters else None

    def claims(self) -> pd.DataFrame:
        """Return every claim of the paper with the verdict of its own numbers and of our tables."""
        rows = [*self.scores(1).rows, *self.scores(2).rows]
        lines = [
            (titled(one.claim), one.printed, str(one.paper), str(one.data), titled(one.data_why))
            for one in claim_verdicts(rows)
        ]
        names = ["claim", "printed", "paper", "ours", "why"]
        return pd.DataFrame(lines, columns=names).set_index("claim")

    def datasets(self) -> dict[str, DatasetTable]:
        """Return the datasets of the paper that can be opened; twins are written where needed."""
        names = [name for name in CATALOG_NAMES.values() if self.job.roots.has(name)]
        return {name: self.job.table(name) for name in names}

    def _find_made(self, name: str) -> Result | None:
        """Return what lies in the folder, of the kind of data that is asked for."""
        builder = BUILDERS.get(name)
        entries = [one for one in Manifest(self.folder).entries() if one.maker_name == name]
        generated = [one for one in entries if one.synthetic]
        wanted = generated if self.twin and generated else [e for e in entries if not e.synthetic]
        own = {f"{name}{mark}" for mark in ("", "_synthetic")}
        wanted.sort(key=lambda entry: entry.file.partition(".")[0] not in own)
        files = {e.file: self.folder / e.file for e in wanted}
        if not files or not all(path.is_file() for path in files.values()):
            return None
        return Result(
            title=builder.title,
            contents={file: path.read_bytes() for file, path in files.items()},
            synthetic=bool(wanted[0].synthetic),
        )


def plain(row: ScoreRow) -> dict[str, Any]:
    """Return a cell as plain values."""
    return asdict(row)


def _only(job: Job, methods: tuple[str, ...]) -> Job:
    return replace(job, methods=methods)


def _emit(line: str) -> None:
    print(line)  # noqa: T201 - a notebook's own output
