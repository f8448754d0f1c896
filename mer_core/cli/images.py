"""`mer data build` and `mer data cache`: derived images made ahead of time, and where they lie."""

from __future__ import annotations

from pathlib import Path

import click

from mer_core.ami import DEFAULT_WEIGHTING, WEIGHTINGS
from mer_core.cli.names import DATASET
from mer_core.cli.output import CommandOutput, prints_output
from mer_core.cli.progress import Progress, resumable
from mer_core.datasets.catalog import dataset_info, open_dataset
from mer_core.errors import SettingsError
from mer_core.inputs import AmiStore, Imaging, InputSet, StoreInfo, build_inputs
from mer_core.records import InputKind, InputSpec


@click.command()
@prints_output
@click.argument("dataset", type=DATASET)
@click.argument("root", required=False, type=click.Path(path_type=Path))
@click.option(
    "--weighting",
    type=click.Choice(WEIGHTINGS.names()),
    default=DEFAULT_WEIGHTING,
    show_default=True,
    help="Frame weights of the affective-motion images.",
)
@click.option(
    "--size",
    type=click.IntRange(16, 1024),
    default=112,
    show_default=True,
    help="Height and width of the images, pixels.",
)
@click.option(
    "--crop/--no-crop", default=None, help="Align the face.  [default: where frames are not crops]"
)
@click.option(
    "--workers", type=click.IntRange(1), help="Number of processes.  [default: one per core]"
)
def build(
    dataset: str,
    root: Path | None,
    weighting: str,
    size: int,
    crop: bool | None,
    workers: int | None,
) -> CommandOutput:
    """Build every affective-motion image of DATASET into the cache.

    What is there already is kept, so an interrupted build continues where it stopped.

    \b
    JSON keys:
      dataset, synthetic
      images   how many are in the cache now
      failed   clip and reason of each that is not
      cache    folder, entries, bytes, limit
    """
    table = open_dataset(dataset, root)
    store = AmiStore()
    spec = InputSpec(kind=InputKind.AMI, size=(size, size), weighting=weighting)
    inputs = InputSet(table.samples, spec, store, Imaging(weighting=weighting, crop=crop))
    failed: list[dict[str, str]] = []
    title = dataset_info(dataset).title
    with resumable(), Progress(f"images of {title}", unit="clips") as progress:
        for done, built in enumerate(build_inputs(inputs, workers=workers), start=1):
            progress.show(done, len(inputs))
            if built.failure is not None:
                failed.append({"clip": built.sample.key, "reason": built.failure})
    kept = len(inputs) - len(failed)
    return CommandOutput(
        document={
            "dataset": dataset,
            "synthetic": table.synthetic,
            "images": kept,
            "failed": failed,
            "cache": _document(store.info()),
        },
        text=f"{kept} of {len(inputs)} images of {title}"
        f"{' (synthetic)' if table.synthetic else ''} are in {store.folder}",
        warnings=[f"{failure['clip']}: {failure['reason']}" for failure in failed],
        refused=kept == 0,
    )


@click.command()
@prints_output
@click.option("--info", is_flag=True, help="Show what the cache holds.")
@click.option("--clear", is_flag=True, help="Remove every derived image; they can be rebuilt.")
def cache(info: bool, clear: bool) -> CommandOutput:
    """Show or clear the cache of derived images.

    \b
    JSON keys:
      folder, entries, bytes, limit   as before clearing
      cleared                         whether they are gone
    """
    if info == clear:
        raise SettingsError("say what to do with the cache", remedy="give --info or --clear")
    store = AmiStore()
    found = store.clear() if clear else store.info()
    verb = "held and now gone" if clear else "held"
    return CommandOutput(
        document={**_document(found), "cleared": clear},
        text=f"{found.entries} images, {found.bytes / 2**20:.1f} of {found.limit / 2**20:.0f} MiB "
        f"{verb} in {found.folder}",
    )


def _document(info: StoreInfo) -> dict[str, object]:
    return {
        "folder": info.folder,
        "entries": info.entries,
        "bytes": info.bytes,
        "limit": info.limit,
    }
