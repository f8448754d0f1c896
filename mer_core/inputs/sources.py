"""Where clips can be taken from right now: datasets the user has, and demo twins for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mer_core.datasets.catalog import DATASETS, open_dataset
from mer_core.datasets.locations import locate
from mer_core.datasets.table import DatasetTable
from mer_core.errors import DatasetError, NoRootError


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A dataset that can be opened.

    Attributes:
        dataset: Its name in the catalog.
        title: Display title; a demo twin's says that it is synthetic.
        root: Folder of the dataset.
        demo: Whether it is the demo twin rather than a place the user named.
        problem: Error that kept the user's own copy from being listed; "" without one.
    """

    dataset: str
    title: str
    root: Path
    demo: bool
    problem: str = ""

    def open(self) -> DatasetTable:
        """Open the dataset."""
        return open_dataset(self.dataset, self.root)


def sources() -> tuple[Source, ...]:
    """List every dataset that lies somewhere: the user's copy first, else its finished demo twin.

    Returns:
        One source per dataset that can be opened now.

    Example:
        >>> _ = remember("casme2", twin)
        >>> [source.title for source in sources() if not source.demo]
        ['CASME II']
    """
    found: list[Source] = []
    for info in DATASETS:
        try:
            root = locate(info).root
        except NoRootError:
            found += _demo(info.name, info.title)
        except DatasetError as error:
            found += _demo(info.name, info.title, problem=str(error))
        else:
            found.append(Source(dataset=info.name, title=info.title, root=root, demo=False))
    return tuple(found)


def _demo(name: str, title: str, *, problem: str = "") -> list[Source]:
    """The finished demo twin of a dataset, if there is one."""
    # Imported late: with it comes all that draws faces, which real datasets do without.
    from mer_core.datasets.synthetic.twins import demo_folder, read_manifest

    root = demo_folder(name)
    manifest = read_manifest(root)
    if manifest is None or not manifest.complete:
        return []
    shown = f"{title}, synthetic twin"
    return [Source(dataset=name, title=shown, root=root, demo=True, problem=problem)]
