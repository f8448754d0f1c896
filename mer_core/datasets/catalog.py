"""The datasets by name: the one place that knows them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mer_core.datasets import casme, casme2, casme_squared, folder, samm, smic
from mer_core.datasets.locations import locate
from mer_core.datasets.release import COMMON_OPTIONS, DatasetInfo, ReaderOptions
from mer_core.datasets.table import DatasetTable
from mer_core.errors import SettingsError
from mer_core.registry import Registry

DATASETS: Registry[DatasetInfo] = Registry("dataset")

for _module in (casme, casme2, casme_squared, samm, smic, folder):
    DATASETS.register(_module.INFO.name, _module.INFO)


def dataset_info(name: str) -> DatasetInfo:
    """What is known of the dataset called `name`."""
    return DATASETS.get(name)


def list_datasets() -> tuple[DatasetInfo, ...]:
    """All datasets, the paper's first."""
    return tuple(DATASETS)


def open_dataset(name: str, root: Path | str | None = None, **options: Any) -> DatasetTable:
    """Reads a dataset into one table.

    Args:
        name: `casme`, `casme2`, `casme-squared`, `samm`, `smic` or `folder`.
        root: Where it lies; None asks the environment, then the remembered locations.
        **options: Fields of `ReaderOptions`; one the dataset has no use for is refused.

    Example:
        >>> table = open_dataset("casme2", "/data/CASME2", variant="cropped")  # doctest: +SKIP
        >>> len(table), table.sheet_version  # doctest: +SKIP
        (255, '20140508')
    """
    info = dataset_info(name)
    able = COMMON_OPTIONS | info.options
    if unknown := sorted(set(options) - able):
        raise SettingsError(
            f"{name} has no option {', '.join(unknown)}",
            remedy=f"its options are {', '.join(sorted(able))}",
        )
    location = locate(info, None if root is None else Path(root))
    return info.read(location.root, ReaderOptions(**options))
