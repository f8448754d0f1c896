"""Regenerated tables as readers see them, with the numbers behind each to take away."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mer_core.plots.page import page_body
from mer_core.reproduction import Artifact
from workbench import cached_results, panels


@dataclass(frozen=True, kw_only=True)
class ResultTable:
    """One table.

    Attributes:
        artefact: Its entry in the manifest.
        html: The table for readers, with what stands around it.
        csv: All its numbers.
    """

    artefact: Artifact
    html: str
    csv: str

    def draw(self) -> None:
        """Draw the table, what made it, and its numbers to take away."""
        st.html(self.html)
        st.caption(f"Made by `{self.artefact.maker}`.")
        panels.downloads(self.artefact.stem, table=self.csv, synthetic=self.artefact.synthetic)


def result_tables() -> list[ResultTable]:
    """Return the tables among the regenerated results, the paper's first."""
    pages = cached_results.artefacts(".html")
    numbers = cached_results.artefacts(".csv")
    own = {entry.stem: content for entry, content in numbers}
    read = {entry.stem for entry, _ in pages}
    of_maker = {e.maker_name: content for e, content in numbers if e.stem not in read}
    found = [
        ResultTable(
            artefact=entry,
            html=page_body(content.decode()),
            csv=(own.get(entry.stem) or of_maker.get(entry.maker_name, b"")).decode(),
        )
        for entry, content in pages
    ]
    return sorted(found, key=_rank)


def _rank(table: ResultTable) -> tuple[bool, str, str]:
    place = table.artefact.place
    return not place.startswith("Table"), place or "~", table.artefact.title
