"""Output of a command: a table for people or one JSON document, and an exit code."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
import numpy as np

from mer_core.errors import SettingsError

WIDTH = 100
"""Columns that a table takes at most where nobody says how wide the screen is."""

_LONGEST_WORD = 30
_GAP = 2


@dataclass(frozen=True, kw_only=True)
class CommandOutput:
    """Output of a command.

    Attributes:
        document: Document that `--json` prints, or a function that returns it if it takes long to
            make.
        text: Text for people, or a function that returns it.
        warnings: Lines for standard error; the exit code stays 0.
        refused: Whether the exit code is 2: the answer is complete, and it is "no".
    """

    document: Any
    text: str | Callable[[], str]
    warnings: Sequence[str] = ()
    refused: bool = False

    @property
    def code(self) -> int:
        """0 done, with or without warnings; 2 refused."""
        return 2 if self.refused else 0


def prints_output(command: Callable[..., CommandOutput]) -> Callable[..., int]:
    """Add `--json` to a command that returns a `CommandOutput`, and print it.

    Use below `@click.command()`; the options go below this decorator.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
    @wraps(command)
    def write(*args: Any, as_json: bool, **options: Any) -> int:
        answer = command(*args, **options)
        shown = answer.document if as_json else answer.text
        made = shown() if callable(shown) else shown
        click.echo(as_document(made) if as_json else made)
        for warning in answer.warnings:
            click.echo(f"mer: warning: {warning}", err=True)
        return answer.code

    return write


def check_target(out: Path, *, suffix: str, overwrite: bool) -> None:
    """Refuse a file that has the wrong ending, is a folder, or exists and may not be replaced."""
    if out.suffix.lower() != suffix:
        kind = suffix[1:].upper()
        raise SettingsError(
            f"the file is written as {kind}", where=out, remedy=f"name it *{suffix}"
        )
    if out.is_dir():
        raise SettingsError("is a folder", where=out, remedy="name a file in it")
    if out.exists() and not overwrite:
        raise SettingsError("exists already", where=out, remedy="pass --overwrite to replace it")


def as_document(value: Any) -> str:
    """Return indented JSON; NumPy values become plain ones, NaN becomes null, paths become text."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return sorted(_plain(item) for item in value)
        case np.ndarray():
            return _plain(value.tolist())
        case np.generic():
            return _plain(value.item())
        case float() if value != value or value in (float("inf"), float("-inf")):
            return None
        case None | bool() | int() | float():
            return value
        case _:
            return str(value)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return columns that fit the screen: numbers to the right, words to the left and wrapped."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    styled = sys.stdout.isatty()
    screen = shutil.get_terminal_size((WIDTH, 24)).columns if styled else WIDTH
    cells = [[_cell(value) for value in row] for row in rows]
    columns = [[row[i] for row in cells] for i in range(len(header))]
    widths = _widths(header, columns, screen - _GAP * (len(header) - 1))
    found = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
    for title, column, width in zip(header, columns, widths, strict=True):
        number = bool(cells) and all(_is_number(cell) or not cell for cell in column)
        justify = "right" if number else "left"
        found.add_column(Text(title), justify=justify, width=width, overflow="fold")
    for row in cells:
        found.add_row(*map(Text, row))
    console = Console(
        width=max(screen, sum(widths) + _GAP * len(widths)),
        force_terminal=styled,
        no_color=not styled,
        legacy_windows=False,
    )
    with console.capture() as drawn:
        console.print(found)
    return "\n".join(line.rstrip() for line in drawn.get().splitlines())


def _widths(header: Sequence[str], columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """Divide `room` so that names and numbers stay whole and only prose is wrapped."""
    wanted, least = [], []
    for title, column in zip(header, columns, strict=True):
        whole = [len(cell) for cell in column if " " not in cell]
        words = [len(word) for text in (title, *column) for word in text.split()]
        wanted.append(max([len(title), 1, *map(len, column)]))
        least.append(max([1, *whole, *(min(length, _LONGEST_WORD) for length in words)]))
    widths = list(least)
    while sum(widths) > room and max(widths) > _LONGEST_WORD // 2:
        widths[widths.index(max(widths))] -= 1
    while sum(widths) < room:
        short = [i for i, width in enumerate(widths) if width < wanted[i]]
        if not short:
            break
        widths[min(short, key=lambda i: widths[i])] += 1
    return widths


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _is_number(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).replace(",", "").replace("%", "").isdigit()
