"""`mer data`: what lies in a dataset's root, and where each dataset is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from mer_core.cli.groups import SuggestingGroup
from mer_core.cli.images import build, cache
from mer_core.cli.names import DATASET
from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.datasets.catalog import DATASETS, dataset_info, open_dataset
from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.locations import forget, locate, locations_file, read_locations, remember
from mer_core.datasets.release import EXPRESSIONS, LABEL_SOURCES, VARIANTS
from mer_core.datasets.report import DatasetReport, check_dataset
from mer_core.errors import DatasetError

_SHOWN = 12


@click.group(cls=SuggestingGroup)
def data() -> None:
    """Check a dataset, and say where each is kept."""


data.add_command(build)
data.add_command(cache)


@data.command()
@prints_output
@click.argument("dataset", type=DATASET)
@click.argument("root", required=False, type=click.Path(path_type=Path))
@click.option("--variant", type=click.Choice(VARIANTS), default="auto", help="Frames to read.")
@click.option("--expression", type=click.Choice(EXPRESSIONS), help="casme-squared: which kind.")
@click.option(
    "--label-source", type=click.Choice(LABEL_SOURCES), help="casme-squared: what a label says."
)
@click.option("--scheme", help="Show the counts of this label scheme only.")
@click.option("--sheet", type=click.Path(path_type=Path), help="The annotation file to read.")
@click.option("--corrections", type=click.Path(path_type=Path), help="Your own corrections CSV.")
@click.option("--exclude", multiple=True, metavar="SUBJECT/CLIP", help="Leave a clip out.")
@click.option("--require-apex", is_flag=True, help="Leave out clips without an apex.")
@click.option("--images", is_flag=True, help="Read every image's header and compare sizes.")
@click.option("--all", "everything", is_flag=True, help="Show every line, not the first few.")
def check(
    dataset: str, root: Path | None, scheme: str | None, everything: bool, **options: Any
) -> CommandOutput:
    """Compare a copy of DATASET below ROOT with its sheet and with the paper.

    Without ROOT, the environment variable MER_<DATASET>_ROOT or `mer data add` says where.
    Exit code 0: usable, every difference is a warning; 2: unusable.

    \b
    JSON keys:
      dataset, root, variant, options, synthetic, digest
      sheet, sheet_version, sheet_rows
      clips, subjects       how many
      classes               word -> clips found
      excluded              clip, reason, detail, row
      corrected             clip, code, field, old, new, reason, source
      findings              clip, code, detail
      counts                scheme -> source, remarks, classes (class -> found, sheet, paper)
      derived, remarks
    """
    chosen = {name: value for name, value in options.items() if value}
    report = check_dataset(open_dataset(dataset, root, **chosen))
    return CommandOutput(
        document=report.document(),
        text="\n".join(_lines(report, scheme, None if everything else _SHOWN)),
        warnings=report.table.warnings,
        refused=not report.usable,
    )


@data.command()
@prints_output
@click.argument("dataset", type=DATASET)
@click.argument("root", type=click.Path(path_type=Path))
def add(dataset: str, root: Path) -> CommandOutput:
    """Remember that DATASET lies in ROOT.

    \b
    JSON keys:
      dataset, root, file
    """
    info = dataset_info(dataset)
    found = locate(info, root).root.resolve()
    file = remember(dataset, found)
    document = {"dataset": dataset, "root": found, "file": file}
    return CommandOutput(
        document=document, text=f"{info.title} is read from {found} (kept in {file})"
    )


@data.command("list")
@prints_output
def list_() -> CommandOutput:
    """Show every dataset and where it is read from.

    \b
    JSON keys:
      file       where roots are remembered
      datasets   name, title, root, source, exists, environment, citation, licence of each
    """
    rows = []
    for info in DATASETS:
        try:
            location = locate(info)
            root, source, exists = location.root, location.source, True
        except DatasetError:
            kept = read_locations().get(info.name)
            root, source, exists = kept, "", False
        rows.append(
            {
                "name": info.name,
                "title": info.title,
                "root": root,
                "source": source,
                "exists": exists,
                "environment": info.environment,
                "citation": info.citation,
                "licence": info.licence,
            }
        )
    text = table(
        ("Dataset", "Name", "Root", "From"),
        [(r["title"], r["name"], _place(r["root"], r["exists"]), r["source"]) for r in rows],
    )
    return CommandOutput(document={"file": locations_file(), "datasets": rows}, text=text)


@data.command()
@prints_output
@click.argument("dataset", type=DATASET)
def remove(dataset: str) -> CommandOutput:
    """Forget where DATASET lies; the data stay untouched.

    \b
    JSON keys:
      dataset, removed
    """
    dataset_info(dataset)
    removed = forget(dataset)
    title = dataset_info(dataset).title
    text = f"the root of {title} is forgotten" if removed else f"no root was kept for {title}"
    return CommandOutput(document={"dataset": dataset, "removed": removed}, text=text)


def _place(root: Path | None, exists: bool) -> str:
    if root is None:
        return "-"
    return str(root) if exists else f"{root} (not there)"


def _lines(report: DatasetReport, scheme: str | None, shown: int | None) -> Iterator[str]:
    found = report.table
    yield report.headline
    if found.synthetic:
        yield "These clips are SYNTHETIC: no number from them says anything about real faces."
    if found.sheet is not None:
        yield f"sheet: {found.sheet.name}, version {found.sheet_version}"
    for name, value in found.options.items():
        yield f"{name.replace('_', ' ')}: {value}"
    for counts in report.counts:
        if scheme is None or counts.scheme == scheme:
            yield ""
            title = label_scheme(counts.scheme).title
            yield f"{title} [{counts.scheme}]" + (
                f" (paper: {counts.source})" if counts.source else ""
            )
            yield table(
                ("Class", "Found", "Sheet", "Paper"),
                [(c.name, c.found, c.sheet, c.paper) for c in (*counts.classes, counts.total)],
            )
            yield from (f"  {remark}" for remark in counts.remarks)
    excluded = [(e.key, e.code, e.detail) for e in found.excluded]
    corrected = [(c.key, c.code, c.detail) for c in found.corrected]
    findings = [(f.key, f.code, f.detail) for f in found.findings]
    for title, rows in (("Excluded", excluded), ("Corrected", corrected), ("Noticed", findings)):
        yield from _section(title, rows, shown)


def _section(title: str, rows: Sequence[tuple[str, str, str]], shown: int | None) -> Iterator[str]:
    yield ""
    yield f"{title}: {len(rows) or 'none'}"
    if rows:
        yield table(("Clip", "Reason", "Detail"), rows[:shown])
    if shown is not None and len(rows) > shown:
        yield f"... and {len(rows) - shown} more; --all shows them"
