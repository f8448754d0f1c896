"""Where in a root the clip folders lie: trees recognised by what they hold, not by their names.

Releases are unzipped into folders of the same name, moved, renamed; a tree of clips is whatever
folder holds subject folders that hold folders.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.workbook import SUFFIXES
from mer_core.frame_numbering import is_image

MARKER = "SYNTHETIC.txt"
TRUTH_FOLDER = "ground_truth"
_DEPTH = 5
_SUBJECT = re.compile(r"(?:subject|sub|spno|sp|s|p)?[ ._-]*0*(\d{1,4})(?:\.0+)?", re.IGNORECASE)


def subject_number(text: str) -> int | None:
    """`sub01`, `s01`, `s1`, `01`, `1`, `1.0`, `006` -> the subject's number; else None."""
    match = _SUBJECT.fullmatch(text.strip())
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class ClipFolder:
    """A folder of frames found on disk, keyed as the annotations would name it."""

    subject: str
    clip: str
    path: Path
    group: str = ""


@dataclass(frozen=True)
class ClipFolders:
    """All clip folders of one tree.

    Attributes:
        tree: The folder that holds the subject folders.
        folders: By (subject, clip in lower case).
        repeated: Folders whose key another folder already has.
    """

    tree: Path | None
    folders: Mapping[tuple[str, str], ClipFolder] = field(default_factory=dict)
    repeated: tuple[ClipFolder, ...] = ()

    def find(self, subject: str, clip: str) -> ClipFolder | None:
        """The folder of a clip, whatever the case of its name."""
        return self.folders.get((subject, clip_key(clip)))

    def __iter__(self) -> Iterator[ClipFolder]:
        return iter(self.folders.values())


def clip_key(clip: str) -> str:
    """A clip's name reduced to what distinguishes it: case and outer spaces do not."""
    return clip.strip().casefold()


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder that holds subject folders; `inside` is its path below the root, lower case."""

    path: Path
    inside: str


def find_trees(root: Path) -> tuple[Tree, ...]:
    """Every folder at or below `root` whose children include subject folders holding folders.

    What lies below such a folder is its own business and is not searched again.
    """
    return tuple(_trees(root, root, _DEPTH))


def _trees(root: Path, folder: Path, depth: int) -> Iterator[Tree]:
    children = subfolders(folder)
    if any(subject_number(child.name) is not None and subfolders(child) for child in children):
        inside = root.name if folder == root else folder.relative_to(root).as_posix()
        yield Tree(folder, inside.casefold())
        return
    if depth:
        for child in children:
            if child.name != TRUTH_FOLDER:
                yield from _trees(root, child, depth - 1)


def subfolders(folder: Path) -> tuple[Path, ...]:
    """Folders directly inside, sorted by name; hidden ones and unreadable places are none."""
    try:
        with os.scandir(folder) as entries:
            found = [
                Path(e.path) for e in entries if e.is_dir() and not e.name.startswith((".", "_"))
            ]
    except (PermissionError, NotADirectoryError):
        return ()
    return tuple(sorted(found))


def clip_folders(tree: Path | None, name_subject: Callable[[int], str]) -> ClipFolders:
    """Clips of the common layout `tree/<subject>/<clip>/`."""
    found = (
        ClipFolder(name_subject(number), clip.name.strip(), clip)
        for subject in (subfolders(tree) if tree else ())
        if (number := subject_number(subject.name)) is not None
        for clip in subfolders(subject)
    )
    return index_folders(tree, found)


def index_folders(tree: Path | None, found: Iterable[ClipFolder]) -> ClipFolders:
    """Keys clip folders by subject and clip; a second folder of the same key is set aside."""
    folders: dict[tuple[str, str], ClipFolder] = {}
    repeated = []
    for folder in found:
        if folders.setdefault((folder.subject, clip_key(folder.clip)), folder) is not folder:
            repeated.append(folder)
    return ClipFolders(tree, folders, tuple(repeated))


def find_sheets(root: Path, stems: Sequence[str]) -> tuple[Path, ...]:
    """Annotation files at most two folders below `root`, the likeliest name first.

    `stems` are patterns of file names without suffix, best first; other tables come last, because
    copies are renamed freely.
    """
    patterns = [re.compile(stem, re.IGNORECASE) for stem in stems]

    def rank(path: Path) -> tuple[int, int, int, str]:
        hits = [i for i, pattern in enumerate(patterns) if pattern.search(path.stem)]
        kind = SUFFIXES.index(path.suffix.lower())
        depth = len(path.relative_to(root).parts)
        return hits[0] if hits else len(patterns), depth, kind, path.as_posix()

    return tuple(sorted(_tables(root, 2), key=rank))


def _tables(folder: Path, depth: int) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        path = Path(entry.path)
        if (
            entry.is_file()
            and path.suffix.lower() in SUFFIXES
            and not entry.name.startswith((".", "~"))
        ):
            yield path
        elif entry.is_dir() and depth and not _is_subject_tree(path):
            yield from _tables(path, depth - 1)


def _is_subject_tree(folder: Path) -> bool:
    """Whether a folder holds clips rather than papers; such folders can be enormous."""
    if folder.name == TRUTH_FOLDER or subject_number(folder.name) is not None:
        return True
    return any(subject_number(child.name) is not None for child in subfolders(folder))


def holds_images(folder: Path) -> bool:
    """Whether at least one image lies directly in `folder`."""
    with os.scandir(folder) as entries:
        return any(is_image(entry.name) for entry in entries)


def marker_folder(root: Path) -> Path | None:
    """The folder whose marker file declares everything below it generated."""
    here = root.resolve()
    return next((place for place in (here, *here.parents) if (place / MARKER).is_file()), None)


PREFERENCE = ("cropped", "raw", "long")


@dataclass(frozen=True, kw_only=True)
class FrameTree:
    """Clip folders of one variant.

    Attributes:
        variant: "cropped", "raw" or "long".
        clips: Its clip folders.
        elsewhere: Clip folders of the full frames, to tell a missing crop from a missing clip.
        trimmed: Whether a folder holds exactly onset to offset, so that its ends say something.
        remarks: Trees passed over.
    """

    variant: str
    clips: ClipFolders
    elsewhere: ClipFolders = ClipFolders(None)
    trimmed: bool = True
    remarks: tuple[str, ...] = ()


def crop_or_raw(tree: Tree) -> str | None:
    """Variant by the path: anything called a crop is one, the rest are full frames."""
    return "cropped" if "crop" in tree.inside else "raw"


def keeps_every_frame(tree: Tree) -> bool:
    """Whether a tree holds whole recordings: raw, and not called a selection."""
    return "raw" in tree.inside and "select" not in tree.inside


def find_frame_tree(
    root: Path,
    info: DatasetInfo,
    options: ReaderOptions,
    *,
    name_subject: Callable[[int], str],
    variant_of: Callable[[Tree], str | None] = crop_or_raw,
    index: Callable[[Path | None, Callable[[int], str]], ClipFolders] = clip_folders,
    whole: Callable[[Tree], bool] = keeps_every_frame,
) -> FrameTree:
    """The tree for the variant asked for; trimmed trees before whole ones.

    Args:
        root: The dataset's root.
        info: Its description, for refusals.
        options: Names the variant.
        name_subject: Subject number -> subject key.
        variant_of: Tree -> variant, or None for a tree that is none of the dataset's.
        index: Lists a tree's clip folders.
        whole: Whether a tree holds recordings from start to end.
    """
    trees: dict[str, list[Tree]] = {}
    for tree in find_trees(root):
        if (variant := variant_of(tree)) is not None:
            trees.setdefault(variant, []).append(tree)
    if not trees:
        raise info.not_found(
            "no folder of clips", root, looked_for="folders of subjects that hold folders of frames"
        )
    variant = _choose(trees, options.variant)
    if variant not in trees:
        raise info.not_found(
            f"no {variant} frames, but {' and '.join(trees)} ones",
            root,
            looked_for=f"{variant} clips",
        )
    chosen, *rest = sorted(trees[variant], key=lambda tree: (whole(tree), tree.inside))
    raw = sorted(trees.get("raw", []), key=lambda tree: (whole(tree), tree.inside))
    elsewhere = raw[0].path if variant == "cropped" and raw else None
    passed = [f"several {variant} trees; {chosen.inside} is used, not {t.inside}" for t in rest]
    return FrameTree(
        variant=variant,
        clips=index(chosen.path, name_subject),
        elsewhere=index(elsewhere, name_subject),
        trimmed=not whole(chosen),
        remarks=tuple(passed),
    )


def _choose(trees: dict[str, list[Tree]], requested: str) -> str:
    if requested != "auto":
        return requested
    return next(variant for variant in PREFERENCE if variant in trees)
