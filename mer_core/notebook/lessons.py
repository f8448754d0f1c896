"""The questions of the lessons in a notebook; an answer is folded away until it is wanted."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from mer_core.lessons import lesson
from mer_core.notebook.markup import Card


def question(name: str) -> Card:
    """Return the question of a lesson, with what can be answered."""
    asked = lesson(name)
    options = "".join(f"<li>{escape(option)}</li>" for option in asked.options)
    listed = f"<ul>{options}</ul>" if options else ""
    return Card(
        f"<blockquote><p><b>Question.</b> {escape(asked.question)}</p>{listed}</blockquote>"
    )


def answer(name: str, **measured: Any) -> Card:
    """Return the answer of a lesson, folded; `measured` is what it says of the clip shown."""
    text = lesson(name).filled(**{key: str(value) for key, value in measured.items()})
    parts = "".join(_block(part) for part in text.split("\n\n"))
    return Card(f"<details><summary><b>Answer</b></summary>{parts}</details>")


def _block(text: str) -> str:
    """Return a paragraph or a list of Markdown as HTML; bold is all the emphasis there is."""
    lines = [re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(line)) for line in text.split("\n")]
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>"
    return f"<p>{' '.join(lines)}</p>"
