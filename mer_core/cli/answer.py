"""How a command answers: a table for people or one JSON document, and an exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
import numpy as np


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command found.

    Attributes:
        document: What `--json` prints.
        text: What a person reads.
        warnings: Each goes to standard error and makes the exit code 1.
        refused: Makes the exit code 2: the answer is complete, and it is "no".
    """

    document: Any
    text: str
    warnings: Sequence[str] = ()
    refused: bool = False

    @property
    def code(self) -> int:
        """0 done, 1 done with warnings, 2 refused."""
        return 2 if self.refused else 1 if self.warnings else 0


def answers(command: Callable[..., Answer]) -> Callable[..., int]:
    """Adds `--json` to a command that returns an `Answer`, and delivers that answer.

    Use below `@click.command()`; the options go below this decorator.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
    @wraps(command)
    def deliver(*args: Any, as_json: bool, **options: Any) -> int:
        answer = command(*args, **options)
        click.echo(as_document(answer.document) if as_json else answer.text)
        for warning in answer.warnings:
            click.echo(f"mer: warning: {warning}", err=True)
        return answer.code

    return deliver


def as_document(value: Any) -> str:
    """Indented JSON; NumPy values become plain ones, NaN becomes null, paths become text."""
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
    """Plain columns; numbers to the right, words to the left."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(header), *cells]) for i in range(len(header))]
    right = [
        bool(cells) and all(_is_number(row[i]) or not row[i] for row in cells)
        for i in range(len(header))
    ]
    lines = [list(header), ["-" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _is_number(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).replace(",", "").replace("%", "").isdigit()
