"""A clip that can be decoded: which frames there are, before any of them is in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mer_core.errors import FrameError
from mer_core.frames.decoding import Frame, decode_file
from mer_core.frames.lookahead import ahead, default_threads
from mer_core.frames.numbering import in_order, irregularities
from mer_core.records import Clip

MAX_CLIP_BYTES = 4 * 2**30


@dataclass(frozen=True, eq=False, kw_only=True)
class FrameSource:
    """Frames in the order of their numbers, decoded anew by each iteration.

    Iterating yields RGB uint8 arrays of one size, H x W x 3, decoded a few frames ahead in
    threads, so memory does not grow with the clip.

    Attributes:
        name: What messages call the clip.
        numbers: The recording's own number of each frame, ascending.
        labels: What messages call each frame: its file, or its place in the video.
        decode: Called with a slice of positions; yields their frames in order.
        fps: Frames per second, where the source states it.
        warnings: Oddities that do not keep the clip from being used, each one line.
        synthetic: Whether the frames were generated; None where the source does not say.
    """

    name: str
    numbers: tuple[int, ...]
    labels: Sequence[str]
    decode: Callable[[slice], Iterator[Frame]]
    fps: float | None = None
    warnings: tuple[str, ...] = ()
    synthetic: bool | None = None

    def __post_init__(self) -> None:
        if not self.numbers:
            raise FrameError("holds no frames", where=self.name)

    @classmethod
    def from_paths(
        cls,
        paths: Sequence[Path],
        *,
        numbers: Sequence[int] | None = None,
        name: str | None = None,
        threads: int | None = None,
        fps: float | None = None,
        synthetic: bool | None = None,
    ) -> FrameSource:
        """A clip of image files.

        Args:
            paths: The files. Without `numbers` they are put in the order of the numbers in
                their names; with it they are taken as they come.
            numbers: The frame number of each path, ascending.
            name: What messages call the clip; the folder of the first file where not given.
            threads: Decoding threads; one per core where not given.
            fps: Frames per second, where known.
            synthetic: Whether the frames were generated, where known.
        """
        title = name or (str(paths[0].parent) if paths else "clip")
        if numbers is None:
            ordered = in_order(paths, [path.name for path in paths])
            files, found, odd = ordered.items, ordered.numbers, ordered.warnings
        else:
            files, found = tuple(paths), tuple(numbers)
            odd = _given_numbers(files, found, title)
        return cls(
            name=title,
            numbers=found,
            labels=tuple(map(str, files)),
            decode=image_decoder(decode_file, files, threads=threads),
            fps=fps,
            warnings=odd,
            synthetic=synthetic,
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Frame]:
        shape: tuple[int, ...] | None = None
        for label, frame in zip(self.labels, self.decode(slice(None)), strict=True):
            shape = shape or frame.shape
            if frame.shape != shape:
                raise FrameError(
                    f"is {frame.shape[1]} x {frame.shape[0]} pixels, but the clip began with"
                    f" {shape[1]} x {shape[0]}",
                    where=label,
                    remedy="use frames of one size",
                )
            yield frame

    def between(self, first: int | None, last: int | None) -> FrameSource:
        """The frames numbered `first` to `last`, both included; None leaves that end open."""
        low = self.numbers[0] if first is None else first
        high = self.numbers[-1] if last is None else last
        inside = [at for at, number in enumerate(self.numbers) if low <= number <= high]
        if not inside:
            raise FrameError(
                f"has no frame numbered {low} to {high}",
                where=self.name,
                remedy=f"choose within {self.numbers[0]} to {self.numbers[-1]}",
            )
        chosen = slice(inside[0], inside[-1] + 1)
        if len(inside) == len(self):
            return self
        numbers = self.numbers[chosen]
        kept = tuple(line for line in self.warnings if line not in irregularities(self.numbers))
        return replace(
            self,
            numbers=numbers,
            labels=self.labels[chosen],
            decode=lambda part: self.decode(_within(chosen, part)),
            warnings=(*kept, *irregularities(numbers)),
        )


def image_decoder(
    decode: Callable[..., Frame], items: Sequence[object], *, threads: int | None
) -> Callable[[slice], Iterator[Frame]]:
    """Decoding of separate images: any slice of `items`, in threads, in order."""
    count = threads or default_threads()
    return lambda part: ahead(decode, items[part], threads=count)


def read_clip(source: FrameSource) -> Clip:
    """All frames of `source` in memory at once."""
    frames: np.ndarray | None = None
    for position, frame in enumerate(source):
        if frames is None:
            _affordable(frame.nbytes * len(source), source.name)
            frames = np.empty((len(source), *frame.shape), np.uint8)
        frames[position] = frame
    assert frames is not None  # a source is never empty
    return Clip(
        name=source.name,
        frames=frames,
        frame_numbers=source.numbers,
        fps=source.fps,
        synthetic=bool(source.synthetic),
    )


def _affordable(size: int, name: str) -> None:
    if size > MAX_CLIP_BYTES:
        raise FrameError(
            f"would take {size / 2**30:.1f} GiB in memory",
            where=name,
            remedy="choose fewer frames",
        )


def _given_numbers(files: tuple[Path, ...], numbers: tuple[int, ...], name: str) -> tuple[str, ...]:
    if len(files) != len(numbers):
        raise FrameError(f"{len(files)} files cannot have {len(numbers)} numbers", where=name)
    if list(numbers) != sorted(numbers):
        raise FrameError("frame numbers are not ascending", where=name)
    return irregularities(numbers)


def _within(outer: slice, inner: slice) -> slice:
    """`inner` positions of the part that `outer` selects, as positions of the whole."""
    start, stop, _ = inner.indices(outer.stop - outer.start)
    return slice(outer.start + start, outer.start + stop)
