"""Answers of the studies behind tables and figures: kept beside them, without networks.

    figures/answers/<study>/study.sqlite

With them whoever has trained nothing makes the same tables again (`--existing`). Only studies of
twins are kept, which hold nothing that is licensed and no path of anybody's machine.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from mer_core.errors import StoreError
from mer_core.folders import figures_folder
from mer_core.reproduction.manifest import Artifact, Manifest
from mer_core.training.result import StudyResult
from mer_core.training.storage import FILE_NAME, StudyStore
from mer_core.training.study_folders import copy_answers, list_studies

ANSWERS = "answers"
"""Folder beside tables and figures."""


def kept_answers() -> tuple[Path, ...]:
    """List the folders of studies whose answers lie beside the figures."""
    return list_studies(figures_folder() / ANSWERS)


def keep_answers(manifest: Manifest) -> None:
    """Keep the answers behind the results of a folder beside them, and no others.

    Raises:
        StoreError: They cannot be read or written.
    """
    place = manifest.folder / ANSWERS
    sources = {folder.name: folder for folder in (*kept_answers(), *list_studies())}
    wanted = {name for entry in manifest.entries() for name in _studies_of(entry)}
    try:
        for name in sorted(wanted & set(sources)):
            _keep(sources[name], place / name)
        for folder in list_studies(place):
            if folder.name not in wanted:
                shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(
            f"the answers behind the results cannot be kept ({error.strerror})", where=place
        ) from error


def _keep(source: Path, target: Path) -> None:
    """Copy a finished study of twins, unless it lies there already."""
    if source == target:
        return
    found = StudyResult.of(StudyStore(source))
    chosen = found.definition["experiment"].get("datasets", ())
    if not found.complete or not found.synthetic or any(one.get("root") for one in chosen):
        return
    there = target / FILE_NAME
    if not there.exists() or StudyResult.of(StudyStore(target)).digest != found.digest:
        copy_answers(source, there)


def _studies_of(entry: Artifact) -> Iterator[str]:
    """Names of the studies behind a result: listed, or by their control."""
    named = entry.provenance["settings"].get("studies", ())
    yield from named.values() if isinstance(named, Mapping) else named
