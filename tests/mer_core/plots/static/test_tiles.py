"""Tiles share a scale where they say so, and outlines lie where the region is."""

import cv2
import numpy as np
import pytest

from mer_core.plots.colour import ColourScale, lookup
from mer_core.plots.static.tiles import Tile, TileBlock, TileScale, tile_figure

RAMP = np.linspace(0, 1, 64).reshape(8, 8)
RED = (213, 94, 0)


def pixels(blocks, **options):
    png = tile_figure([blocks], synthetic=False, **options).png
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def share(picture, colour):
    return float((np.abs(picture.astype(int) - colour).sum(axis=2) < 12).mean())


def test_a_row_shares_a_scale_and_own_scales_say_their_ends():
    block = TileBlock(rows=[[Tile(values=RAMP), Tile(values=3 * RAMP)]])
    assert block.row_scale(block.rows[0]) == ColourScale(low=0, high=3)
    assert block.caption(block.rows[0][0]) == ""
    own = TileBlock(rows=block.rows, scales=TileScale.OWN)
    assert own.caption(Tile(values=3 * RAMP, caption="#4")) == "#4\n0 to 3"
    assert own.caption(Tile(values=np.zeros((4, 4, 3), np.uint8), caption="face")) == "face"


def test_half_of_a_shared_scale_is_half_as_strong():
    flat = [[Tile(values=np.full((4, 4), value)) for value in (1.0, 2.0)]]
    picture = pixels([TileBlock(rows=flat)])
    table = lookup("viridis").astype(int)
    assert share(picture, table[128]) > 0.3
    assert share(picture, table[255]) > 0.3


def test_signed_scales_are_symmetric_and_others_begin_at_zero():
    rows = [[Tile(values=RAMP - 0.25)]]
    signed = TileBlock(rows=rows, signed=True).row_scale(rows[0])
    assert (signed.low, signed.high) == (-0.75, 0.75)
    positive = [[Tile(values=RAMP + 1)]]
    assert TileBlock(rows=positive).row_scale(positive[0]).low == 0


def test_the_outline_goes_round_the_region_whatever_the_size_of_map_and_mask():
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    plain = np.zeros((5, 5, 3), np.uint8)
    picture = pixels([TileBlock(rows=[[Tile(values=plain, region=mask)]])])
    rows, columns = np.nonzero(np.abs(picture.astype(int) - RED).sum(axis=2) < 60)
    black = np.argwhere((picture == 0).all(axis=2))
    (top, left), (bottom, _) = black.min(axis=0), black.max(axis=0)
    side = bottom - top
    assert abs((rows.min() - top) / side - 0.25) < 0.02
    assert abs((columns.max() - left) / side - 0.75) < 0.02


def test_rows_have_a_bar_only_where_they_share_a_scale():
    tiles = [[Tile(values=RAMP), Tile(values=RAMP)]]
    assert TileBlock(rows=tiles).barred
    assert not TileBlock(rows=tiles, scales=TileScale.OWN).barred
    assert not TileBlock(rows=[[Tile(values=np.zeros((3, 3, 3), np.uint8))]]).barred


@pytest.mark.parametrize("synthetic", [False, True])
def test_the_figure_repeats(synthetic):
    block = TileBlock(rows=[[Tile(values=RAMP, caption="a")]], title="t", names=["r"])
    first = tile_figure([[block], [block]], synthetic=synthetic, note="one\ntwo")
    assert first == tile_figure([[block], [block]], synthetic=synthetic, note="one\ntwo")
