"""Execute the notebooks and write each as a page that opens in any browser, without a network.

`python .github/docs/notebook_pages.py` makes the pages that are stale, `--all` every page, `07`
that of the seventh, and `--check` says which are stale and makes none. A page knows the digest of
what it was made of: its cells, and the results, lessons, networks and studies that a cell can show.

Pictures are WebP and formulas are drawn, so a page needs no other file. A chart is a picture, too;
folded below it lies the chart itself, which asks for plotly when it is opened: from
`plotly.min.js` beside the page, which this program writes and git ignores, or from its network.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

import nbformat
import plotly.graph_objects as go
from matplotlib import mathtext
from matplotlib.font_manager import FontProperties
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from plotly.offline import get_plotlyjs, get_plotlyjs_version
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mer_core.atomic import write_text
from mer_core.notebook.markup import image_html
from mer_core.plots.page import html_page

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "notebooks"
PAGES = FOLDER / "executed"
SHOWN = (
    "figures/*.csv",
    "figures/*.html",
    "figures/*.json",
    "figures/*.png",
    "mer_core/lessons.toml",
    "mer_core/models/weights/*.json",
    "mer_core/training/studies/*.sqlite",
)
"""Files whose contents pages print."""

HIDDEN = "values"
"""Tag of the cell that holds what tests assert."""

WIDEST = 900  # pixels of a chart
_SIZE = 12  # points of a formula

Notebook = Any


def notebooks() -> list[Path]:
    """Return every notebook in its order."""
    return sorted(FOLDER.glob("[0-9]*.ipynb"))


def source_digest(path: Path) -> str:
    """Return the identity of what a notebook's cells say and do, and of what they can show."""
    cells = nbformat.read(path, as_version=4).cells
    said = [[cell.cell_type, cell.source, cell.metadata.get("tags", [])] for cell in cells]
    return hashlib.sha256(json.dumps([said, *shown_digests(ROOT)]).encode()).hexdigest()


def shown_digests(root: Path) -> list[tuple[str, str]]:
    """Return the digest of each file that pages can show, but for the manifest and its dates."""
    found = sorted(path for pattern in SHOWN for path in root.glob(pattern))
    return [
        (path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in found
        if path.name != "manifest.json"
    ]


def page_digest(page: Path) -> str:
    """Return the digest that a page says it was made of; "" where there is no page."""
    if not page.is_file():
        return ""
    found = re.search(r'<meta name="source-digest" content="(\w+)">', page.read_text("utf-8"))
    return found[1] if found else ""


def stale() -> list[Path]:
    """Return the notebooks whose page is missing or was made of other cells or results."""
    return [path for path in notebooks() if page_digest(page_of(path)) != source_digest(path)]


def page_of(path: Path) -> Path:
    """Return where the page of a notebook lies."""
    return PAGES / f"{path.stem}.html"


def main(words: list[str]) -> int:
    """Make pages, or say which are stale."""
    named = [path for path in notebooks() if path.stem[:2] in words]
    wanted = named or (notebooks() if "--all" in words else stale())
    if "--check" in words:
        print(*(f"stale: {path.name}" for path in wanted), sep="\n", end="\n" if wanted else "")
        return bool(wanted)
    PAGES.mkdir(exist_ok=True)
    write_text(PAGES / "plotly.min.js", get_plotlyjs())
    failed: list[Path] = []
    for path in wanted:
        started = time.monotonic()
        try:
            executed = execute(path)
        except CellExecutionError as error:
            print(f"{path.stem}: {error}", file=sys.stderr, flush=True)
            failed.append(path)
            continue
        write_text(page_of(path), page(path, executed))
        size = page_of(path).stat().st_size / 2**20
        print(f"{path.stem}: {time.monotonic() - started:.0f} s, {size:.1f} MB", flush=True)
    for page_file in PAGES.glob("*.html"):
        if page_file.stem not in {path.stem for path in notebooks()}:
            page_file.unlink()
    return bool(failed)


def execute(path: Path) -> Notebook:
    """Run a notebook with nobody's studies but those that ship."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as data:
        environment = {"PLOTLY_RENDERER": "plotly_mimetype", "MER_DATA": data}
        os.environ.update(environment)  # kernels inherit it
        context = {"metadata": {"path": str(FOLDER)}}
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources=context).execute()
    return notebook


def page(path: Path, executed: Notebook) -> str:
    """Return an executed notebook as one HTML document."""
    title = executed.cells[0].source.splitlines()[0].lstrip("# ")
    shown = [cell for cell in executed.cells if HIDDEN not in cell.metadata.get("tags", [])]
    body = "".join(_cell(cell) for cell in shown)
    places = notebooks()
    at = places.index(path)
    around = [("Before", places[at - 1] if at else None)]
    around.append(("Next", places[at + 1] if at + 1 < len(places) else None))
    links = "".join(
        f'<a href="{other.stem}.html">{word}: {_named(other)}</a> '
        for word, other in around
        if other
    )
    top = f"<nav>{_named(path)} · run it: <code>notebooks/{path.name}</code> · {links}</nav>"
    html = html_page(title, f"{top}<main>{body}</main><nav>{links}</nav>{_script()}")
    meta = f'<meta name="source-digest" content="{source_digest(path)}">'
    text = html.replace("</style>", f"{_style()}</style>{meta}", 1)
    for place in {str(ROOT), str(Path.home()), tempfile.gettempdir()} - {"/"}:
        if f"{place}/" in text:
            raise ValueError(f"{path.name} shows a place on this machine: {place}")
    return text


def _named(path: Path) -> str:
    return path.stem.replace("_", " ")


def _cell(cell: Notebook) -> str:
    if cell.cell_type == "markdown":
        return _formulas(markdown2html_mistune(cell.source))
    code = highlight(cell.source, PythonLexer(), HtmlFormatter(cssclass="code"))
    return f"{code}<div class='out'>{''.join(map(_output, cell.outputs))}</div>"


def _output(output: Notebook) -> str:
    if output.output_type == "stream":
        return f"<p>{escape(output.text)}</p>" if output.name == "stdout" else ""
    data = output.data
    if "application/vnd.plotly.v1+json" in data:
        return _chart(data["application/vnd.plotly.v1+json"])
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:
        return image_html(base64.b64decode(data["image/png"]), alt=_plain(data) or "Figure")
    return f"<pre>{escape(_plain(data))}</pre>"


def _plain(data: Notebook) -> str:
    return str(data.get("text/plain", ""))


def _chart(document: dict[str, Any]) -> str:
    figure = go.Figure(document["data"], document["layout"])
    height = int(figure.layout.height or 360)
    still = go.Figure(figure).update_layout(paper_bgcolor="white", plot_bgcolor="white")
    png = still.to_image("png", width=WIDEST, height=height, scale=1.6)
    names = [str(trace.name) for trace in figure.data if trace.name]
    alt = figure.layout.title.text or f"Chart of {', '.join(names) or 'one curve'}"
    drawn = json.dumps({"data": document["data"], "layout": document["layout"]})
    drawn = drawn.replace("</", r"<\/")
    return (
        f"{image_html(png, alt=alt)}<details class='chart'><summary>Interactive chart</summary>"
        f"<div style='height:{height}px'></div>"
        f"<script type='application/json'>{drawn}</script></details>"
    )


def _script() -> str:
    digest = base64.b64encode(hashlib.sha256(get_plotlyjs().encode()).digest()).decode()
    url = f"https://cdn.plot.ly/plotly-{get_plotlyjs_version()}.min.js"
    return f"""<script>
const load = (source, next) => {{
  const script = document.createElement("script");
  script.src = source; script.onload = next; script.onerror = () => load.other && load.other();
  if (source.startsWith("https")) {{
    script.integrity = "sha256-{digest}"; script.crossOrigin = "anonymous";
  }}
  document.head.append(script);
}};
document.addEventListener("toggle", (event) => {{
  const box = event.target;
  if (!box.open || !box.matches("details.chart") || box.dataset.drawn) return;
  const draw = () => {{
    box.dataset.drawn = "yes";
    const figure = JSON.parse(box.querySelector("script").textContent);
    Plotly.newPlot(box.querySelector("div"), figure.data, figure.layout, {{responsive: true}});
  }};
  if (window.Plotly) return draw();
  load.other = () => {{ load.other = null; load("{url}", draw); }};
  load("plotly.min.js", draw);
}}, true);
</script>"""


@cache
def _style() -> str:
    own = """
body{max-width:66rem;margin:0 auto;padding:0 1rem}
nav{font-size:.85rem;opacity:.8;margin:1rem 0} nav a{margin-left:.6rem}
.out{margin:.4rem 0 1.4rem;overflow-x:auto} .out img{display:block}
.code pre{padding:.6rem .8rem;border-radius:.4rem;background:#f4f5f7;overflow-x:auto;
font-size:.85rem;line-height:1.45;margin:1rem 0 .4rem}
.out table{border:0;border-collapse:collapse}
.out .t th,.out .t td{padding:.25rem .45rem}
.out .t th,.out .t td:not(.n){white-space:normal}
.out th,.out td{border-width:0 0 1px}
.formula{display:block;margin:1rem auto} blockquote{border-left:4px solid #0072B2;margin:1rem 0;
padding:.1rem 1rem;background:#f2f7fb} details{margin:.6rem 0} .anchor-link{display:none}
"""
    return own + HtmlFormatter(cssclass="code").get_style_defs()


def _formulas(html: str) -> str:
    """Return a page's part with its formulas drawn; their source is what a screen reader says."""
    parts = re.split(r"(<pre.*?</pre>|<code>.*?</code>)", html, flags=re.DOTALL)
    return "".join(part if i % 2 else _drawn(part) for i, part in enumerate(parts))


def _drawn(html: str) -> str:
    html = re.sub(r"\$\$(.+?)\$\$", lambda m: _formula(m[1], block=True), html, flags=re.DOTALL)
    return re.sub(r"\$([^$<>]+?)\$", lambda m: _formula(m[1], block=False), html)


@cache
def _formula(source: str, *, block: bool) -> str:
    source = " ".join(unescape(source).split())
    drawn = io.BytesIO()
    font = FontProperties(size=_SIZE)
    if block:
        source = source.replace(r"\frac", r"\dfrac")
    depth = mathtext.math_to_image(f"${source}$", drawn, prop=font, dpi=72, format="svg")
    svg = re.sub(r"<metadata>.*?</metadata>", "", drawn.getvalue().decode(), flags=re.DOTALL)
    height = float(re.search(r'height="([\d.]+)pt"', svg)[1]) / _SIZE  # type: ignore[index]
    code = base64.b64encode(svg.encode()).decode()
    place = "" if block else f"vertical-align:-{max(depth, 0) / _SIZE:.3f}em;"
    kind = ' class="formula"' if block else ""
    return (
        f'<img{kind} alt="{escape(source)}" style="{place}height:{height:.3f}em" '
        f'src="data:image/svg+xml;base64,{code}">'
    )


def sizes() -> Iterator[tuple[str, int]]:
    """Yield each page that git holds and its bytes."""
    for path in sorted(PAGES.glob("*.html")):
        yield path.name, path.stat().st_size


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
