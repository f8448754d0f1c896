"""What each dataset holds: clips per class beside the paper's counts, and one clip of each."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from mer_core.datasets.catalog import dataset_info
from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.table import DatasetTable
from mer_core.inputs import AmiStore, Imaging, sample_clip, sample_image
from mer_core.paper.published import PUBLISHED
from mer_core.plots.colour import Rgb
from mer_core.plots.grid import Cell, labelled_grid
from mer_core.plots.raster import enlarge, png_bytes, stamp_synthetic
from mer_core.provenance import settings_digest
from mer_core.records import Sample
from mer_core.reproduction.cells import CATALOG_NAMES
from mer_core.reproduction.job import Job, Made, Maker, Product

SCHEME = "paper4"
_TILE = 112


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """One class of one dataset.

    Attributes:
        dataset: The paper's name.
        name: The class.
        paper: Clips by Section 4.1.
        ours: Clips found; None where the data are missing.
        difference: Ours less the paper's.
        subjects: People found in the whole dataset.
        paper_subjects: The paper's.
        data: "real", "synthetic" or "data missing".
        sheet: Version of the annotations.
    """

    dataset: str
    name: str
    paper: int
    ours: int | None
    difference: int | None
    subjects: int | None
    paper_subjects: int
    data: str
    sheet: str


def count_rows(job: Job) -> tuple[CountRow, ...]:
    """Every class of the paper's four datasets."""
    rows: list[CountRow] = []
    for paper_name, name in CATALOG_NAMES.items():
        stated = PUBLISHED.dataset(paper_name)
        table = job.table(name) if job.roots.has(name) else None
        counted = {} if table is None else class_counts(table)
        for label, count in stated.classes.items():
            ours = None if table is None else counted.get(label, 0)
            rows.append(
                CountRow(
                    dataset=paper_name,
                    name=label,
                    paper=count,
                    ours=ours,
                    difference=None if ours is None else ours - count,
                    subjects=None if table is None else len(table.subjects),
                    paper_subjects=stated.subjects,
                    data="data missing" if table is None else _kind(table),
                    sheet="" if table is None else table.sheet_version,
                )
            )
    return tuple(rows)


def class_counts(table: DatasetTable) -> dict[str, int]:
    """Clips per class under the paper's recovered scheme."""
    scheme = label_scheme(SCHEME)
    return dict(Counter(label for s in table if (label := scheme.label(s)) is not None))


def make_counts(job: Job) -> Made:
    """The table as CSV and Markdown, and one clip of each dataset as pictures."""
    rows = count_rows(job)
    tables = [job.table(name) for name in CATALOG_NAMES.values() if job.roots.has(name)]
    synthetic = any(table.synthetic for table in tables)
    sheet = [Product(suffix=".png", content=_tour(tables, synthetic))] if tables else []
    return Made(
        products=(
            Product(suffix=".csv", content=as_csv(rows).encode()),
            Product(suffix=".md", content=markdown(rows).encode()),
            *sheet,
        ),
        data_digest=settings_digest(job.digests(*CATALOG_NAMES.values())),
        synthetic=synthetic,
        settings={"scheme": SCHEME},
        warnings=tuple(
            f"{dataset_info(name).title} is missing"
            for name in CATALOG_NAMES.values()
            if not job.roots.has(name)
        ),
        values=rows,
    )


def as_csv(rows: Sequence[CountRow]) -> str:
    """All fields."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [f.name for f in fields(CountRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return text.getvalue()


def markdown(rows: Sequence[CountRow]) -> str:
    """The table with its legend."""
    lines = ["| dataset | class | paper | ours | difference | subjects | data |"]
    lines.append("|---|---|---:|---:|---:|---:|---|")
    for row in rows:
        cells = [row.dataset, row.name, row.paper, _shown(row.ours), _signed(row.difference)]
        cells += [f"{_shown(row.subjects)} / {row.paper_subjects}", row.data]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    table = "\n".join(lines)
    note = "Subjects: ours / the paper's. Twins are small on purpose; their counts are their own."
    return f"# Clips per class\n\n{table}\n\n{note}\n"


def _tour(tables: Sequence[DatasetTable], synthetic: bool) -> bytes:
    cells, names = [], []
    for table in tables:
        sample = table.samples[0]
        cells.append(_pictures(sample))
        names.append(f"{table.name}: {sample.label}")
    grid = labelled_grid(
        cells, rows=names, columns=("onset", "apex", "offset", "AMI, full", "AMI, rank-pooling")
    )
    return png_bytes(stamp_synthetic(grid) if synthetic else grid)


def _pictures(sample: Sample) -> list[Cell]:
    clip = sample_clip(sample)
    numbers = np.array(clip.frame_numbers)
    apex = numbers[len(numbers) // 2] if sample.apex is None else sample.apex
    frames = []
    for wanted in (numbers[0], apex, numbers[-1]):
        at = int(np.abs(numbers - wanted).argmin())
        frames.append(Cell(picture=_fit(clip.frames[at]), caption=f"frame {numbers[at]}"))
    for weighting in ("full", "rank-pooling"):
        imaging = Imaging(weighting=weighting, size=(_TILE, _TILE))
        image = sample_image(sample, imaging, store=AmiStore()).image
        frames.append(Cell(picture=image, caption=f"{len(clip)} frames"))
    return frames


def _fit(frame: Rgb) -> Rgb:
    return enlarge(frame, (_TILE, _TILE), smooth=True)


def _kind(table: DatasetTable) -> str:
    return "synthetic" if table.synthetic else "real"


def _shown(value: int | None) -> str:
    return "" if value is None else str(value)


def _signed(value: int | None) -> str:
    return "" if value is None else f"{value:+d}"


COUNTS_MAKER = Maker(
    name="datasets",
    title="Clips per class in each dataset beside the paper's counts, and one clip of each",
    place="Section 4.1",
    make=make_counts,
    needs=lambda job: {"data": job.digests(*CATALOG_NAMES.values()), "scheme": SCHEME},
)
