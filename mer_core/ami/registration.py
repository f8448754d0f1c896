"""One crop for a whole clip, from the face in its first frame, and optional stabilisation.

The crop is found once and applied unchanged to every frame: a box that followed the face frame
by frame would jitter by a pixel, which is the size of the motion that matters here. Where the
head itself moves, `stabilise` estimates for each frame the rigid motion (rotation and shift,
no scale) that maps it onto the first and undoes it. It is off by default, because it also
removes whatever part of an expression looks like head motion.

The detector is OpenCV's frontal-face Haar cascade (Viola and Jones, "Rapid Object Detection
using a Boosted Cascade of Simple Features", CVPR 2001).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.ami.accumulation import Frame
from mer_core.errors import FaceNotFoundError, MissingToolError, SettingsError

_CASCADE = "haarcascade_frontalface_default.xml"
# The cascade sees a face well at 24 px and more; detection on a larger frame only costs time.
_DETECTION_SIDE = 480
# A face smaller than this share of the frame's shorter side is background or a false alarm.
_LEAST_SHARE = 0.12

# ECC works on a copy of this side; subpixel shifts survive, and it is several times faster.
_STABILISATION_SIDE = 160
_ECC_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)

# A cascade keeps scratch memory between calls and must not be shared by two threads at once.
_cascade_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A square or rectangular crop, in pixels of the frame."""

    x: int
    y: int
    width: int
    height: int

    def widened(self, margin: float) -> FaceBox:
        """The box grown by `margin` of its size on every side; it may leave the frame."""
        right, down = round(self.width * margin), round(self.height * margin)
        return FaceBox(
            self.x - right, self.y - down, self.width + 2 * right, self.height + 2 * down
        )

    def within(self, shape: tuple[int, ...]) -> FaceBox:
        """The part of the box that lies inside a frame of `shape`."""
        left, top = max(self.x, 0), max(self.y, 0)
        right = min(self.x + self.width, shape[1])
        bottom = min(self.y + self.height, shape[0])
        return FaceBox(left, top, right - left, bottom - top)

    def crop(self, frame: Frame, size: tuple[int, int] | None = None) -> Frame:
        """The box's part of `frame`, resized to `size` (height, width) if that is given."""
        inside = self.within(frame.shape)
        if inside.width < 1 or inside.height < 1:
            raise SettingsError(f"crop {self} lies outside a frame of {frame.shape[:2]}")
        rows = slice(inside.y, inside.y + inside.height)
        part = frame[rows, inside.x : inside.x + inside.width]
        return part if size is None else resized(part, size)


def find_face(frame: Frame, *, name: str = "frame", margin: float = 0.05) -> FaceBox:
    """The largest frontal face of an RGB frame, widened by `margin` and cut to the frame.

    Args:
        frame: H x W x 3, RGB.
        name: The clip the frame belongs to, for the error message.
        margin: Share of the detected side added on each side, so that brows and chin are in.

    Raises:
        FaceNotFoundError: Naming `name`, where no face is found.
    """
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    shrink = min(1.0, _DETECTION_SIDE / min(grey.shape))
    if shrink < 1.0:
        grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    least = max(24, round(_LEAST_SHARE * min(grey.shape)))
    with _cascade_lock:
        found = _cascade().detectMultiScale(
            cv2.equalizeHist(grey), scaleFactor=1.1, minNeighbors=5, minSize=(least, least)
        )
    if len(found) == 0:
        raise FaceNotFoundError(
            f"no frontal face found in its first frame ({frame.shape[1]} x {frame.shape[0]} px)",
            where=name,
            remedy="use frames that are already cropped, without the crop option",
        )
    # Ties are broken by position, so that the choice does not depend on the detector's order.
    x, y, width, height = max(
        np.asarray(found).tolist(), key=lambda box: (box[2] * box[3], -box[1], -box[0])
    )
    whole = FaceBox(*(round(side / shrink) for side in (x, y, width, height)))
    return whole.widened(margin).within(frame.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class RigidMotion:
    """How far a frame has turned and shifted from the first: undone by stabilisation.

    `shift` is (right, down) in pixels at the centre of the registered frame, `degrees` turns
    clockwise as seen. `found` is False where no motion could be estimated; such a frame is
    passed on as it is.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    degrees: float = 0.0
    found: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is done to every frame of a clip before it is accumulated.

    Resizing is not among it: it is linear, so the sum is resized once instead of every frame,
    and no frame is rounded to 8 bits twice.

    Attributes:
        crop: Whether to cut out the face found in the first frame.
        stabilise: Whether to undo rigid head motion relative to the first frame.
        margin: See `find_face`.
    """

    crop: bool = False
    stabilise: bool = False
    margin: float = 0.05

    def apply(
        self,
        frames: Iterable[Frame],
        *,
        name: str = "clip",
        boxes: list[FaceBox] | None = None,
        motions: list[RigidMotion] | None = None,
    ) -> Iterable[Frame]:
        """Registers frames one at a time; `frames` itself where nothing is to be done.

        Args:
            frames: RGB frames in time order; the first one decides the crop.
            name: The clip, for error messages.
            boxes: Receives the crop where `crop` is on.
            motions: Receives each frame's motion where `stabilise` is on.
        """
        if not self.crop and not self.stabilise:
            return frames
        return self._applied(frames, name, boxes, motions)

    def _applied(
        self,
        frames: Iterable[Frame],
        name: str,
        boxes: list[FaceBox] | None,
        motions: list[RigidMotion] | None,
    ) -> Iterator[Frame]:
        box: FaceBox | None = None
        stabiliser: Stabiliser | None = None
        for index, frame in enumerate(frames):
            if index == 0 and self.crop:
                box = find_face(frame, name=name, margin=self.margin)
                if boxes is not None:
                    boxes.append(box)
            part = frame if box is None else box.crop(frame)
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
        self._reference = self._reduced(reference)
        self._warp = np.eye(2, 3, dtype=np.float32)

    def align(self, frame: Frame) -> tuple[Frame, RigidMotion]:
        """The frame as it would look had it not moved, and how it had."""
        try:
            _, warp = cv2.findTransformECC(
                self._reference,
                self._reduced(frame),
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

    def _reduced(self, frame: Frame) -> npt.NDArray[np.uint8]:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        if self._shrink < 1.0:
            grey = cv2.resize(
                grey, None, fx=self._shrink, fy=self._shrink, interpolation=cv2.INTER_AREA
            )
        return np.asarray(grey, np.uint8)


def resized(frame: Frame, size: tuple[int, int]) -> Frame:
    """`frame` at `size` (height, width): area averages when shrinking, bilinear when growing."""
    if frame.shape[:2] == size:
        return frame
    shrinking = size[0] * size[1] < frame.shape[0] * frame.shape[1]
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, (size[1], size[0]), interpolation=method), np.uint8)


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


@cache
def _cascade() -> cv2.CascadeClassifier:
    path = Path(cv2.__file__).with_name("data") / _CASCADE
    cascade = cv2.CascadeClassifier(str(path))
    if cascade.empty():
        raise MissingToolError(
            f"OpenCV's face cascade {_CASCADE} is missing",
            where=path.parent,
            remedy='install "opencv-python>=4.12,<5"',
        )
    return cascade
