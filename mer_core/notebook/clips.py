"""Clips and datasets as notebooks talk of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from mer_core.ami import WEIGHTINGS, frame_weights
from mer_core.attribution.control_maps import motion_share
from mer_core.datasets.catalog import DATASETS
from mer_core.datasets.table import DatasetTable
from mer_core.errors import DatasetError
from mer_core.inputs import Recording, sample_recording
from mer_core.notebook.markup import Card, as_html
from mer_core.plots.curves import weight_curves
from mer_core.plots.matrices import subject_overview


def cut(recording: Recording, first: int, last: int) -> Recording:
    """Return the recording with its expression from frame `first` to frame `last`."""
    return replace(recording, onset=first, offset=last)


def weight_chart(recording: Recording) -> go.Figure:
    """Return the weight of every frame under each reading of the paper's formula."""
    numbers = recording.expression.frame_numbers
    weights = {entry.title: frame_weights(len(numbers), entry.name) for entry in WEIGHTINGS}
    return weight_curves(
        numbers,
        weights,
        key_frames=recording.key_frames,
        synthetic=recording.clip.synthetic,
    )


def weight_sums(recording: Recording) -> pd.DataFrame:
    """Return what the weights add up to, and how much of each image lies where the face moves."""
    region = recording.region
    lines = []
    for entry in WEIGHTINGS:
        image = recording.image(entry.name)
        share = None if region is None else motion_share(image, region)
        lines.append((entry.title, round(float(image.weights.sum()), 6) + 0.0, share))
    names = ["weighting", "weights sum to", "share of contrast where the face moves"]
    return pd.DataFrame(lines, columns=names).set_index("weighting").round(3)


def dataset_frame(tables: Mapping[str, DatasetTable]) -> pd.DataFrame:
    """Return one line for each dataset: rows of its sheet, clips kept, and what was left out."""
    return pd.DataFrame(
        [
            {
                "dataset": DATASETS.get(table.name).title,
                "data": "synthetic" if table.synthetic else "real",
                "rows": table.sheet_rows,
                "clips kept": len(table),
                "left out": len(table.excluded),
                "corrected": len(table.corrected),
                "people": len(table.subjects),
                "shortest, frames": min(len(s.expression_frames()) for s in table),
                "longest, frames": max(len(s.expression_frames()) for s in table),
                "frames per second": table.samples[0].fps,
            }
            for table in tables.values()
        ]
    ).set_index("dataset")


def exclusions(tables: Mapping[str, DatasetTable]) -> Card:
    """Return how many clips were left out of each dataset, by the reason."""
    lines = [
        {"dataset": DATASETS.get(table.name).title, "reason": str(one.reason)}
        for table in tables.values()
        for one in table.excluded
    ]
    if not lines:
        return Card("<p>No row is left out.</p>")
    counts = pd.DataFrame(lines).value_counts(sort=False)
    return Card(as_html(counts.rename("clips").to_frame()))


def sample_of(table: DatasetTable, person: int, label: str, *, number: int = 1) -> Recording:
    """Return a clip of a dataset.

    Args:
        table: The dataset.
        person: Number of the subject, counted from 1.
        label: The coders' word.
        number: Number among this person's clips with that word, counted from 1.

    Raises:
        DatasetError: There is none; the remedy says what the person shows.
    """
    subject = table.subjects[min(person, len(table.subjects)) - 1]
    own = [sample for sample in table if sample.subject == subject]
    found = [sample for sample in own if sample.label == label]
    if len(found) < number:
        shown = ", ".join(sorted({sample.label for sample in own}))
        raise DatasetError(
            f"subject {subject} has {len(found)} clips labelled {label}",
            remedy=f"choose one of: {shown}",
        )
    return sample_recording(found[number - 1])


def titles(tables: Mapping[str, DatasetTable]) -> dict[str, str]:
    """Return title -> name of datasets."""
    return {DATASETS.get(name).title: name for name in tables}


def labels(tables: Mapping[str, DatasetTable]) -> list[str]:
    """Return every coder's word in datasets."""
    return sorted({sample.label for table in tables.values() for sample in table})


def people_chart(table: DatasetTable) -> go.Figure:
    """Return how many clips each subject of a dataset has of each emotion."""
    title = DATASETS.get(table.name).title
    clips = [(sample.subject, sample.label) for sample in table]
    return subject_overview(clips, title=title, synthetic=table.synthetic)


def keeps_face() -> str:
    """Return the weightings under which the face stays visible, as words."""
    return " and ".join(entry.title for entry in WEIGHTINGS if entry.keeps_appearance).lower()


def motion_words(recording: Recording) -> dict[str, str]:
    """Return what the lesson on weightings says of a clip whose moving region is known."""
    region = recording.region
    if region is None:
        raise DatasetError(f"nobody knows what moves in {recording.clip.name}")
    shares = {e.title: motion_share(recording.image(e.name), region) for e in WEIGHTINGS}
    listed = ", ".join(
        f"{share:.0%} under {name.lower()} weights" for name, share in shares.items()
    )
    best = max(shares, key=shares.__getitem__)
    return {"area": f"{region.mean():.0%}", "shares": listed, "best": best}
