"""Measured cells, and tables for readers from one frame of text: Markdown, HTML and LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from mer_core.plots.page import linked_page

_LATEX = {
    "²": "$^2$",
    "→": "$\\to$",
    "×": "$\\times$",
    "–": "--",
    "±": "$\\pm$",
    "−": "$-$",
    "\u2003": "~~",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCell:
    """One number: what was measured, on what, and how sure it is.

    A tidy frame of results has one of these in each line; a printed table has methods down and
    setups across, and a chart has one panel for each setup.

    Attributes:
        method: Subject of the measurement: a network, a map, a weighting or a control.
        setup: Panel of the chart: an experiment, a network or a question.
        metric: Name of the score.
        value: Our number; None where there is none, and then `note` says why.
        low: Lower end of its 95 % interval.
        high: Upper end.
        n: Number of clips behind it.
        printed: The paper's number.
        rate: A rate to be beaten: chance, the largest class or plain motion.
        provenance: Name of the study, where there is one.
        note: Reason why there is no value.
    """

    method: str
    setup: str
    metric: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    printed: float | None = None
    rate: float | None = None
    provenance: str = ""
    note: str = ""

    def in_per_cent(self) -> MeasuredCell:
        """Return the same cell with shares in per cent."""
        names = ("value", "low", "high", "printed", "rate")
        shares = {name: getattr(self, name) for name in names}
        return replace(self, **{k: None if v is None else 100 * v for k, v in shares.items()})

    def text(self, form: str) -> str:
        """Return the value and, where there is one, its interval; see `interval_text`."""
        return interval_text(self.value, self.low, self.high, form=form)


def range_text(low: float | None, high: float | None, *, form: str) -> str:
    """Return an interval alone, "0.27 to 0.44"; "" where there is none."""
    return "" if low is None or high is None else f"{low:{form}} to {high:{form}}"


def interval_text(value: float | None, low: float | None, high: float | None, *, form: str) -> str:
    """Return a value and, where there is one, its interval: "0.34 (0.27 to 0.44)"."""
    if value is None:
        return ""
    ends = range_text(low, high, form=form)
    return f"{value:{form}}" + (f" ({ends})" if ends else "")


@dataclass(frozen=True, slots=True)
class Words:
    """A cell of prose: a few words, and in smaller type what is behind them."""

    text: str
    detail: str = ""
    strong: bool = False

    def markdown(self) -> str:
        """Return the cell as Markdown."""
        shown = self.text
        if self.strong:
            shown = f"**{self.text}**" + (f": {self.detail}" if self.detail else "")
        elif self.detail:
            shown = f"{self.text} ({self.detail})"
        return shown.replace("|", "/")

    def html(self) -> str:
        """Return the cell as HTML, details on a line of their own."""
        text = f"<b>{escape(self.text)}</b>" if self.strong else escape(self.text)
        return text + (f"<br><small>{escape(self.detail)}</small>" if self.detail else "")


def markdown_lines(header: Sequence[str], lines: Iterable[Sequence[Words]]) -> str:
    """Return lines of prose as a Markdown table."""
    rows = [" | ".join(cell.markdown() for cell in line) for line in lines]
    table = [f"| {row} |" for row in (" | ".join(header), *rows)]
    table.insert(1, f"|{'---|' * len(header)}")
    return "\n".join(table)


def html_lines(header: Sequence[str], lines: Iterable[Sequence[Words]]) -> str:
    """Return lines of prose as an HTML table."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    rows = ("".join(f"<td>{cell.html()}</td>" for cell in line) for line in lines)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """Cells as they are printed, with what stands around them.

    Attributes:
        frame: Text in every cell; columns may have two levels of headings.
        title: Above it.
        summary: What it shows and what it cannot, between the title and the cells.
        notes: Paragraphs below it.
        synthetic: Whether any figure comes from generated data.
    """

    frame: pd.DataFrame
    title: str
    summary: str = ""
    notes: Sequence[str] = ()
    synthetic: bool = False

    @property
    def heading(self) -> str:
        """The title, with "synthetic data" where that is so."""
        return f"{self.title} (synthetic data)" if self.synthetic else self.title

    def markdown(self) -> str:
        """A page with the table; two levels of headings become one."""
        header = [_joined(name) for name in self.frame.columns]
        rule = ["---:" if _numeric(self.frame.iloc[:, i]) else "---" for i in range(len(header))]
        lines = [header, rule, *self.frame.astype(str).values.tolist()]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        above = [f"# {self.heading}", self.summary] if self.summary else [f"# {self.heading}"]
        return "\n\n".join([*above, table, *self.notes]) + "\n"

    def html(self) -> str:
        """The table alone, as part of a page; numbers are never broken or cut."""
        names = [name if isinstance(name, tuple) else (name,) for name in self.frame.columns]
        numeric = [_numeric(self.frame.iloc[:, i]) for i in range(len(names))]
        head = ""
        for level in range(len(names[0])):
            groups = groupby(names, key=lambda name, level=level: name[: level + 1])
            wide = [(name[-1], len(list(inside))) for name, inside in groups]
            last = level + 1 == len(names[0])
            head += "<tr>"
            for i, (title, span) in enumerate(wide):
                kind = " class=n" if last and numeric[i] else ""
                head += f'<th colspan="{span}"{kind}>{escape(title)}</th>'
            head += "</tr>"
        body = "".join(
            "<tr>"
            + "".join(
                f"<td{' class=n' if is_number else ''}>{escape(cell)}</td>"
                for cell, is_number in zip(line, numeric, strict=True)
            )
            + "</tr>"
            for line in self.frame.astype(str).values.tolist()
        )
        table = f'<table class="t"><thead>{head}</thead><tbody>{body}</tbody></table>'
        # A wide one is scrolled, also by the keyboard.
        return f'<div class="scroll" tabindex="0">{table}</div>'

    def page(self) -> str:
        """The table as one HTML file; one style sheet beside it serves all tables."""
        return linked_page(self.heading, f"<h1>{escape(self.heading)}</h1>{self._framed()}")

    def latex(self) -> str:
        """The table for a LaTeX document that loads booktabs."""
        frame = self.frame
        form = "".join("r" if _numeric(frame.iloc[:, i]) else "l" for i in range(frame.shape[1]))
        style: Any = frame.style
        style = style.hide(axis="index").format(escape="latex")
        if isinstance(frame.columns, pd.MultiIndex):
            style = style.format_index(escape="latex", axis=1, level=[0, 1])
        else:
            style = style.format_index(escape="latex", axis=1)
        text = style.to_latex(
            hrules=True, column_format=form, multicol_align="c", caption=_tex(self.heading)
        )
        above = f"{_symbols(_tex(self.summary))}\n" if self.summary else ""
        return f"% \\usepackage{{booktabs}}\n{above}{_symbols(text)}"

    def _repr_html_(self) -> str:
        """Return the table as notebooks show it: as wide as its digits, scrolled if need be."""
        style = (
            "<style>.scroll{overflow-x:auto} .t td,.t th{white-space:nowrap;text-align:left} "
            ".t .n{text-align:right}</style>"
        )
        return f"{style}<p><b>{escape(self.heading)}</b></p>{self._framed()}"

    def _framed(self) -> str:
        """The summary, the table and the notes."""
        above = f"<p>{escape(self.summary)}</p>" if self.summary else ""
        return above + self.html() + "".join(f"<p>{escape(note)}</p>" for note in self.notes)


def _joined(name: object) -> str:
    return ", ".join(filter(None, name)) if isinstance(name, tuple) else str(name)


def _numeric(column: pd.Series) -> bool:
    """Whether every cell that is not blank begins with a digit or a sign."""
    shown = [cell for cell in column.astype(str) if cell]
    return bool(shown) and all(cell.lstrip("+-−–")[:1].isdigit() or cell == "–" for cell in shown)


def _tex(text: str) -> str:
    return text.replace("%", "\\%").replace("&", "\\&")


def _symbols(text: str) -> str:
    for symbol, command in _LATEX.items():
        text = text.replace(symbol, command)
    return text
