"""The frames of a dataset that a reader chose: which tree, cropped or raw, whole or trimmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mer_core.datasets.layout import ClipFolders, Tree, clip_folders, find_trees
from mer_core.datasets.release import DatasetInfo, ReaderOptions

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
