"""Where a user keeps each dataset: an explicit root, the environment, or a small TOML.

    [roots]
    casme2 = "/data/CASME2"

lies in the platform's configuration folder as `datasets.toml`, written by `mer data add`. An
explicit root wins over the environment variable (`MER_CASME2_ROOT`), which wins over the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from mer_core.atomic import write_bytes
from mer_core.datasets.release import DatasetInfo
from mer_core.errors import DatasetError, NoRootError, SettingsError
from mer_core.folders import config_folder


@dataclass(frozen=True, slots=True)
class Location:
    """A dataset's root and who said so."""

    root: Path
    source: str


def locations_file() -> Path:
    """The TOML that remembers roots."""
    return config_folder() / "datasets.toml"


def read_locations() -> Mapping[str, Path]:
    """Dataset name -> root, as written down; empty before anything is."""
    return {name: Path(root) for name, root in _document().get("roots", {}).items()}


def locate(info: DatasetInfo, root: Path | None = None) -> Location:
    """Find the root to read: the one given, the environment's, or the remembered one.

    Args:
        info: Entry of the catalogue.
        root: Folder that the user names.

    Returns:
        The folder, and where it was named.

    Raises:
        NoRootError: Nobody names a root; the message says every way.
        DatasetError: The root does not exist, or the file of remembered roots cannot be read.

    Example:
        >>> locate(dataset_info("casme2"), twin).root == twin
        True
    """
    if root is not None:
        location = Location(root.expanduser(), "given")
    elif chosen := os.environ.get(info.environment):
        location = Location(Path(chosen).expanduser(), info.environment)
    elif (kept := read_locations().get(info.name)) is not None:
        location = Location(kept, str(locations_file()))
    else:
        raise NoRootError(
            f"no root is known for {info.title}",
            where=info.name,
            remedy=f"run `mer data add {info.name} ROOT`, set {info.environment} or give the root; "
            f"to obtain it, {info.licence}",
        )
    if not location.root.is_dir():
        raise info.not_found(f"no such folder ({location.source})", location.root)
    return location


def remember(name: str, root: Path) -> Path:
    """Write down where a dataset lies, absolute; an earlier root is replaced.

    Args:
        name: Name in the catalogue.
        root: Its folder.

    Returns:
        The file in which roots are remembered.

    Raises:
        DatasetError: The file of remembered roots cannot be read.
        SettingsError: It cannot be written.

    Example:
        >>> remember("casme2", twin).name
        'datasets.toml'
    """
    document = _document()
    roots = {**document.get("roots", {}), name: str(root.expanduser().resolve())}
    return _write({**document, "roots": roots})


def forget(name: str) -> bool:
    """Remove a root from the file of remembered ones; the data are not touched.

    Args:
        name: Name in the catalogue.

    Returns:
        Whether the file held one.

    Raises:
        DatasetError: The file of remembered roots cannot be read.
        SettingsError: It cannot be written.

    Example:
        >>> forget("samm")
        False
    """
    document = _document()
    roots = dict(document.get("roots", {}))
    if roots.pop(name, None) is None:
        return False
    _write({**document, "roots": roots})
    return True


def _document() -> dict[str, dict[str, str]]:
    file = locations_file()
    if not file.is_file():
        return {}
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"the list of datasets cannot be read ({error})",
            where=file,
            remedy="repair or delete it",
        ) from error
    roots = document.get("roots", {})
    if not isinstance(roots, dict) or not all(isinstance(root, str) for root in roots.values()):
        raise DatasetError("[roots] must map names to paths", where=file)
    return document


def _write(document: dict[str, dict[str, str]]) -> Path:
    file = locations_file()
    try:
        write_bytes(file, tomli_w.dumps(document).encode())
    except OSError as error:
        raise SettingsError(
            f"the location cannot be remembered ({error.strerror})",
            where=file,
            remedy="free some space or set MER_CONFIG to another folder",
        ) from error
    return file
