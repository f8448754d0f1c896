"""Which data a reproduction is made from: the study twins, or a list of roots.

    [roots]
    casme2 = "/data/CASME2"
    samm = "samm"                  # relative to this file

    [options.casme2]
    variant = "raw"

Both go the same way from there on. A dataset that is not in the list is missing, and whatever
needs it says so; a twin that lies where a list points is known to be synthetic by its own mark.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mer_core.datasets.catalog import DATASETS, dataset_info
from mer_core.datasets.table import DatasetTable
from mer_core.errors import MerError, SettingsError
from mer_core.training.experiment import DatasetChoice

TWIN = "twin"


class MissingDataError(MerError):
    """A dataset that an artefact needs is not among the roots."""


@dataclass(frozen=True, kw_only=True)
class Roots:
    """Where each dataset lies.

    Attributes:
        places: Dataset -> folder; None stands for the study twin of every dataset.
        options: Dataset -> reader options.
    """

    places: Mapping[str, Path] | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def has(self, dataset: str) -> bool:
        """Whether the dataset can be opened."""
        return self.places is None or dataset in self.places

    def choice(self, dataset: str) -> DatasetChoice:
        """The dataset as a study takes it.

        Raises:
            MissingDataError: There is no root for it.
        """
        if self.places is None:
            return DatasetChoice(name=dataset, twin="study")
        if dataset not in self.places:
            info = dataset_info(dataset)
            raise MissingDataError(f"{info.title} is not among the roots", remedy=info.licence)
        options = tuple(sorted(self.options.get(dataset, {}).items()))
        return DatasetChoice(name=dataset, root=str(self.places[dataset]), options=options)

    def open(self, dataset: str) -> DatasetTable:
        """The dataset's table; a twin is written first where it is not there yet."""
        return self.choice(dataset).open()


def read_roots(data: str | Path) -> Roots:
    """The roots behind `twin`, or behind a TOML file with a table `[roots]`."""
    if str(data) == TWIN:
        return Roots()
    file = Path(data).expanduser()
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"the list of roots cannot be read ({error})",
            where=file,
            remedy="give 'twin' or a TOML file with a table [roots]",
        ) from error
    places, options = document.get("roots"), document.get("options", {})
    if not isinstance(places, dict) or not places:
        raise SettingsError("there is no table [roots] with a dataset in it", where=file)
    if not all(isinstance(root, str) for root in places.values()):
        raise SettingsError("[roots] must map datasets to paths", where=file)
    if not isinstance(options, dict) or not all(isinstance(own, dict) for own in options.values()):
        raise SettingsError("[options.NAME] must be tables of reader options", where=file)
    for name in (*places, *options):
        DATASETS.get(name)
    found = {name: file.parent / Path(root).expanduser() for name, root in places.items()}
    for name, root in found.items():
        if "\0" in str(root) or not root.is_dir():
            raise SettingsError(f"the root of {name} is not a folder: {root}", where=file)
    return Roots(places={n: root.resolve() for n, root in found.items()}, options=options)
