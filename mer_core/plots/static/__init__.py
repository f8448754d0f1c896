"""Figures for print, drawn by matplotlib; importing them costs what importing matplotlib does."""

from mer_core.plots.static.figure import ONE_COLUMN, TWO_COLUMNS, StaticFigure, static_figure

__all__ = ["ONE_COLUMN", "TWO_COLUMNS", "StaticFigure", "static_figure"]
