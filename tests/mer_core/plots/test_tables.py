"""One frame gives Markdown, HTML and LaTeX with the same cells."""

import re
from html import unescape

import pandas as pd
import pytest

from mer_core.plots.tables import Table


@pytest.fixture
def table():
    columns = pd.MultiIndex.from_tuples([("", "method"), ("alone", "CASME"), ("S →", "CAS(ME)²")])
    cells = [["A & <B>", "138,357,544", "−1.5"], ["C_1", "–", "2.0"]]
    return Table(frame=pd.DataFrame(cells, columns=columns), title="Cost, 5 %", notes=["Note."])


def test_markdown_has_a_line_per_row_and_aligns_numbers(table):
    lines = table.markdown().splitlines()
    assert lines[0] == "# Cost, 5 %"
    assert lines[2] == "| method | alone, CASME | S →, CAS(ME)² |"
    assert lines[3] == "| --- | ---: | ---: |"
    assert lines[4] == "| A & <B> | 138,357,544 | −1.5 |"
    assert lines[-1] == "Note."


def test_html_keeps_every_digit_and_escapes(table):
    cells = [unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", table.html())]
    assert cells == ["A & <B>", "138,357,544", "−1.5", "C_1", "–", "2.0"]
    assert table.html().count("<td class=n>") == 4
    assert "&lt;B&gt;" in table.html()
    assert "white-space:nowrap" in table._repr_html_()
    page = table.page()
    assert page.startswith("<!doctype html>") and "<script" not in page and "http" not in page


def test_latex_is_booktabs_with_symbols_as_commands(table):
    text = table.latex()
    for part in (r"\toprule", r"\midrule", r"\bottomrule", r"\caption{Cost, 5 \%}", "{lrr}"):
        assert part in text
    assert r"A \& <B> & 138,357,544" in text
    assert r"S $\to$" in text and r"CAS(ME)$^2$" in text and r"C\_1 & -- & 2.0 \\" in text
    assert text.isascii()


def test_synthetic_tables_say_so_in_their_titles(table):
    made = Table(frame=table.frame, title="Cost", synthetic=True)
    assert made.markdown().startswith("# Cost (synthetic data)\n")
    assert "<title>Cost (synthetic data)</title>" in made.page()
    assert "Cost (synthetic data)" in made.latex()
