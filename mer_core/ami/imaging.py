"""The affective-motion image: a weighted sum of frames and the picture made of it.

The publication gives no normalisation. Here the raw sum is mapped to 0..255 by one minimum and
one maximum over all pixels and channels of the clip, so colours keep their relations:

    image = round(scale * total + offset)      scale = 255 / (maximum - minimum)
                                               offset = -minimum * scale
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.ami.accumulation import Frame, ParallelFrames, Total, weighted_sum
from mer_core.ami.weighting import DEFAULT_WEIGHTING, Weights, frame_weights
from mer_core.errors import FrameError, SettingsError
from mer_core.records import Clip, array_digest


@dataclass(frozen=True, eq=False, kw_only=True)
class AffectiveMotionImage:
    """A clip as one image, with all that is needed to take it apart again.

    `total` is linear in the frames: the contribution of frame i is `weights[i] * frame_i`
    exactly, and `scale` and `offset` are constants of the clip.

    Attributes:
        total: H x W x 3 raw weighted sum, float32.
        weights: One weight per frame, float64.
        weighting: The name of the reading that gave them.
        frame_numbers: The recording's own number of each frame.
    """

    total: Total
    weights: Weights
    weighting: str
    frame_numbers: tuple[int, ...]

    @cached_property
    def minimum(self) -> float:
        """Least value of `total` over all pixels and channels."""
        return float(self.total.min())

    @cached_property
    def maximum(self) -> float:
        """Greatest value of `total` over all pixels and channels."""
        return float(self.total.max())

    @property
    def flat(self) -> bool:
        """Whether every value of `total` is the same, so that there is nothing to see."""
        return self.maximum == self.minimum

    @property
    def scale(self) -> float:
        """Grey levels per unit of `total`; 0 where the total is flat."""
        return 0.0 if self.flat else 255.0 / (self.maximum - self.minimum)

    @property
    def offset(self) -> float:
        """Grey level of zero accumulation: the image of a total of 0."""
        return 0.0 if self.flat else -self.minimum * self.scale

    @cached_property
    def image(self) -> Frame:
        """H x W x 3, 8-bit RGB; black where the total is flat."""
        # Scales, rounds and saturates in one pass; what rounding makes negative is near 0.
        levels = cv2.convertScaleAbs(self.total, alpha=self.scale, beta=self.offset)
        return np.asarray(levels, np.uint8)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the 8-bit image, shape included: what a network or a reader is shown."""
        return array_digest(self.image)


def build_ami(
    frames: Iterable[Frame] | ParallelFrames,
    *,
    count: int,
    weighting: str = DEFAULT_WEIGHTING,
    frame_numbers: Sequence[int] | None = None,
) -> AffectiveMotionImage:
    """Build the image in one pass over `frames`, holding a few of them at a time.

    Args:
        frames: 8-bit RGB frames of one size, in time order. A source that decodes in threads
            sums in them too; the image is the same.
        count: Number of frames; the weights depend on it, so it must be right.
        weighting: A name in `WEIGHTINGS`.
        frame_numbers: The recording's numbers; 1..count where not given.

    Returns:
        The image, its weights, and the scale and offset from weighted sum to grey level.

    Raises:
        FrameError: Frames differ in size or kind, or are not `count`.
        UnknownNameError: There is no such weighting.

    Example:
        >>> frames = clip.expression.frames
        >>> image = build_ami(frames, count=len(frames), weighting="rank-pooling")
        >>> image.image.shape, abs(float(sum(image.weights))) < 1e-9
        ((112, 112, 3), True)
    """
    numbers = tuple(range(1, count + 1)) if frame_numbers is None else tuple(frame_numbers)
    if len(numbers) != count:
        raise SettingsError(f"{count} frames cannot have {len(numbers)} frame numbers")
    weights = frame_weights(count, weighting)
    return AffectiveMotionImage(
        total=weighted_sum(_check_count(frames, count), weights),
        weights=weights,
        weighting=weighting,
        frame_numbers=numbers,
    )


def motion_images(clip: Clip, weighting: str = DEFAULT_WEIGHTING) -> npt.NDArray[np.float32]:
    """T x H x W x 3: each frame times its weight. Their sum over T is the clip's `total`."""
    weights = frame_weights(len(clip), weighting).astype(np.float32)
    return weights[:, None, None, None] * clip.frames


def _check_count(
    frames: Iterable[Frame] | ParallelFrames, count: int
) -> Iterable[Frame] | ParallelFrames:
    """`frames`; a number of them that the weights were not made for is refused."""
    if not isinstance(frames, ParallelFrames):
        return _count_frames(frames, count)
    if len(frames) != count:
        raise FrameError(f"there are {len(frames)} frames, but the weights are for {count}")
    return frames


def _count_frames(frames: Iterable[Frame], count: int) -> Iterable[Frame]:
    seen = 0
    for frame in frames:
        seen += 1
        if seen > count:
            raise FrameError(f"there are more frames than the {count} the weights are for")
        yield frame
    if seen < count:
        raise FrameError(f"there are {seen} frames, but the weights are for {count}")
