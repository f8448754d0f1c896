"""Results as records of one line a row, and what is drawn from a record for readers.

A record is a CSV file (that of Fig. 5 is JSON) with every number. Its view has the numbers as
measured cells and becomes Markdown, HTML, LaTeX, PNG and SVG, and the charts of a report.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, Protocol, TypeVar

import pandas as pd

from mer_core.models.card import CardScore
from mer_core.plots.dots import DotAxis, dot_figure
from mer_core.plots.static import StaticFigure
from mer_core.plots.static.charts import dot_sheet
from mer_core.plots.tables import MeasuredCell, Table
from mer_core.plots.theme import Figure
from mer_core.protocols import Interval

R = TypeVar("R")


def interval_columns(name: str, interval: Interval | CardScore | None) -> dict[str, float | None]:
    """Return a value and its ends as the columns `name`, `name_low` and `name_high`.

    Those of "value" are "low" and "high".
    """
    start = "" if name == "value" else f"{name}_"
    ends = (interval.value, interval.low, interval.high) if interval else (None, None, None)
    return dict(zip((name, f"{start}low", f"{start}high"), ends, strict=True))


def lines_csv(lines: Iterable[Mapping[str, object]]) -> str:
    """Return lines of equal names as text, numbers to four decimals."""
    frame = pd.DataFrame(list(lines))
    return frame.to_csv(index=False, float_format="%.4f", lineterminator="\n")


def rows_csv(
    kind: type[Any],
    rows: Iterable[Any],
    *,
    properties: Sequence[str] = (),
    float_format: str | None = None,
) -> str:
    """Return rows of a dataclass as text, one row a line and every field a column.

    An interval takes three columns. None and NaN are empty, booleans 0 and 1.

    Args:
        kind: The dataclass.
        rows: Its values.
        properties: Names of properties that have a column, too.
        float_format: How numbers are written; by default with all their digits.
    """
    types = {field.name: str(field.type) for field in fields(kind)} | dict.fromkeys(properties, "")
    blank = _line(types, dict.fromkeys(types))
    lines = [_line(types, {name: getattr(row, name) for name in types}) for row in rows]
    frame = pd.DataFrame(lines, columns=list(blank))
    switches = [name for name, type_name in types.items() if type_name == "bool"]
    frame[switches] = frame[switches].astype(int)
    text = frame.convert_dtypes().to_csv(
        index=False, float_format=float_format, lineterminator="\n"
    )
    return str(text)


def _line(types: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for name, value in values.items():
        line |= interval_columns(name, value) if "Interval" in types[name] else {name: value}
    return line


def read_rows(kind: type[R], text: str) -> tuple[R, ...]:
    """Return rows that `rows_csv` wrote, of a dataclass without intervals.

    A column that is not there yet takes its field's default.

    Raises:
        ValueError: The columns are others, or a cell is not of its field's type.
    """
    own = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    reader = csv.DictReader(io.StringIO(text))
    found = list(reader.fieldnames or ())
    needed = {name for name, field in own.items() if field.default is MISSING}
    if found != [name for name in own if name in found] or not needed <= set(found):
        raise ValueError("other columns")
    types = {name: str(own[name].type) for name in found}
    return tuple(kind(**_typed(line, types)) for line in reader)


def read_frame(text: str) -> list[dict[str, Any]]:
    """Return the lines of a CSV text as plain values; an empty cell is None."""
    frame: Any = pd.read_csv(io.StringIO(text))
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _typed(line: Mapping[str, str], types: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, wanted in types.items():
        cell = line[name]
        if cell is None:
            raise ValueError("a line is too short")
        if not cell and wanted.endswith("None"):
            values[name] = None
        elif wanted.startswith("bool"):
            values[name] = bool(int(cell))
        elif wanted.startswith("int"):
            values[name] = int(cell)
        elif wanted.startswith("float"):
            values[name] = float(cell or "nan")
        else:
            values[name] = cell
    return values


@dataclass(frozen=True, kw_only=True)
class Product:
    """One file before it is written.

    Attributes:
        suffix: What the file name ends in.
        content: Its bytes; the same for the same data, settings and code, unless timed.
        stem: Stem of the file names, where it is not the builder's name.
    """

    suffix: str
    content: bytes
    stem: str = ""


def table_files(table: Table, *, stem: str = "") -> tuple[Product, ...]:
    """Return a table as Markdown, HTML and LaTeX."""
    return (
        Product(suffix=".md", content=table.markdown().encode(), stem=stem),
        Product(suffix=".html", content=table.page().encode(), stem=stem),
        Product(suffix=".tex", content=table.latex().encode(), stem=stem),
    )


def figure_files(drawn: StaticFigure) -> tuple[Product, ...]:
    """Return a figure for print as the two files it becomes."""
    return (
        Product(suffix=".png", content=drawn.png),
        Product(suffix=".svg", content=drawn.svg),
    )


class RecordView(Protocol):
    """Table and charts drawn from a record."""

    @property
    def cells(self) -> Sequence[MeasuredCell]:
        """The measured cells."""
        ...

    def files(self) -> tuple[Product, ...]:
        """Return the files for readers."""
        ...

    def charts(self) -> Iterator[Figure]:
        """Yield the same as interactive figures."""
        ...


@dataclass(frozen=True, kw_only=True)
class MeasuredTable:
    """Measured cells as a table and, where they have panels, as a chart.

    Attributes:
        cells: What was measured; in a chart each setup has a panel.
        table: The same for readers.
        axis: What the numbers of the chart are.
        panels: How many stand side by side in print; 0 for no chart.
    """

    cells: Sequence[MeasuredCell]
    table: Table
    axis: DotAxis = DotAxis()
    panels: int = 0

    def files(self) -> tuple[Product, ...]:
        """Return the table and the chart as files."""
        if not self.panels:
            return table_files(self.table)
        synthetic = self.table.synthetic
        drawn = dot_sheet(self.cells, synthetic=synthetic, axis=self.axis, columns=self.panels)
        return (*table_files(self.table), *figure_files(drawn))

    def charts(self) -> Iterator[Figure]:
        """Yield each panel as an interactive figure."""
        if not self.panels:
            return
        for setup in dict.fromkeys(cell.setup for cell in self.cells):
            inside = [cell for cell in self.cells if cell.setup == setup]
            synthetic = self.table.synthetic
            yield dot_figure(inside, axis=self.axis, title=setup, synthetic=synthetic)
