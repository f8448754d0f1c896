"""Frames of a clip, wherever they lie: image folders, file lists, videos, zips, uploads."""

from mer_core.frame_numbering import in_order, irregularities
from mer_core.frames.decoding import MAX_PIXELS, decode_file, decode_image
from mer_core.frames.opening import open_frames, open_upload
from mer_core.frames.source import FrameSource, read_clip

__all__ = [
    "MAX_PIXELS",
    "FrameSource",
    "decode_file",
    "decode_image",
    "in_order",
    "irregularities",
    "open_frames",
    "open_upload",
    "read_clip",
]
