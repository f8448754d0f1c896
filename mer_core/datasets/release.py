"""What is known of a dataset before its root is seen: names, habits, and how to get it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from mer_core.datasets.table import DatasetTable
from mer_core.errors import DatasetError, SettingsError

VARIANTS = ("auto", "cropped", "raw", "long")
EXPRESSIONS = ("both", "micro", "macro")
LABEL_SOURCES = ("prefix", "estimated", "self-report")


@dataclass(frozen=True, kw_only=True)
class ReaderOptions:
    """A user's choices about what a table holds.

    Attributes:
        variant: Variant of the frames; "auto" takes face crops where they exist, else full frames.
        expression: Micro-expressions, macro-expressions or both, where a dataset mixes them.
        label_source: Source of the label, where a dataset has several: the stimulus in the
            clip's name, the coders' estimate, or the subject's own report.
        require_apex: Leave out clips without an apex.
        exclude: Clips to leave out, as `subject/clip`.
        corrections: A corrections file of the user's own, applied after the shipped one.
        sheet: The annotation file, where there are several or its name hides it.
        images: Also read every image's header and compare sizes within a clip.
    """

    variant: str = "auto"
    expression: str = "both"
    label_source: str = "prefix"
    require_apex: bool = False
    exclude: Collection[str] = ()
    corrections: Path | None = None
    sheet: Path | None = None
    images: bool = False

    def __post_init__(self) -> None:
        for name, allowed in (
            ("variant", VARIANTS),
            ("expression", EXPRESSIONS),
            ("label_source", LABEL_SOURCES),
        ):
            if getattr(self, name) not in allowed:
                raise SettingsError(
                    f"{getattr(self, name)!r} is no {name.replace('_', ' ')}",
                    remedy=f"choose one of: {', '.join(allowed)}",
                )


COMMON_OPTIONS = frozenset({"variant", "require_apex", "exclude", "corrections", "sheet", "images"})


@dataclass(frozen=True, kw_only=True)
class DatasetInfo:
    """A dataset the workbench can read.

    Attributes:
        name: Name on the command line.
        title: The name its owners use.
        citation: The paper that introduced it.
        licence: Way to obtain a copy.
        read: Opens a root.
        fps: Frames per second of the recordings; None where clips differ.
        sheet_name: The annotation file as released.
        sheets: Patterns of the annotation file's name, best first; () where there is none.
        layout: Example of a clip folder, for messages and documentation.
        options: Options of the reader beyond those every reader has.
    """

    name: str
    title: str
    citation: str
    licence: str
    read: Callable[[Path, ReaderOptions], DatasetTable]
    fps: float | None
    sheet_name: str
    sheets: tuple[str, ...]
    layout: tuple[str, ...]
    options: frozenset[str] = field(default_factory=frozenset)

    @property
    def environment(self) -> str:
        """The environment variable that names its root."""
        return f"MER_{self.name.upper().replace('-', '_')}_ROOT"

    def not_found(self, what: str, where: Path | str, *, looked_for: str = "") -> DatasetError:
        """The refusal for a root that holds no such release: what, where, how to obtain it."""
        sought = f" (looked for {looked_for})" if looked_for else ""
        return DatasetError(
            f"{what}{sought}",
            where=where,
            remedy=f"{self.title} is laid out as {' or '.join(self.layout)}; {self.licence}",
        )
