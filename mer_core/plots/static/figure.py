"""Figures for print: SVG and PNG of one matplotlib figure, equal bytes for equal numbers.

Nothing outside changes: figures are objects of their own, and the style holds while one is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from mer_core.plots.colour import lookup
from mer_core.plots.theme import FAINT

ONE_COLUMN, TWO_COLUMNS = 3.5, 7.16
"""Widths in inches of one and of two columns of a journal."""

_STYLE = Path(__file__).with_name("print.mplstyle")
_LOCK = RLock()  # matplotlib's settings are one dictionary for all threads
_FOOT = 0.17  # inches below a figure on generated data


@dataclass(frozen=True, kw_only=True, repr=False)
class StaticFigure:
    """A drawn figure as the files it becomes.

    Attributes:
        svg: Its SVG file.
        png: Its PNG file.
        alt: Description for those who cannot see it.
    """

    svg: bytes
    png: bytes
    alt: str = "Figure"

    def __repr__(self) -> str:
        """Return the description, for where the picture cannot be shown."""
        return self.alt

    def _repr_png_(self) -> bytes:
        """Return the picture as notebooks show it."""
        return self.png


def static_figure(
    draw: Callable[[Figure], None], *, width: float, height: float, synthetic: bool
) -> StaticFigure:
    """Draw a figure on an empty page.

    Args:
        draw: Adds axes and marks to the page it is given.
        width: Inches; `ONE_COLUMN` or `TWO_COLUMNS`.
        height: Inches, without the line that says that data were generated.
        synthetic: Whether they were.
    """
    with print_style():
        whole = Figure(figsize=(width, height + (_FOOT if synthetic else 0)))
        page: Any = whole  # or a part of it, which draws like a whole one
        if synthetic:
            parts: Any = whole.subfigures(2, 1, height_ratios=(height, _FOOT), hspace=0)
            page, foot = parts
            foot.text(0.995, 0.4, "Synthetic data", ha="right", va="center", size=6.5, color=FAINT)
        draw(page)
        return StaticFigure(svg=_svg(whole), png=_png(whole))


def add_axes(
    page: Figure, box: tuple[float, float, float, float], size: tuple[float, float]
) -> Axes:
    """Add axes at `box`: left, bottom, width and height in inches, on a page of `size`."""
    (left, bottom, wide, tall), (width, height) = box, size
    return page.add_axes((left / width, bottom / height, wide / width, tall / height))


def draw_bar(
    axes: Axes, name: str, ticks: Mapping[str, float], *, interpolation: str | None = None
) -> None:
    """Draw a colour bar of the named scale; ticks are words and positions from 0 to 1."""
    ramp = lookup(name)[::-1, None]
    axes.imshow(ramp, extent=(0, 1, 0, 1), aspect="auto", interpolation=interpolation)
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.set_yticks(list(ticks.values()), list(ticks), size=5.5)
    axes.tick_params(length=1.5, pad=1)
    axes.spines[:].set_visible(False)


@contextmanager
def print_style() -> Iterator[None]:
    """Matplotlib's own settings with those of the style file, whatever a user has set."""
    with _LOCK, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rc_file(_STYLE)
        yield


def _svg(page: Figure) -> bytes:
    out = io.BytesIO()
    FigureCanvasSVG(page).print_svg(out, metadata={"Date": None, "Creator": "MER Workbench"})
    return out.getvalue()


def _png(page: Figure) -> bytes:
    out = io.BytesIO()
    page.set_dpi(mpl.rcParams["savefig.dpi"])
    FigureCanvasAgg(page).print_png(out, metadata={"Software": None})
    return out.getvalue()
