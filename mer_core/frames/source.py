"""A clip that can be decoded: which frames there are, before any of them is in memory."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import FrameError
from mer_core.frame_numbering import in_order, irregularities, positions_between
from mer_core.frames.decoding import Frame, ahead, decode_file, default_threads
from mer_core.frames.ordered_parallel import ordered_parallel
from mer_core.records import Clip

MAX_CLIP_BYTES = 4 * 2**30

Decode = Callable[[slice], Iterator[Frame]]


@dataclass(frozen=True, eq=False, kw_only=True)
class FrameSource:
    """Frames in the order of their numbers, decoded anew by each iteration.

    Iterating yields RGB uint8 arrays of one size, H x W x 3, decoded a few frames ahead in
    threads, so memory does not grow with the clip.

    Attributes:
        name: Name of the clip in messages.
        numbers: The recording's own number of each frame, ascending.
        labels: Name of each frame in messages: its file, or its place in the video.
        decode: Callback that gets a slice of positions; yields their frames in order.
        fps: Frames per second, where the source states it.
        warnings: Irregularities that do not keep the clip from being used, each one line.
        synthetic: Whether the frames were generated; None where the source does not say.
    """

    name: str
    numbers: tuple[int, ...]
    labels: Sequence[str]
    decode: Decode
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
            name: Name of the clip in messages; the folder of the first file where not given.
            threads: Decoding threads; one per core where not given.
            fps: Frames per second, where known.
            synthetic: Whether the frames were generated, where known.
        """
        title = name or (str(paths[0].parent) if paths else "clip")
        if numbers is None:
            ordered = in_order(paths, [path.name for path in paths])
            files, found, warnings = ordered.items, ordered.numbers, ordered.warnings
        else:
            files, found = tuple(paths), tuple(numbers)
            warnings = _check_given_numbers(files, found, title)
        return cls(
            name=title,
            numbers=found,
            labels=tuple(map(str, files)),
            decode=image_decoder(decode_file, files, threads=threads),
            fps=fps,
            warnings=warnings,
            synthetic=synthetic,
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Generator[Frame, None, None]:
        sizes = _OneSize(self.labels)
        for position, frame in zip(range(len(self)), self.decode(slice(None)), strict=True):
            sizes.check(position, frame)
            yield frame

    def at(self, positions: Sequence[int]) -> Generator[tuple[int, Frame], None, None]:
        """Numbers and frames at ascending `positions`, counted from 0."""
        if isinstance(self.decode, ImageDecoder):
            for position in positions:
                yield self.numbers[position], self.decode.each(slice(position, position + 1))[0]
            return
        wanted = set(positions)
        with closing(iter(self)) as frames:
            for position, frame in enumerate(frames):
                if position in wanted:
                    yield self.numbers[position], frame
                if position >= max(wanted):
                    return

    def process_runs(
        self,
        consume: Callable[[int, Sequence[Frame]], None],
        *,
        run: int,
        streams: int,
        on_first: Callable[[Frame], None] = lambda first: None,
    ) -> None:
        """Call `consume(number, frames)` for each run of `run` frames, numbered from 0.

        Before all others comes `on_first`, with the first frame; every frame has its size. Where
        the frames can be decoded apart, `consume` is called in the threads that decode them: calls
        whose numbers leave the same remainder by `streams` follow each other, and others may come
        at the same time.
        """
        sizes = _OneSize(self.labels)

        def check(number: int, frames: Sequence[Frame]) -> None:
            for position, frame in enumerate(frames, number * run):
                sizes.check(position, frame)
            if number == 0:
                on_first(frames[0])

        starts = range(0, len(self), run)
        if isinstance(self.decode, ImageDecoder):
            parts = [slice(start, start + run) for start in starts]
            each, threads = self.decode.each, self.decode.threads
            ordered_parallel(each, consume, parts, threads=threads, streams=streams, check=check)
            return
        with closing(iter(self)) as frames:
            for number in range(len(starts)):
                out = list(islice(frames, run))
                check(number, out)
                consume(number, out)

    def between(self, first: int | None, last: int | None) -> FrameSource:
        """The frames numbered `first` to `last`, both included; None leaves that end open."""
        inside = positions_between(self.numbers, first, last)
        if not inside:
            low = self.numbers[0] if first is None else first
            high = self.numbers[-1] if last is None else last
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
            decode=_part(self.decode, chosen),
            warnings=(*kept, *irregularities(numbers)),
        )


@dataclass(frozen=True, slots=True)
class ImageDecoder:
    """Decoding of separate images: any slice of `items`, in threads, in order."""

    decode: Callable[[Any], Frame]
    items: Sequence[Any]
    threads: int

    def __call__(self, part: slice) -> Iterator[Frame]:
        return ahead(self.decode, self.items[part], threads=self.threads)

    def each(self, part: slice) -> list[Frame]:
        """The same frames, decoded by the thread that asks."""
        return [self.decode(item) for item in self.items[part]]


def image_decoder(
    decode: Callable[..., Frame], items: Sequence[object], *, threads: int | None
) -> ImageDecoder:
    """Decoding of `items` in as many threads; one per core where not given."""
    return ImageDecoder(decode, items, threads or default_threads())


def read_clip(source: FrameSource) -> Clip:
    """All frames of `source` in memory at once."""
    frames_read: list[np.ndarray] = []

    def on_first(first: Frame) -> None:
        _affordable(first.nbytes * len(source), source.name)
        frames_read.append(np.empty((len(source), *first.shape), np.uint8))

    def consume(number: int, frames: Sequence[Frame]) -> None:
        for position, frame in enumerate(frames, number):
            frames_read[0][position] = frame

    streams = source.decode.threads if isinstance(source.decode, ImageDecoder) else 1
    source.process_runs(consume, run=1, streams=streams, on_first=on_first)
    return Clip(
        name=source.name,
        frames=frames_read[0],
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


def _check_given_numbers(
    files: tuple[Path, ...], numbers: tuple[int, ...], name: str
) -> tuple[str, ...]:
    if len(files) != len(numbers):
        raise FrameError(f"{len(files)} files cannot have {len(numbers)} numbers", where=name)
    if list(numbers) != sorted(numbers):
        raise FrameError("frame numbers are not ascending", where=name)
    return irregularities(numbers)


def _part(
    decode: Callable[[slice], Iterator[Frame]], chosen: slice
) -> Callable[[slice], Iterator[Frame]]:
    """Decoding of positions within those that `chosen` selects."""
    if isinstance(decode, ImageDecoder):
        return replace(decode, items=decode.items[chosen])

    def part(inner: slice) -> Iterator[Frame]:
        start, stop, _ = inner.indices(chosen.stop - chosen.start)
        return decode(slice(chosen.start + start, chosen.start + stop))

    return part


class _OneSize:
    """Refuse a frame whose size is not that of the first."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._shape: tuple[int, ...] | None = None

    def check(self, position: int, frame: Frame) -> None:
        self._shape = shape = self._shape or frame.shape
        if frame.shape != shape:
            raise FrameError(
                f"is {frame.shape[1]} x {frame.shape[0]} pixels, but the clip began with"
                f" {shape[1]} x {shape[0]}",
                where=self._labels[position],
                remedy="use frames of one size",
            )
