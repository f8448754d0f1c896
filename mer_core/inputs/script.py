"""A short Python script that makes an affective-motion image again."""

from __future__ import annotations

from mer_core.ami import AffectiveMotionImage
from mer_core.inputs.clip_code import ClipCode, quotable

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
        clip: Where the frames come from.
        image: What it must give, whole or in part.
        frames: Numbers of the first and the last frame, where they are not the expression's.
        name: Of the script and its array, without a suffix.
        title: Of the clip, for the first line.
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
