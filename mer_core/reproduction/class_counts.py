"""What each dataset holds: clips per class beside the paper's counts, and one clip of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mer_core.datasets.catalog import dataset_info
from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.table import DatasetTable
from mer_core.inputs import AmiStore, Imaging, sample_clip, sample_image
from mer_core.paper.published import PUBLISHED
from mer_core.paper.tables import TITLES
from mer_core.plots.static import StaticFigure
from mer_core.plots.static.tiles import Tile, TileBlock, tile_figure
from mer_core.plots.tables import Table
from mer_core.provenance import settings_digest
from mer_core.records import Sample
from mer_core.reproduction.cells import CATALOG_NAMES
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import Product, figure_files, table_files

SCHEME = "paper4"
_TILE = 160


def count_frame(job: Job) -> pd.DataFrame:
    """Return one line for every class of the paper's four datasets.

    Its columns: the paper's name of the dataset, the class, its clips by Section 4.1 and by ours,
    their difference, the people found in the whole dataset and the paper's, whether data are real,
    synthetic or missing, and the version of the annotations.
    """
    lines = []
    for paper_name, name in CATALOG_NAMES.items():
        stated = PUBLISHED.dataset(paper_name)
        table = job.table(name) if job.roots.has(name) else None
        counted = {} if table is None else class_counts(table)
        for label, count in stated.classes.items():
            ours = None if table is None else counted.get(label, 0)
            lines.append(
                {
                    "dataset": paper_name,
                    "name": label,
                    "paper": count,
                    "ours": ours,
                    "difference": None if ours is None else ours - count,
                    "subjects": None if table is None else len(table.subjects),
                    "paper_subjects": stated.subjects,
                    "data": "data missing" if table is None else _kind(table),
                    "sheet": "" if table is None else table.sheet_version,
                }
            )
    return pd.DataFrame(lines).convert_dtypes()


def class_counts(table: DatasetTable) -> dict[str, int]:
    """Clips per class under the paper's recovered scheme."""
    scheme = label_scheme(SCHEME)
    return dict(Counter(label for s in table if (label := scheme.label(s)) is not None))


def make_counts(job: Job) -> BuildResult:
    """The table, and one clip of each dataset as a figure."""
    counts = count_frame(job)
    tables = [job.table(name) for name in CATALOG_NAMES.values() if job.roots.has(name)]
    synthetic = any(table.synthetic for table in tables)
    record = counts.to_csv(index=False, lineterminator="\n")
    return BuildResult(
        products=(
            Product(suffix=".csv", content=record.encode()),
            *table_files(count_table(counts)),
            *(figure_files(_tour(tables, synthetic)) if tables else ()),
        ),
        data_digest=settings_digest(job.digests(*CATALOG_NAMES.values())),
        synthetic=synthetic,
        settings={"scheme": SCHEME},
        warnings=tuple(
            f"{dataset_info(name).title} is missing"
            for name in CATALOG_NAMES.values()
            if not job.roots.has(name)
        ),
        values=counts,
    )


def count_table(counts: pd.DataFrame) -> Table:
    """Return the counts as a reader sees them."""
    counts = counts.astype(object)  # else some versions of pandas map whole numbers as floats
    shown = counts.assign(
        dataset=counts["dataset"].map(lambda name: TITLES[name]),
        difference=counts["difference"].map(_signed, na_action="ignore"),
    )
    names = ["dataset", "name", "paper", "ours", "difference", "paper_subjects", "subjects"]
    header = ["dataset", "class", "paper", "ours", "difference", "subjects, paper", "subjects"]
    frame: Any = shown[names].set_axis(header, axis=1)
    return Table(
        frame=frame.where(frame.notna(), "\N{EN DASH}"),
        title="Clips per class",
        notes=["Twins are small on purpose; their counts are their own."],
        synthetic=bool((counts["data"] == "synthetic").any()),
    )


def _tour(tables: Sequence[DatasetTable], synthetic: bool) -> StaticFigure:
    found = [(table, table.samples[0]) for table in tables]
    names = [f"{dataset_info(table.name).title}\n{sample.label}" for table, sample in found]
    pictures = [_pictures(sample) for _, sample in found]
    frames = TileBlock(
        rows=[row[:3] for row in pictures],
        title="Frames",
        columns=("onset", "apex", "offset"),
        names=names,
    )
    images = TileBlock(
        rows=[row[3:] for row in pictures],
        title="Affective-motion images",
        columns=("Full", "Rank pooling"),
    )
    return tile_figure([[frames, images]], synthetic=synthetic)


def _pictures(sample: Sample) -> list[Tile]:
    clip = sample_clip(sample)
    numbers = np.array(clip.frame_numbers)
    apex = numbers[len(numbers) // 2] if sample.apex is None else sample.apex
    frames = []
    for wanted in (numbers[0], apex, numbers[-1]):
        at = int(np.abs(numbers - wanted).argmin())
        frames.append(Tile(values=clip.frames[at], caption=f"frame {numbers[at]}"))
    for weighting in ("full", "rank-pooling"):
        imaging = Imaging(weighting=weighting, size=(_TILE, _TILE))
        image = sample_image(sample, imaging, store=AmiStore()).image
        frames.append(Tile(values=image, caption=f"{len(clip)} frames"))
    return frames


def _kind(table: DatasetTable) -> str:
    return "synthetic" if table.synthetic else "real"


def _signed(value: int) -> str:
    return f"{value:+d}".replace("-", "\N{MINUS SIGN}")


COUNTS_BUILDER = ArtifactBuilder(
    name="datasets",
    title="Clips per class in each dataset beside the paper's counts, and one clip of each",
    paper_reference="Section 4.1",
    make=make_counts,
    needs=lambda job: {"data": job.digests(*CATALOG_NAMES.values()), "scheme": SCHEME},
)
