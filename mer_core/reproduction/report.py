"""One HTML file with everything in a folder of results: tables, figures, and what made them.

It is read from the folder and its manifest, computes nothing, and opens without a network.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from mer_core.errors import StoreError
from mer_core.plots.dots import dot_figure
from mer_core.plots.matrices import confusion_figure
from mer_core.plots.page import figure_block, html_page, page_body
from mer_core.reproduction.confusions import matrices
from mer_core.reproduction.control_table import AXIS as CONTROL_AXIS
from mer_core.reproduction.control_table import dots as control_dots
from mer_core.reproduction.everything import BUILDERS
from mer_core.reproduction.manifest import Artifact, Manifest
from mer_core.reproduction.review import Review, read_result
from mer_core.reproduction.score_rows import ScoreRow, dots
from mer_core.reproduction.tidy import read_rows

_WARNING = (
    "<p class='synthetic'><strong>Synthetic data.</strong> Made from generated faces: this shows "
    "that the method runs, says nothing about real faces, and cannot be compared with the "
    "paper.</p>"
)


def report(folder: Path) -> str:
    """Return the page that shows the results in `folder`.

    Args:
        folder: Written by `mer reproduce`.

    Returns:
        One HTML document that needs no other file.

    Raises:
        StoreError: The folder has no manifest, or lacks a file that it names.

    Example:
        >>> report(folder)
        Traceback (most recent call last):
        mer_core.errors.StoreError: ...
    """
    manifest = Manifest(folder)
    entries = manifest.entries()
    if not entries:
        raise StoreError(
            "there are no results here", where=folder, remedy="run `mer reproduce all` first"
        )
    groups = _groups(entries)
    contents = {entry.file: read_result(manifest, entry.file) for entry in entries}
    synthetic = any(entry.synthetic for entry in entries)
    title = "AffectiveNet, reproduced" + (" on synthetic data" if synthetic else "")
    links = " ".join(f'<a href="#{name}">{escape(_short(found[0]))}</a>' for name, found in groups)
    opening = Review.of(entries, contents, manifest.missing(), BUILDERS).html()
    sections = [_section(name, found, contents) for name, found in groups]
    body = (
        f"<h1>{title}</h1>{_WARNING if synthetic else ''}{opening}"
        f"<nav aria-label='Contents'>{links}</nav>{''.join(sections)}"
    )
    return html_page(title, body, interactive=True)


def _groups(entries: Sequence[Artifact]) -> list[tuple[str, list[Artifact]]]:
    place = {name: i for i, name in enumerate(BUILDERS.names())}

    def rank(entry: Artifact) -> tuple[int, str]:
        name = f"{entry.maker_name}{'-synthetic' if entry.synthetic else ''}"
        return place.get(entry.maker_name, len(place)), name

    ordered = sorted(entries, key=lambda entry: (rank(entry), entry.file))
    return [(key[1], list(found)) for key, found in groupby(ordered, key=rank)]


def _section(anchor: str, entries: Sequence[Artifact], contents: Mapping[str, bytes]) -> str:
    first = entries[0]
    mine = {entry.file: contents[entry.file] for entry in entries}
    parts = [f"<section id='{anchor}'><h2>{escape(_heading(first))}</h2>"]
    drawn = list(_interactive(first.maker_name, mine))
    for file, content in mine.items():
        if file.endswith(".png"):
            code = base64.b64encode(content).decode()
            parts.append(f"<img alt='{escape(first.title)}' src='data:image/png;base64,{code}'>")
    if drawn:
        blocks = [figure_block(one, f"{anchor}-{i}") for i, one in enumerate(drawn)]
        parts += [
            "<details class='screen'><summary>The same to point at: every digit</summary>",
            f"<div{' class=pairs' if len(blocks) > 1 else ''}>",
            *(f"<div>{block}</div>" for block in blocks),
            "</div></details>",
        ]
    parts += [
        page_body(content.decode()) for file, content in mine.items() if file.endswith(".html")
    ]
    made = {key: value for key, value in first.provenance.items() if key != "settings"}
    text = json.dumps({**made, "settings": first.provenance["settings"]}, indent=1)
    parts.append(
        f"<details><summary>Made by {escape(first.maker)}</summary><pre>{escape(text)}</pre>"
        f"<p>{escape(', '.join(mine))}</p></details></section>"
    )
    return "".join(parts)


def _interactive(name: str, contents: Mapping[str, bytes]) -> Iterator[Any]:
    for file, content in contents.items():
        draw = _DRAWN.get((name, Path(file).suffix))
        if draw is not None:
            yield from draw(content.decode(), "synthetic" in file)


def _accuracies(text: str, synthetic: bool) -> Iterator[Any]:
    lines = dots(read_rows(ScoreRow, text))
    for group in dict.fromkeys(line.group for line in lines):
        inside = [line for line in lines if line.group == group]
        yield dot_figure(inside, title=group, synthetic=synthetic)


def _confusions(text: str, synthetic: bool) -> Iterator[Any]:
    for panel in json.loads(text):
        theirs, ours = matrices(panel)
        yield confusion_figure(replace(theirs, title=f"{theirs.title}: paper"))
        if ours.classes:
            yield confusion_figure(
                replace(ours, title=f"{theirs.title}: ours"), synthetic=synthetic
            )


def _controls(text: str, synthetic: bool) -> Iterator[Any]:
    lines = control_dots(text)
    for group in dict.fromkeys(line.group for line in lines):
        inside = [line for line in lines if line.group == group]
        yield dot_figure(inside, axis=CONTROL_AXIS, title=group, synthetic=synthetic)


_DRAWN: dict[tuple[str, str], Callable[[str, bool], Iterator[Any]]] = {
    ("table1", ".csv"): _accuracies,
    ("table2", ".csv"): _accuracies,
    ("fig5", ".json"): _confusions,
    ("controls", ".csv"): _controls,
}


def _short(entry: Artifact) -> str:
    return entry.place if entry.place.startswith(("Fig", "Table")) else entry.maker_name


def _heading(entry: Artifact) -> str:
    title = f"{entry.place}: {entry.title}" if entry.place else entry.title
    return f"{title} (synthetic data)" if entry.synthetic else title
