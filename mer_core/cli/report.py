"""`mer report`: all results in one file to send."""

from __future__ import annotations

from pathlib import Path

import click

from mer_core.cli.output import CommandOutput, check_target, prints_output
from mer_core.folders import figures_folder


@click.command()
@click.argument("target", metavar="OUT.html", type=click.Path(dir_okay=False, path_type=Path))
@prints_output
@click.option(
    "--from",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=figures_folder,
    show_default="figures, in the checkout or among your results",
    help="Folder of results, written by `mer reproduce`.",
)
@click.option("--overwrite", is_flag=True, help="Replace OUT.html if it exists.")
def report(target: Path, folder: Path, overwrite: bool) -> CommandOutput:
    """Bundle tables, interactive plots and provenance in one HTML file.

    The file opens in any browser, without a network.

    \b
    JSON keys:
      file, bytes, synthetic
      artefacts   number of tables and figures
      missing     name -> reason
    """
    from mer_core.atomic import write_text
    from mer_core.reproduction.manifest import Manifest
    from mer_core.reproduction.report import report as page

    check_target(target, suffix=".html", overwrite=overwrite)
    write_text(target, page(folder))
    manifest = Manifest(folder)
    entries, missing = manifest.entries(), manifest.missing()
    size = target.stat().st_size
    synthetic = any(entry.synthetic for entry in entries)
    note = "\nSYNTHETIC DATA: these figures say nothing about real faces." if synthetic else ""
    return CommandOutput(
        document={
            "file": target,
            "bytes": size,
            "artefacts": len(entries),
            "missing": missing,
            "synthetic": synthetic,
        },
        text=f"{target}: {len(entries)} files of results, {size / 2**20:.1f} MiB{note}",
        warnings=[f"{name} is not in it: {reason}" for name, reason in missing.items()],
    )
