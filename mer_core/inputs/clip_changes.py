"""Changes of a clip that must not matter: what another camera, crop or cut would have done.

An affective-motion image is a weighted sum of frames, and moving, mirroring or resampling a frame
is linear, so the changed image is made from the image itself:

    sum_i w_i A(frame_i) = A(sum_i w_i frame_i)

Independent sensor noise of standard deviation s in every frame adds noise of standard deviation
s * sqrt(sum_i w_i^2) to the sum. Only a tone curve and another cut go back to the frames, one at a
time, so whatever is changed takes the memory of one image beside the clip.

A gain is not among the changes: the image is stretched from its least to its greatest value, and
a brighter or darker clip gives the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.ami import AffectiveMotionImage, build_ami
from mer_core.flow import flow_image
from mer_core.inputs.imaging import resize_image
from mer_core.inputs.recording import Recording
from mer_core.inputs.tensors import (
    clip_frames,
    flow_apex,
    flow_tensor,
    frames_tensor,
    image_tensor,
)
from mer_core.records import Clip, InputKind, InputSpec
from mer_core.seeding import generator

Image = npt.NDArray[np.float32]

MIN_FRAMES = 4
"""A clip that would be left with fewer keeps its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipChange:
    """One change; by default none.

    Attributes:
        name: Display name.
        mirror: Whether left and right are swapped.
        move: Shares of the width and of the height by which the picture moves right and down.
        zoom: Factor by which the middle is enlarged; above 1 crops tighter.
        subpixel: Pixels of the network's own input by which the picture moves right and down.
        noise: Standard deviation of sensor noise in each frame, in grey levels.
        gamma: Exponent of a tone curve on each frame.
        start: Frames by which the onset moves later; negative moves it earlier.
        end: Frames by which the offset moves later.
    """

    name: str
    mirror: bool = False
    move: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    subpixel: tuple[float, float] = (0.0, 0.0)
    noise: float = 0.0
    gamma: float = 1.0
    start: int = 0
    end: int = 0

    def matrix(self, size: tuple[int, int], seen: tuple[int, int]) -> npt.NDArray[np.float64]:
        """2 x 3 map from pixels of an image of `size` (H, W) to where they lie afterwards.

        `seen` is the size the network sees, whose pixels `subpixel` counts.
        """
        height, width = size
        right = self.move[0] * width + self.subpixel[0] * width / seen[1]
        down = self.move[1] * height + self.subpixel[1] * height / seen[0]
        flip = -1.0 if self.mirror else 1.0
        middle = (width - 1) / 2, (height - 1) / 2
        return np.array(
            [
                [flip * self.zoom, 0, middle[0] * (1 - flip * self.zoom) + right],
                [0, self.zoom, middle[1] * (1 - self.zoom) + down],
            ]
        )

    @property
    def moves(self) -> bool:
        """Whether pixels change place."""
        return self.mirror or self.zoom != 1 or any((*self.move, *self.subpixel))


_STEP = 1 / 50

CLIP_CHANGES: tuple[ClipChange, ...] = (
    ClipChange(name="mirrored", mirror=True),
    ClipChange(name="half a pixel to the right", subpixel=(0.5, 0)),
    ClipChange(name="half a pixel down", subpixel=(0, 0.5)),
    ClipChange(name="shifted left", move=(-_STEP, 0)),
    ClipChange(name="shifted right", move=(_STEP, 0)),
    ClipChange(name="shifted up", move=(0, -_STEP)),
    ClipChange(name="shifted down", move=(0, _STEP)),
    ClipChange(name="cropped tighter", zoom=1.04),
    ClipChange(name="cropped wider", zoom=0.96),
    ClipChange(name="noisier", noise=1.0),
    ClipChange(name="darker midtones", gamma=1.15),
    ClipChange(name="brighter midtones", gamma=1 / 1.15),
    ClipChange(name="begins a frame later", start=1),
    ClipChange(name="begins a frame earlier", start=-1),
    ClipChange(name="ends a frame earlier", end=-1),
    ClipChange(name="ends a frame later", end=1),
)

CHANGES_IN_WORDS = (
    "mirror, shifts by half a pixel and by 2 % of the width, a crop 4 % tighter or wider, sensor "
    "noise of one grey level, a tone curve, and a frame more or less at either end"
)


def applicable_changes(recording: Recording, kind: InputKind) -> tuple[ClipChange, ...]:
    """Return the changes that this recording has the frames for and this kind of input can show.

    Flow goes from the onset to the apex, so where the clip ends does not matter to it.
    """
    shown = [one for one in CLIP_CHANGES if not (one.end and kind is InputKind.FLOW)]
    return tuple(change for change in shown if _cut_recording(recording, change) is not None)


class ChangedInputs:
    """Inputs of a network with `spec` for a recording after one change or another.

    The affective-motion image of the unchanged recording is made once and held; nothing else is.

    Args:
        recording: The clip.
        spec: Declared by the network.
        weighting: Weighting of accumulated images; the network's own where not given.
    """

    def __init__(
        self, recording: Recording, spec: InputSpec, *, weighting: str | None = None
    ) -> None:
        self.recording, self.spec = recording, spec
        self.weighting = weighting or spec.weighting
        self._image: AffectiveMotionImage | None = None

    def after(self, change: ClipChange) -> Image:
        """The network's input after `change`; equals `recording_input` where it changes nothing."""
        match self.spec.kind:
            case InputKind.AMI | InputKind.DYNAMIC_IMAGE:
                image = resize_image(self.image_after(change), self.spec.size)
                return image_tensor(image.image, self.spec)
            case InputKind.CLIP:
                return frames_tensor(np.stack(list(self._frames_at_input_size(change))), self.spec)
            case InputKind.FLOW:
                return flow_tensor(self._flow(change), self.spec)

    def image_after(self, change: ClipChange) -> AffectiveMotionImage:
        """The affective-motion image after `change`, at the frames' own size."""
        image = self._weighted_sum(change)
        if change.moves:
            size = (image.total.shape[0], image.total.shape[1])
            image = replace(image, total=warp(image.total, change.matrix(size, self.spec.size)))
        if change.noise:
            spread = change.noise * float(np.linalg.norm(image.weights))
            image = replace(image, total=_add_noise(image.total, spread, change.name))
        return image

    def _weighted_sum(self, change: ClipChange) -> AffectiveMotionImage:
        if change.gamma == 1 and not change.start and not change.end:
            if self._image is None:
                self._image = self.recording.image(self.weighting)
            return self._image
        clip = self._expression(change)
        return build_ami(
            _change_gamma(clip.frames, change.gamma),
            count=len(clip),
            weighting=self.weighting,
            frame_numbers=clip.frame_numbers,
        )

    def _expression(self, change: ClipChange) -> Clip:
        cut = _cut_recording(self.recording, change)
        assert cut is not None  # the change is applicable
        return cut.expression

    def _frames_at_input_size(self, change: ClipChange) -> Iterator[npt.NDArray[np.uint8]]:
        """Frames at the network's size, where a whole clip takes little."""
        clip = self._expression(change)
        for number, frame in enumerate(_change_gamma(clip.frames, change.gamma)):
            (small,) = clip_frames(replace(clip, frames=frame[None]), self.spec)
            yield _repaint(small, change, self.spec.size, f"{change.name} {number}")

    def _flow(self, change: ClipChange) -> Image:
        clip = self._expression(change)
        apex = flow_apex(clip.frame_numbers, self.recording.apex, name=clip.name)
        onset, peak = (
            _repaint(frame, change, self.spec.size, f"{change.name} {number}")
            for number, frame in enumerate(_change_gamma(clip.frames[[0, apex]], change.gamma))
        )
        return flow_image(onset, peak, size=self.spec.size)


def warp(image: Image, matrix: npt.NDArray[np.float64]) -> Image:
    """`image` moved by a 2 x 3 matrix, bilinear; what comes in repeats the edge.

    Linear in the image, whatever its values.
    """
    height, width = image.shape[:2]
    return np.asarray(
        cv2.warpAffine(
            image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.float32,
    ).reshape(image.shape)


def _repaint(
    frame: npt.NDArray[np.uint8], change: ClipChange, seen: tuple[int, int], name: str
) -> npt.NDArray[np.uint8]:
    """One 8-bit frame, moved and with noise."""
    if not change.moves and not change.noise:
        return frame
    values = frame.astype(np.float32)
    if change.moves:
        values = warp(values, change.matrix((frame.shape[0], frame.shape[1]), seen))
    if change.noise:
        values = _add_noise(values, change.noise, name)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _change_gamma(frames: npt.NDArray[np.uint8], gamma: float) -> Iterable[npt.NDArray[np.uint8]]:
    if gamma == 1:
        return frames
    curve = np.rint(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return (np.asarray(cv2.LUT(frame, curve), np.uint8) for frame in frames)


def _add_noise(values: Image, spread: float, name: str) -> Image:
    """The same noise each time, so that an answer can be repeated."""
    noise = generator(0, "sensor noise", name).standard_normal(values.shape, np.float32)
    noise *= np.float32(spread)
    noise += values
    return noise


def _cut_recording(recording: Recording, change: ClipChange) -> Recording | None:
    """The recording from another first to another last frame; None where they are not there."""
    if not change.start and not change.end:
        return recording
    numbers, inside = recording.clip.frame_numbers, recording.expression.frame_numbers
    first = numbers.index(inside[0]) + change.start
    last = numbers.index(inside[-1]) + change.end
    if first < 0 or last >= len(numbers) or last - first + 1 < MIN_FRAMES:
        return None
    return replace(recording, onset=numbers[first], offset=numbers[last])
