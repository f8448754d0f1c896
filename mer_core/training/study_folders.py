"""Folders of studies: where they lie, what a name means, and the finished ones that ship.

Shipped studies are there so that results can be read at once. They were run on the demo twin of
CASME II and hold every fold and answer, without weights. Each is copied among the user's studies
once; one that the user deletes stays deleted.
"""

from __future__ import annotations

from pathlib import Path

from mer_core.atomic import atomic_path, write_text
from mer_core.errors import StoreError
from mer_core.folders import data_folder
from mer_core.training.database import connect
from mer_core.training.storage import FILE_NAME


def studies_folder() -> Path:
    """Return the folder of studies unless another is named."""
    return data_folder() / "studies"


def study_folder(where: str | Path) -> Path:
    """The folder that a name or a path of the user means."""
    path = Path(where).expanduser()
    if isinstance(where, Path) or path.is_absolute() or (path / "study.sqlite").is_file():
        return path
    return studies_folder() / where


def list_studies(root: Path | None = None) -> tuple[Path, ...]:
    """List the folders of all studies, by name.

    Args:
        root: Folder to look in; by default `studies_folder()`.

    Returns:
        One folder per study.

    Example:
        >>> [folder.name for folder in list_studies()]
        ['mine']
    """
    return tuple(sorted(file.parent for file in (root or studies_folder()).glob("*/study.sqlite")))


FOLDER = Path(__file__).resolve().parent / "studies"


_INSTALLED = ".shipped"
"""File among the user's studies that names those which have been copied."""


def shipped_names() -> tuple[str, ...]:
    """Names of the studies that ship."""
    return tuple(path.stem for path in sorted(FOLDER.glob("*.sqlite")))


def install_shipped_studies(root: Path | None = None) -> tuple[str, ...]:
    """Copy the shipped studies that have not been copied yet; return their names.

    Args:
        root: Folder of studies; the user's by default.

    Raises:
        StoreError: The folder cannot be written.
    """
    root = root or studies_folder()
    record = root / _INSTALLED
    known = record.read_text(encoding="utf-8").split() if record.exists() else []
    new = [name for name in shipped_names() if name not in known]
    try:
        for name in new:
            target = root / name / FILE_NAME
            if not target.exists():
                with atomic_path(target) as partial:
                    partial.write_bytes((FOLDER / f"{name}.sqlite").read_bytes())
        if new:
            write_text(record, "\n".join([*known, *new]) + "\n")
    except OSError as error:
        raise StoreError(
            f"the studies that ship cannot be copied ({error.strerror})",
            where=root,
            remedy="free some space or set MER_DATA to another folder",
        ) from error
    return tuple(new)


def copy_answers(folder: Path, target: Path) -> None:
    """Copy the study in `folder`, without its networks, into the one file `target`.

    SQLite writes its write-ahead log back into the copy, which can then be read from anywhere.
    Names of machines are left out.
    """
    with atomic_path(target) as partial:
        partial.unlink(missing_ok=True)  # SQLite writes a new file only
        with connect(folder / FILE_NAME) as database:
            database.execute("VACUUM INTO ?", (str(partial),))
        with connect(partial) as copy:
            copy.execute("UPDATE sessions SET host = ''")
