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
    """Return what is known of a dataset: its title, citation, licence and variable.

    Args:
        name: Name in the catalogue.

    Returns:
        The entry of the catalogue.

    Raises:
        UnknownNameError: There is no such dataset.

    Example:
        >>> dataset_info("casme2").title
        'CASME II'
    """
    return DATASETS.get(name)


def open_dataset(name: str, root: Path | str | None = None, **options: Any) -> DatasetTable:
    """Read a dataset into one table.

    Args:
        name: `casme`, `casme2`, `casme-squared`, `samm`, `smic` or `folder`.
        root: Folder of the dataset; None asks the environment, then the remembered locations.
        **options: Fields of `ReaderOptions`; one the dataset has no use for is refused.

    Returns:
        The clips that can be used, and every row that was left out or corrected, with reasons.

    Raises:
        UnknownNameError: There is no such dataset.
        DatasetError: The root is missing, or is not what the release looks like.

    Example:
        >>> table = open_dataset("casme2", twin, variant="cropped")
        >>> len(table), table.synthetic, len(table.subjects)
        (8, True, 2)
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
