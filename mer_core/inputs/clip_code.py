"""Where a clip comes from, written as Python: what all exported scripts share; and one of them.

The script here makes an affective-motion image again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mer_core.ami import AffectiveMotionImage


class ClipCode(Protocol):
    """Python code that loads a clip."""

    @property
    def imports(self) -> str:
        """The line that imports what `code` needs."""
        ...

    @property
    def code(self) -> str:
        """An expression that is a `Recording`."""
        ...


@dataclass(frozen=True, kw_only=True)
class ClipFile:
    """A clip on disk: a folder of images, a video or a zip, and which of its frames."""

    path: Path
    first: int | None = None
    last: int | None = None
    crop: bool = True
    imports: str = "from mer_core.inputs.own_clip import open_recording"

    @property
    def code(self) -> str:
        """See `ClipCode`; the first argument of the script replaces the path."""
        path = f"sys.argv[1] if len(sys.argv) > 1 else {str(self.path)!r}"
        return (
            f"open_recording(\n    {path},\n    first={self.first},\n    last={self.last},\n"
            f"    crop={self.crop},\n)"
        )


@dataclass(frozen=True, kw_only=True)
class SyntheticClip:
    """A clip that the synthetic face makes."""

    subject: int
    emotion: str
    seed: int
    size: int = 224
    imports: str = "from mer_core.inputs import synthetic_recording"

    @property
    def code(self) -> str:
        """See `ClipCode`."""
        return (
            f"synthetic_recording(\n    subject={self.subject},\n    emotion={self.emotion!r},\n"
            f"    seed={self.seed},\n    size={self.size},\n)"
        )


@dataclass(frozen=True, kw_only=True)
class DatasetClip:
    """A clip of a dataset, under the root where it lay.

    Attributes:
        dataset: Catalogue name.
        root: Folder of the dataset.
        subject: Person in the clip.
        clip: Name of the clip.
        options: Reader options as (name, value) pairs.
        crop: Whether the face is found and aligned; None where the frames show more.
        stabilise: Whether rigid head motion is undone.
        imports: See `ClipCode`.
    """

    dataset: str
    root: Path
    subject: str
    clip: str
    options: tuple[tuple[str, Any], ...] = ()
    crop: bool | None = None
    stabilise: bool = False
    imports: str = (
        "from mer_core.datasets.catalog import open_dataset\n"
        "from mer_core.inputs import sample_recording"
    )

    @property
    def code(self) -> str:
        """See `ClipCode`; the first argument of the script replaces the root."""
        root = f"sys.argv[1] if len(sys.argv) > 1 else {str(self.root)!r}"
        options = "".join(f", {name}={value!r}" for name, value in self.options)
        chosen = "" if self.crop is None else f",\n    crop={self.crop}"
        chosen += ",\n    stabilise=True" if self.stabilise else ""
        return (
            f"sample_recording(\n    next(\n        sample\n        for sample in open_dataset("
            f"{self.dataset!r}, {root}{options})\n        if (sample.subject, sample.clip) == "
            f"({self.subject!r}, {self.clip!r})\n    ){chosen}\n)"
        )


def quotable(text: str) -> str:
    """Text that cannot end a script's docstring."""
    return text.replace("\\", "/").replace('"', "'")


_SCRIPT = '''"""The affective-motion image of {name}.

{note}Run: python {file} [CLIP] [OUT.npy]
"""

import sys
from dataclasses import replace

import numpy as np

{imports}

recording = {recording}
image = replace(recording, onset={first}, offset={last}).image({weighting!r})
assert image.digest == {digest!r}, "another clip"
np.save(sys.argv[2] if len(sys.argv) > 2 else {array!r}, image.total, allow_pickle=False)
'''


def ami_script(
    clip: ClipCode,
    image: AffectiveMotionImage,
    *,
    frames: tuple[int, int] | None = None,
    name: str = "ami",
    title: str = "a clip",
    synthetic: bool,
) -> str:
    """Python source that makes `image` again and writes its raw sum as `name`.npy.

    Args:
        clip: Source of the frames.
        image: Expected image, whole or in part.
        frames: Numbers of the first and the last frame, where they are not the expression's.
        name: Stem of the script and its array, without a suffix.
        title: Title of the clip, for the first line.
        synthetic: Whether the clip was generated.
    """
    first, last = frames or (image.frame_numbers[0], image.frame_numbers[-1])
    return _SCRIPT.format(
        name=quotable(title),
        note="Synthetic data: says nothing about real faces.\n" if synthetic else "",
        file=f"{name}.py",
        imports=clip.imports,
        recording=clip.code,
        first=first,
        last=last,
        weighting=image.weighting,
        digest=image.digest,
        array=f"{name}.npy",
    )
