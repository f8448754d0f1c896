"""Pieces that several pages draw: charts, what is known of a clip, downloads, links."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.errors import MerError
from mer_core.inputs import Recording
from mer_core.inputs.recording import unit_name
from mer_core.plots.colour import Rgb
from mer_core.plots.raster import png_bytes
from mer_core.plots.theme import Figure
from mer_core.records import Sample
from workbench import drawings
from workbench.titles import sentence_case


def dark() -> bool:
    """Whether the reader's page is dark."""
    return st.context.theme.type == "dark"


def chart(
    make: partial[Figure],
    *,
    key: str,
    alt: str,
    shared: bool = True,
    where: Any = st,
    **options: Any,
) -> Any:
    """A figure of the core in its own template, legible on a light and on a dark page.

    What is drawn from a reader's upload is not `shared`: it is kept for nobody else.
    """
    picked = options.get("selection_mode", "")
    figure = drawings.chart(make, dark=dark(), picked=picked, shared=shared)
    return where.plotly_chart(figure, theme=None, key=key, alt=alt, **options)


def choice_row() -> Any:
    """Return the row that holds what a page is about, and stays in view while it is scrolled."""
    return st.container(
        key="choices", horizontal=True, vertical_alignment="bottom", gap="small", width="stretch"
    )


def clip_words(recording: Recording) -> str:
    """Return what a clip is called where it cannot be seen."""
    units = ", ".join(map(unit_name, recording.action_units)) or "no action unit"
    keys = ", ".join(
        f"{name} {number}{' (estimated)' * (name in recording.estimated)}"
        for name, number in recording.key_frames.items()
    )
    return f"{recording.clip.name}: {recording.label}, {units}, {keys}"


def weightings(names: Iterable[str], *, where: Any = st) -> None:
    """Draw what the named weightings are, behind a button."""
    part = lazy_container(where.popover, "Formulas", key="weights", icon=":material/help:")
    if not part.open:
        return
    for entry in map(WEIGHTINGS.get, names):
        part.markdown(
            f"**{entry.title}**: frame $i$ of $k$ has the weight\n\n$$w_i = {entry.tex}$$"
            f"\n\nThe weights sum to ${entry.sums_to}$. {entry.source}"
        )


def facts(sample: Sample) -> dict[str, str]:
    """Return the annotation of a sample as rows of a table."""
    derived = {name.value for name in sample.derived}

    def frame(name: str, value: int | None) -> str:
        return "not annotated" if value is None else f"{value}{' (derived)' * (name in derived)}"

    return {
        "Subject": sample.subject,
        "Clip": sample.clip,
        "Label": sentence_case(sample.label),
        "Action units": ", ".join(unit_name(str(unit)) for unit in sample.action_units)
        or "none coded",
        "Onset": frame("onset", sample.onset),
        "Apex": frame("apex", sample.apex),
        "Offset": frame("offset", sample.offset),
        "Frames": f"{sample.frame_numbers[0]} to {sample.frame_numbers[-1]}",
        "Expression": sample.expression.value,
        "Data": "synthetic" if sample.synthetic else "recorded",
    }


def downloads(
    stem: str,
    picture: Rgb | Callable[[], Rgb | bytes] | None = None,
    *,
    array: np.ndarray | None = None,
    table: str | None = None,
    script: str | None = None,
    record: str | None = None,
    synthetic: bool,
    where: Any = st,
) -> None:
    """Buttons for everything that can be taken away; names say what is synthetic."""
    name = f"{stem}_synthetic" if synthetic else stem
    offers: list[tuple[str, str, Any, str]] = []
    if picture is not None:
        offers.append(("Picture", f"{name}.png", partial(_png, picture), "image/png"))
    if array is not None:
        offers.append(("Array", f"{name}.npy", lambda: _npy(array), "application/octet-stream"))
    if table is not None:
        offers.append(("Table", f"{name}.csv", table, "text/csv"))
    if script is not None:
        offers.append(("Script", f"{name}.py", script, "text/x-python"))
    if record is not None:
        offers.append(("Record", f"{name}.json", record, "application/json"))
    with where.container(horizontal=True):
        for label, file, content, mime in offers:
            st.download_button(
                label,
                content,
                file_name=file,
                mime=mime,
                key=f"download {file}",
                on_click="ignore",
                icon=":material/download:",
            )


def export(
    stem: str,
    picture: Rgb | Callable[[], Rgb | bytes] | None = None,
    *,
    where: Any = st,
    **offers: Any,
) -> None:
    """The same buttons behind one that says what they are for; see `downloads`."""
    part = lazy_container(where.popover, "Export", key=f"export {stem}", icon=":material/download:")
    if part.open:
        with part:
            downloads(stem, picture, **offers)


def lazy_container(draw: Callable[..., Any], label: str, *, key: str, **options: Any) -> Any:
    """An expander or a popover (`draw`) to be filled only while it is `open`.

    A browser builds what a closed one hides, too: Results, with a form and eight tables folded
    away, took 420 ms to come back to, and takes 110 without them.
    """
    return draw(label, key=f"unfolded {key}", on_change="rerun", **options)


def open_elsewhere(link: Mapping[str, str], pages: Mapping[str, str], *, where: Any = st) -> None:
    """Draw links to pages that show the clip of `link`; `pages` maps a page's file to its name."""
    where = where.container(horizontal=True, gap="small")
    for page, label in pages.items():
        where.page_link(
            f"app_pages/{page}.py",
            label=label,
            icon=":material/arrow_forward:",
            query_params=dict(link),
        )


CLIP_PAGES = {
    "affective_motion_image": "Affective-motion image",
    "feature_maps": "Feature maps",
    "attributions": "Attributions",
}


def legend(colours: Mapping[str, str]) -> str:
    """Names, each with a square of its colour, as Markdown; the name itself stays legible."""
    return ", ".join(
        f':color[■]{{foreground="{colour}"}} **{name}**' for name, colour in colours.items()
    )


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of a table as CSV."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def refusal(error: MerError) -> None:
    """An error in the words of the core; what it quotes of a file is shown, never interpreted."""
    st.error(re.sub(r"([\\`*_{}\[\]()#+!|<>$~:^-])", r"\\\1", str(error)), icon=":material/error:")


def _png(picture: Rgb | Callable[[], Rgb | bytes]) -> bytes:
    found = picture() if callable(picture) else picture
    return found if isinstance(found, bytes) else png_bytes(found)


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
