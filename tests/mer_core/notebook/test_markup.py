"""Values become parts of a page."""

from __future__ import annotations

import base64
import re

import cv2
import numpy as np
import pandas as pd

from mer_core.notebook import pictures, table
from mer_core.notebook.markup import as_html


def test_text_is_escaped_and_several_things_follow_each_other():
    assert as_html(["a < b", None, "c"]) == "<p>a &lt; b</p><p>c</p>"


def test_a_frame_becomes_a_table_with_its_numbers():
    html = as_html(pd.DataFrame({"score": [0.25]}))
    assert "<th>score</th>" in html and "<td>0.25</td>" in html


def test_a_table_has_one_line_of_headings_and_separates_thousands():
    network = pd.Index(["AffectiveNet"], name="network")
    html = table(pd.DataFrame({"parameters": [2271296]}, index=network)).html
    assert html.count("<tr") == 2
    assert "<th>network</th>" in html and "<td>2,271,296</td>" in html


def test_a_picture_becomes_webp_with_words_and_keeps_its_size():
    drawn = pictures({"grey": np.full((8, 8, 3), 128, np.uint8)})
    html = as_html(drawn, alt='a "grey" square')
    assert 'alt="a &quot;grey&quot; square"' in html
    code = re.search(r"data:image/webp;base64,([^\"]+)", html)[1]
    webp = cv2.imdecode(np.frombuffer(base64.b64decode(code), np.uint8), cv2.IMREAD_COLOR)
    png = cv2.imdecode(np.frombuffer(drawn.png, np.uint8), cv2.IMREAD_COLOR)
    assert webp.shape == png.shape
    assert np.abs(webp.astype(int) - png.astype(int)).mean() < 2
