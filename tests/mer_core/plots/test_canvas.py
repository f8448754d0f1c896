"""Marks land where they are asked for, in their colour, and repeat bit for bit."""

import numpy as np
import pytest

from mer_core.plots.canvas import Canvas, rgb
from mer_core.plots.grid import Cell, labelled_grid

RED = (213, 94, 0)


def test_a_box_fills_its_corner_and_size_and_nothing_else():
    page = Canvas(40, 30)
    page.box((10, 5), (20, 10), fill=RED, edge=None)
    inside = np.zeros((30, 40), bool)
    inside[6:14, 11:29] = True
    around = np.ones((30, 40), bool)
    around[4:17, 9:32] = False
    assert (page.image[inside] == RED).all()
    assert (page.image[around] == 255).all()


def test_text_ends_and_starts_where_it_is_aligned():
    for align, columns in (("left", slice(0, 48)), ("right", slice(52, 100))):
        page = Canvas(100, 20)
        page.text("words", (50, 10), align=align)
        assert (page.image[:, columns] == 255).all(), align
        assert (page.image < 128).any()


def test_text_shrinks_until_it_fits():
    page = Canvas(200, 20)
    page.text("a long line of words", (10, 10), width=40)
    ink = np.flatnonzero((page.image < 200).any(axis=(0, 2)))
    assert ink.min() >= 8
    assert ink.max() <= 52


def test_a_pasted_picture_keeps_its_pixels():
    picture = np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype=np.uint8)
    page = Canvas(30, 30)
    page.paste(picture, (5, 7))
    assert np.array_equal(page.image[7:19, 5:14], picture)


def test_equal_calls_give_equal_bytes():
    def draw():
        page = Canvas(60, 40)
        page.line([(5, 5), (50, 30)], arrow=True)
        page.circle((30, 20), 6, hollow=True)
        return page.image

    assert np.array_equal(draw(), draw())


def test_colours_are_read_from_hexadecimal():
    assert rgb("#D55E00") == RED


@pytest.mark.parametrize("columns", [(), ("one", "two")])
def test_a_grid_holds_every_picture_whole(columns):
    pictures = [np.full((10, 12, 3), 40 * i, np.uint8) for i in range(1, 5)]
    cells = [[Cell(picture=p) for p in pictures[:2]], [Cell(picture=p) for p in pictures[2:]]]
    sheet = labelled_grid(cells, rows=["a", "b"], columns=columns, lines=["above"])
    for picture in pictures:
        assert (sheet == picture[0, 0]).all(axis=2).sum() >= 10 * 12
