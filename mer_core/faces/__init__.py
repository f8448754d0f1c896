"""Faces on frames: detection, search over a clip, and alignment to one square."""

from mer_core.faces.alignment import EYE_DISTANCE, EYE_HEIGHT, Alignment
from mer_core.faces.detection import detect_faces
from mer_core.faces.face import LANDMARKS, Face, FaceBox
from mer_core.faces.search import SAMPLED_FRAMES, FaceSearch, Person, sample_positions, search_faces

__all__ = [
    "EYE_DISTANCE",
    "EYE_HEIGHT",
    "LANDMARKS",
    "SAMPLED_FRAMES",
    "Alignment",
    "Face",
    "FaceBox",
    "FaceSearch",
    "Person",
    "detect_faces",
    "sample_positions",
    "search_faces",
]
