"""Registration of frames before they are summed: one alignment, and optional stabilisation.

The alignment is found once for a clip (`mer_core.faces`) and applied unchanged to every frame.
Where the head itself moves, `stabilise` estimates for each frame the rigid motion (rotation and
shift, no scale) that maps it onto the first and undoes it. It is off by default, because it also
removes whatever part of an expression looks like head motion.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.ami.accumulation import Frame
from mer_core.faces import Alignment, FaceBox
from mer_core.records import Clip

# ECC works on a copy of this side; subpixel shifts survive, and it is several times faster.
_STABILISATION_SIDE = 160
_ECC_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)


@dataclass(frozen=True, slots=True, kw_only=True)
class RigidMotion:
    """Rotation and shift of a frame from the first: undone by stabilisation.

    `shift` is (right, down) in pixels at the centre of the registered frame, `degrees` turns
    clockwise as seen. `found` is False where no motion could be estimated; such a frame is
    passed on as it is.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    degrees: float = 0.0
    found: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Alignment and stabilisation of every frame of a clip before it is accumulated.

    Attributes:
        alignment: The square that is cut out of every frame alike; None keeps whole frames.
        stabilise: Whether to undo rigid head motion relative to the first frame.
    """

    alignment: Alignment | None = None
    stabilise: bool = False

    def apply(
        self, frames: Iterable[Frame], *, motions: list[RigidMotion] | None = None
    ) -> Iterable[Frame]:
        """Register RGB frames one at a time, in time order.

        Returns `frames` itself where nothing is to be done. `motions` receives each frame's
        motion where `stabilise` is on.
        """
        if self.alignment is None and not self.stabilise:
            return frames
        return self._apply(frames, motions)

    def _apply(self, frames: Iterable[Frame], motions: list[RigidMotion] | None) -> Iterator[Frame]:
        stabiliser: Stabiliser | None = None
        for frame in frames:
            part = frame if self.alignment is None else self.alignment.apply(frame)
            if self.stabilise:
                stabiliser = stabiliser or Stabiliser(part)
                part, motion = stabiliser.align(part)
                if motions is not None:
                    motions.append(motion)
            yield part


class Stabiliser:
    """Maps frames onto a reference by the rigid motion that aligns their grey values best.

    Uses the enhanced correlation coefficient (Evangelidis and Psarakis, "Parametric Image
    Alignment Using Enhanced Correlation Coefficient Maximization", TPAMI 2008), which is
    indifferent to brightness and contrast. Each search starts from the frame before.
    """

    def __init__(self, reference: Frame) -> None:
        self._shrink = min(1.0, _STABILISATION_SIDE / min(reference.shape[:2]))
        self._reference = self._reduce(reference)
        self._warp = np.eye(2, 3, dtype=np.float32)

    def align(self, frame: Frame) -> tuple[Frame, RigidMotion]:
        """The frame as it would look had it not moved, and how it had."""
        try:
            _, warp = cv2.findTransformECC(
                self._reference,
                self._reduce(frame),
                self._warp.copy(),
                cv2.MOTION_EUCLIDEAN,
                _ECC_STOP,
            )
        except cv2.error as error:
            # OpenCV's way of saying that the search diverged or found no contrast.
            if error.code != cv2.Error.StsNoConv:
                raise
            return frame, RigidMotion(found=False)
        self._warp = np.asarray(warp, np.float32)
        full = _at_full_size(self._warp, self._shrink)
        height, width = frame.shape[:2]
        aligned = cv2.warpAffine(
            frame,
            full,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(aligned, np.uint8), _motion(full, width, height)

    def _reduce(self, frame: Frame) -> npt.NDArray[np.uint8]:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        if self._shrink < 1.0:
            grey = cv2.resize(
                grey, None, fx=self._shrink, fy=self._shrink, interpolation=cv2.INTER_AREA
            )
        return np.asarray(grey, np.uint8)


def _at_full_size(warp: npt.NDArray[np.float32], shrink: float) -> npt.NDArray[np.float64]:
    """The same motion for pixels of the unreduced frame; pixel centres lie at half integers."""
    full = warp.astype(np.float64)
    centre = 0.5 / shrink - 0.5
    full[:, 2] = warp[:, 2] / shrink + centre - full[:, :2] @ (centre, centre)
    return full


def _motion(warp: npt.NDArray[np.float64], width: int, height: int) -> RigidMotion:
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    right, down = warp[:, :2] @ centre + warp[:, 2] - centre
    return RigidMotion(
        shift=(float(right), float(down)),
        degrees=math.degrees(math.atan2(warp[1, 0], warp[0, 0])),
    )


def motion_over_time(clip: Clip, box: FaceBox | None = None) -> npt.NDArray[np.float64]:
    """Mean absolute grey-level change since the first frame, for each frame.

    Args:
        clip: T frames.
        box: The part of the frame to look at; all of it by default.
    """
    frames = clip.frames if box is None else [box.crop(frame) for frame in clip.frames]
    first = frames[0]
    return np.array([cv2.norm(frame, first, cv2.NORM_L1) for frame in frames]) / first.size
