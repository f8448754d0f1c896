"""`mer synth`: a synthetic twin of a dataset, in the dataset's own layout."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import click

from mer_core.cli.answer import Answer, answers, table
from mer_core.datasets.synthetic.twins import (
    DEMOS,
    LAYOUTS,
    TwinManifest,
    TwinSettings,
    applicable,
    write_twin_of,
)
from mer_core.errors import SettingsError


@click.command()
@click.argument("dataset", type=click.Choice(LAYOUTS.names()))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@answers
@click.option("--subjects", type=int, help="How many people play.")
@click.option("--clips-per-subject", type=int, help="How many clips each of them plays.")
@click.option("--full", is_flag=True, help="The published subjects and clips of every class.")
@click.option("--seed", type=int, help="Source of everything.  [default: 0; the demo's own]")
@click.option(
    "--defects",
    default="",
    metavar="all|NAME,...",
    help="Plant known defects; `list` names those the layout can carry.",
)
@click.option(
    "--variant",
    type=click.Choice(["raw", "cropped", "both"]),
    default="cropped",
    show_default=True,
    help="Full camera frames, face crops, or both.",
)
@click.option(
    "--size",
    type=int,
    default=160,
    show_default=True,
    help="Height of a face crop; camera frames keep their ratio to it. 0: the release's.",
)
@click.option(
    "--frames", type=int, nargs=2, help="Fewest and most frames of a clip.  [default: typical]"
)
@click.option(
    "--balance",
    type=float,
    help="1 keeps the published class proportions, 0 makes all classes equal.  [default: 1]",
)
@click.option("--workers", type=int, help="Processes to draw with.  [default: one per core]")
def synth(dataset: str, out: Path, **options: Any) -> Answer:
    """Writes a synthetic twin of DATASET into the folder OUT.

    Folders, file names, annotation file, frame rate and durations are the release's; faces and
    annotations are invented, and SYNTHETIC.txt says so. A run that was stopped continues when the
    same command is given again. OUT must be new, empty, or that twin.

    Without --subjects, --clips-per-subject and --full it is the demo set: about a minute on two
    cores for CASME II's 8 subjects x 12 clips, which are short and evened out between classes.

    \b
    --json prints: dataset, root, subjects, clips, classes (label -> clips), defects (defect,
    subject, clip, and what a reader must report: code of the clip, remark on the table), settings.
    """
    if options["defects"] == "list":
        names = applicable(dataset)
        return Answer(document={"dataset": dataset, "defects": names}, text="\n".join(names))
    workers = options.pop("workers")
    if workers is not None and workers < 1:
        raise SettingsError(f"workers is {workers}", remedy="give at least 1")
    settings = _settings(dataset, **options)
    with _Bar(dataset) as bar:
        manifest = write_twin_of(settings, out, progress=bar.show, workers=workers)
    return _answer(manifest)


def _settings(
    dataset: str, *, defects: str, full: bool, size: int, frames: Any, **options: Any
) -> TwinSettings:
    given = {name: value for name, value in options.items() if value is not None}
    given |= {
        "defects": tuple(name.strip() for name in defects.split(",") if name.strip()),
        "size": size or None,
    }
    if frames:
        given["frames"] = frames
    if full:
        return TwinSettings(dataset=dataset, full=True, **given)
    missing = {"subjects", "clips_per_subject"} - set(given)
    if len(missing) == 1:
        name = missing.pop().replace("_", "-")
        raise SettingsError(f"--{name} is missing", remedy="give both numbers or neither")
    if missing:
        return dataclasses.replace(DEMOS.get(dataset), **given)
    return TwinSettings(dataset=dataset, **given)


class _Bar:
    """A progress bar on standard error that starts where an earlier run stopped."""

    def __init__(self, dataset: str) -> None:
        self._title = f"{dataset} twin"
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def show(self, finished: int, total: int) -> None:
        """Moves the bar to `finished` of `total` clips."""
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(
                total=total, initial=finished, unit="clip", desc=self._title, dynamic_ncols=True
            )
        self._bar.update(finished - self._bar.n)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _answer(manifest: TwinManifest) -> Answer:
    classes = Counter(take.label for take in manifest.clips)
    subjects = {take.subject for take in manifest.clips}
    document = {
        "dataset": manifest.dataset,
        "root": manifest.root,
        "subjects": len(subjects),
        "clips": len(manifest.clips),
        "classes": dict(classes.most_common()),
        "defects": [dataclasses.asdict(planted) for planted in manifest.planted],
        "settings": dataclasses.asdict(manifest.settings),
    }
    lines = [
        f"{manifest.root}: synthetic {manifest.dataset}, {len(manifest.clips)} clips "
        f"of {len(subjects)} subjects",
        "",
        table(["class", "clips"], classes.most_common()),
    ]
    if manifest.planted:
        rows = [
            (planted.defect, planted.subject, planted.clip, planted.code or planted.remark or "-")
            for planted in manifest.planted
        ]
        lines += ["", table(["defect", "subject", "clip", "a reader reports"], rows)]
    return Answer(document=document, text="\n".join(lines))
