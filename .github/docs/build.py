"""Build the documentation: gather its sources beside what they describe, then run Sphinx.

`python .github/docs/build.py OUT` writes a site into OUT: the README, the guides beside this file,
the readings of the paper as data, the reference from docstrings, and the pages of the notebooks.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from plotly.offline import get_plotlyjs

from mer_core.paper.readings import TOPICS, readings

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GUIDES = (
    "look-inside-a-network",
    "your-own-clip",
    "bring-your-own-data",
    "run-a-study",
    "read-an-attribution",
    "reproduce-the-paper",
    "teach-with-it",
)


def main(out: Path) -> int:
    """Build the site into `out` and return Sphinx's exit code."""
    source = out.parent / "docs-source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    for file in HERE.glob("*.md"):
        shutil.copy(file, source)
    shutil.copy(HERE / "conf.py", source)
    (source / "pictures").mkdir()
    shutil.copy(ROOT / ".github" / "workbench.png", source / "pictures")
    (source / "index.md").write_text(_index(), encoding="utf-8")
    (source / "readings.md").write_text(_readings(), encoding="utf-8")
    pages = source / "extra" / "notebooks"
    pages.mkdir(parents=True)
    (source / "notebooks.md").write_text(_notebooks(pages), encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    return subprocess.run([*command, str(source), str(out)], check=False).returncode


def _index() -> str:
    """Return the README as a page of the site, with a table of contents behind it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = text.replace(".github/workbench.png", "pictures/workbench.png")
    # A link to a file of the repository is words here, and folders are named by their path.
    text = re.sub(r"\[([^\]]+)\]\((?!https?:|pictures/)[^)]*\)", r"\1", text)
    listed = "\n".join(GUIDES)
    return (
        f"{text}\n\n```{{toctree}}\n:hidden:\n:caption: Guides\n\n{listed}\n```\n\n"
        "```{toctree}\n:hidden:\n:caption: The paper\n\nreadings\n```\n\n"
        "```{toctree}\n:hidden:\n:caption: Code\n\nreference\nnotebooks\n```\n"
    )


def _readings() -> str:
    """Return every reading of an ambiguous passage as one page."""
    parts = [
        "# Readings of the paper\n\nWhere the paper can be read in several ways, the reading is "
        "named, documented and, where it can change a result here, switchable. "
        "`mer paper readings` prints the same."
    ]
    for topic in TOPICS:
        parts.append(f"## {topic.capitalize()}")
        for reading in readings():
            if reading.topic != topic:
                continue
            chosen = (
                f"- **{name}** (default): {text}"
                if name == reading.default
                else f"- {name}: {text}"
                for name, text in reading.choices.items()
            )
            switch = f"\n\nSwitch: `{reading.switch}`" if reading.switch else ""
            parts.append(
                f"### {reading.question}\n\n*{reading.passage}*; called `{reading.id}`.\n\n"
                + "\n".join(chosen)
                + f"\n\n{reading.evidence}{switch}"
            )
    return "\n\n".join(parts) + "\n"


def _notebooks(pages: Path) -> str:
    """Copy the executed notebooks into `pages` and return the page that lists them."""
    executed = ROOT / "notebooks" / "executed"
    (pages / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    for page in executed.glob("*.html"):
        shutil.copy(page, pages)
    text = (
        "Each asks one question, shows what it rests on, and ends with a conclusion and two "
        "exercises. `make lab` opens them to be run, with sliders and menus; these pages show what "
        "they find."
    )
    listed = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    rows = [
        f'| <a href="notebooks/{file}.html">{title}</a> | {question} |'
        for title, file, question in re.findall(
            r"^\| \[(.+?)\]\((.+?)\.ipynb\) \| (.+?) \|", listed, re.MULTILINE
        )
    ]
    table = "\n".join(["| Notebook | Question |", "|---|---|", *rows])
    return f"# Notebooks\n\n{text}\n\n{table}\n"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
