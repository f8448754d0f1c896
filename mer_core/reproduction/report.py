"""One HTML file with everything in a folder of results: tables, figures, and what made them.

It is read from the folder and its manifest, computes nothing, and opens without a network.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from mer_core.errors import StoreError
from mer_core.plots.page import figure_block, html_page, page_body
from mer_core.reproduction.everything import BUILDERS, drawn_from
from mer_core.reproduction.manifest import Artifact, Manifest, results_in_order
from mer_core.reproduction.review import Review, read_result

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
    groups = {
        f"{found[0].maker_name}{'-synthetic' if found[0].synthetic else ''}": found
        for found in results_in_order(entries, BUILDERS.names())
    }
    contents = {entry.file: read_result(manifest, entry.file) for entry in entries}
    synthetic = any(entry.synthetic for entry in entries)
    title = "AffectiveNet, reproduced" + (" on synthetic data" if synthetic else "")
    links = " ".join(
        f'<a href="#{name}">{escape(_short(found[0]))}</a>' for name, found in groups.items()
    )
    opening = Review.of(entries, contents, manifest.missing(), BUILDERS).html()
    sections = [_section(name, found, contents) for name, found in groups.items()]
    body = (
        f"<h1>{title}</h1>{_WARNING if synthetic else ''}{opening}"
        f"<nav aria-label='Contents'>{links}</nav>{''.join(sections)}"
    )
    return html_page(title, body, interactive=True)


def _section(anchor: str, entries: Sequence[Artifact], contents: Mapping[str, bytes]) -> str:
    first = entries[0]
    mine = {entry.file: contents[entry.file] for entry in entries}
    parts = [f"<section id='{anchor}'><h2>{escape(_heading(first))}</h2>"]
    drawn = list(_charts(entries, contents))
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


def _charts(entries: Sequence[Artifact], contents: Mapping[str, bytes]) -> Iterator[Any]:
    for entry in entries:
        builder = drawn_from(entry)
        if builder is not None and builder.view is not None:
            yield from builder.view(contents[entry.file].decode(), entry.synthetic).charts()


def _short(entry: Artifact) -> str:
    return entry.place if entry.place.startswith(("Fig", "Table")) else entry.maker_name


def _heading(entry: Artifact) -> str:
    title = f"{entry.place}: {entry.title}" if entry.place else entry.title
    return f"{title} (synthetic data)" if entry.synthetic else title
