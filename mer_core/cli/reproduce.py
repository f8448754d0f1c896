"""`mer reproduce`: tables and figures of the paper, regenerated."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mer_core.cli.answer import Answer, answers, table


@click.group()
def reproduce() -> None:
    """Regenerate tables and figures of the paper, with what made each of them."""


_out_option = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("figures"),
    show_default=True,
    help="Folder for the files and their manifest.",
)


@reproduce.command()
@answers
@_out_option
@click.option(
    "--rounds",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Timing rounds; 0 leaves speed out and takes seconds.",
)
def table3(out: Path, rounds: int) -> Answer:
    """The cost of every network: the paper's Table 3 beside our own figures.

    Writes table3.csv, table3.md and table3.html, an interactive table.

    \b
    JSON keys:
      files   what was written
      rows    one object per reading of a row of the table: network, model, classes, chosen,
              parameters, printed_parameters (millions), agreement (rounded, truncated, both or
              none), memory_mib, printed_memory, memory_consistent, multiply_adds, printed_speed,
              printed_speed_ratio and speed_ratios (to ResNet-50, by batch), verdict, remark
    """  # noqa: D301 - the backspace tells click to keep the lines below it
    from mer_core.reproduction.table3 import as_cells, write_table3

    rows, files = write_table3(out, rounds=rounds, progress=_tell)
    header, cells = as_cells(rows)
    document: dict[str, Any] = {"files": files, "rows": [asdict(row) for row in rows]}
    listing = table(header[:-2], [line[:-2] for line in cells])
    remarks = "\n".join(
        f"{row.network}, {row.classes} classes: {row.remark}" for row in rows if row.remark
    )
    written = "\n".join(map(str, files))
    return Answer(document=document, text=f"{listing}\n\n{remarks}\n\n{written}")


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(line, err=True)
