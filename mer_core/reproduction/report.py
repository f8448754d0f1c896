"""One HTML file with everything in a folder of results: tables, figures, and what made them.

It is read from the folder and its manifest, computes nothing, and opens without a network.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import StoreError
from mer_core.plots.dots import DotRow, dot_figure
from mer_core.plots.ledger import ledger_table
from mer_core.plots.matrices import Matrix, confusion_figure
from mer_core.plots.page import figure_block, plotly_script
from mer_core.reproduction.everything import MAKERS
from mer_core.reproduction.manifest import Artefact, Manifest

_LONGEST = 400
"""Rows of a table that are shown; the rest is in its file."""

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #2b2d33; max-width: 1120px;
       margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.2rem; margin-top: 3rem; }
nav a { margin-right: 1rem; } img { max-width: 100%; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #e3e4e8; text-align: left; }
th { position: sticky; top: 0; background: #fff; }
td.n { text-align: right; white-space: nowrap; } .scroll { overflow-x: auto; max-height: 32rem; }
.pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(460px, 1fr)); }
.pairs > div { min-width: 0; }
.synthetic { background: #fdf0e6; border-left: 4px solid #d55e00; padding: .5rem .9rem; }
details { color: #6a6f7a; font-size: 13px; } pre { white-space: pre-wrap; }
"""

_WARNING = (
    "<p class='synthetic'><strong>Synthetic data.</strong> Made from generated faces: this shows "
    "that the method runs, says nothing about real faces, and cannot be compared with the "
    "paper.</p>"
)

# Columns of the accuracy tables that a page has room for.
_SHORT = (
    *("method", "setup", "paper", "ours", "difference", "low", "high", "measure"),
    *("majority_rate", "uar", "n", "subjects", "data", "profile"),
)


def report(folder: Path) -> str:
    """The page for the results in `folder`.

    Raises:
        StoreError: The folder has no manifest, or lacks a file that it names.
    """
    manifest = Manifest(folder)
    entries = manifest.entries()
    if not entries:
        raise StoreError(
            "there are no results here", where=folder, remedy="run `mer reproduce all` first"
        )
    groups = _groups(entries)
    sections = [_section(folder, name, found) for name, found in groups]
    links = " ".join(f'<a href="#{name}">{escape(_short(found[0]))}</a>' for name, found in groups)
    missing = "".join(
        f"<li>{escape(name)}: {escape(reason)}</li>"
        for name, reason in sorted(manifest.missing().items())
    )
    absent = f"<h2>Not made</h2><ul>{missing}</ul>" if missing else ""
    banner = _WARNING if any(entry.synthetic for entry in entries) else ""
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>AffectiveNet, reproduced</title><style>{_STYLE}</style>{plotly_script()}</head>"
        f"<body><h1>AffectiveNet, reproduced</h1>{banner}<nav>{links}</nav>"
        f"{''.join(sections)}{absent}</body></html>\n"
    )


def _groups(entries: Sequence[Artefact]) -> list[tuple[str, list[Artefact]]]:
    place = {name: i for i, name in enumerate(MAKERS.names())}

    def rank(entry: Artefact) -> tuple[int, str]:
        name = f"{_name(entry)}{'-synthetic' if entry.synthetic else ''}"
        return place.get(_name(entry), len(place)), name

    ordered = sorted(entries, key=lambda entry: (rank(entry), entry.file))
    return [(key[1], list(found)) for key, found in groupby(ordered, key=rank)]


def _section(folder: Path, anchor: str, entries: Sequence[Artefact]) -> str:
    first = entries[0]
    contents = {entry.file: _read(folder / entry.file) for entry in entries}
    stems = {entry.file.split(".")[0] for entry in entries}
    parts = [f"<section id='{anchor}'><h2>{escape(_heading(first))}</h2>"]
    if first.synthetic:
        parts.append("<p class='synthetic'>Synthetic data.</p>")
    drawn = list(_interactive(_name(first), contents))
    blocks = [figure_block(one, f"{anchor}-{i}") for i, one in enumerate(drawn)]
    kind = " class='pairs'" if len(blocks) > 1 else ""
    parts += [f"<div{kind}>", *(f"<div>{block}</div>" for block in blocks), "</div>"]
    for file, content in contents.items():
        # A chart that can be touched stands in for its picture; a picture of pixels stays.
        if file.endswith(".png") and not drawn:
            code = base64.b64encode(content).decode()
            parts.append(f"<img alt='{escape(first.title)}' src='data:image/png;base64,{code}'>")
    for stem in sorted(stems):
        # The ledger is a table already.
        if f"{stem}.csv" in contents and _name(first) != "table3":
            parts.append(_table(contents[f"{stem}.csv"].decode(), stem))
    made = {key: value for key, value in first.provenance.items() if key != "settings"}
    text = json.dumps({**made, "settings": first.provenance["settings"]}, indent=1)
    parts.append(
        f"<details><summary>Made by {escape(first.maker)}</summary><pre>{escape(text)}</pre>"
        f"<p>{escape(', '.join(contents))}</p></details></section>"
    )
    return "".join(parts)


def _interactive(name: str, contents: Mapping[str, bytes]) -> Iterator[Any]:
    for file, content in contents.items():
        draw = _DRAWN.get((name, Path(file).suffix))
        if draw is not None:
            yield from draw(content.decode(), "synthetic" in file)


def _accuracies(text: str, synthetic: bool) -> Iterator[Any]:
    rows = [row for row in _lines(text) if row["network"]]
    for setup in dict.fromkeys(row["setup"] for row in rows):
        inside = [
            DotRow(
                group=setup,
                name=row["method"],
                reference=_float(row["paper"]),
                value=_float(row["ours"]),
                low=_float(row["low"]),
                high=_float(row["high"]),
                tick=_float(row["majority_rate"] or row["paper_majority_rate"]),
            )
            for row in rows
            if row["setup"] == setup
        ]
        yield dot_figure(inside, title=setup, synthetic=synthetic)


def _confusions(text: str, synthetic: bool) -> Iterator[Any]:
    for panel in json.loads(text):
        title = f"{panel['letter']}) {panel['setup']}"
        classes = tuple(panel["classes"])
        shares = np.array(panel["paper_shares"])
        yield confusion_figure(Matrix(title=f"{title}: paper", classes=classes, shares=shares))
        if panel["counts"] is not None:
            ours = Matrix.counted(f"{title}: ours", classes, panel["counts"])
            yield confusion_figure(ours, synthetic=synthetic)


def _ledger(text: str, _synthetic: bool) -> Iterator[Any]:
    rows = _lines(text)
    shown = ("network", "model", "classes", "parameters", "paper_parameters_m", "agreement")
    shown += ("weights_mib", "paper_memory_mb", "multiply_adds", "paper_speed_s", "verdict")
    yield ledger_table(
        [name.replace("_", " ") for name in shown],
        [[row[name] for name in shown] for row in rows],
        good=[row["agreement"] != "none" for row in rows],
    )


def _controls(text: str, synthetic: bool) -> Iterator[Any]:
    rows = _lines(text)
    for kind, title in (("control", "Recall of expression"), ("identity", "Who is in the image")):
        inside = [
            DotRow(
                group=kind,
                name=row["title"] if kind == "control" else row["name"],
                value=100 * float(row["value"]),
                low=100 * float(row["low"]),
                high=100 * float(row["high"]),
                tick=100 * float(row["chance"]),
            )
            for row in rows
            if row["kind"] == kind
        ]
        yield dot_figure(inside, title=title, synthetic=synthetic)


_DRAWN: dict[tuple[str, str], Callable[[str, bool], Iterator[Any]]] = {
    ("table1", ".csv"): _accuracies,
    ("table2", ".csv"): _accuracies,
    ("table3", ".csv"): _ledger,
    ("fig5", ".json"): _confusions,
    ("controls", ".csv"): _controls,
}


def _table(text: str, stem: str) -> str:
    # A cell that the paper leaves open and nobody filled has nothing to say here.
    rows = [row for row in _lines(text) if row.get("paper", "-") or row.get("ours", "-")]
    if not rows:
        return ""
    rows.sort(key=lambda row: not row.get("ours", "-"))
    names = [name for name in rows[0] if name in _SHORT] if "setup" in rows[0] else list(rows[0])
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(_cell(row[name]) for name in names)}</tr>" for row in rows[:_LONGEST]
    )
    rest = len(rows) - _LONGEST
    more = f"<p>{rest} more rows in {escape(stem)}.csv</p>" if rest > 0 else ""
    return f"<div class='scroll'><table><tr>{head}</tr>{body}</table></div>{more}"


def _cell(value: str) -> str:
    kind = "" if _float(value) is None else " class='n'"
    return f"<td{kind}>{escape(value)}</td>"


def _lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the manifest names a file that cannot be read ({error.strerror})",
            where=file,
            remedy="run `mer reproduce all --overwrite`",
        ) from error


def _name(entry: Artefact) -> str:
    return entry.name or entry.file.split(".")[0].removesuffix("_synthetic")


def _short(entry: Artefact) -> str:
    return entry.place if entry.place.startswith(("Fig", "Table")) else _name(entry)


def _heading(entry: Artefact) -> str:
    return f"{entry.place}: {entry.title}" if entry.place else entry.title
