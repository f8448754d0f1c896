"""Random damage to whatever comes from outside: no crash, no hang, no file elsewhere, no flood.

Every reader gets good files and mutations of them: bits flipped, parts cut, repeated, swapped or
overwritten with numbers that readers trust, such as sizes and counts. A reader may understand the
result or refuse it in one line (`MerError`); anything else is a defect. Inputs are drawn from a
seed, so what breaks a reader can be made again by its number.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.datasets.workbook import read_workbook
from mer_core.errors import MerError
from mer_core.frames import open_frames, read_clip
from mer_core.frames.archive import open_archive
from mer_core.frames.decoding import decode_image
from mer_core.frames.video import open_video
from mer_core.inputs.own_clip import own_upload
from mer_core.models.card import ModelCard
from mer_core.models.checkpoint import CheckpointHeader, load_checkpoint, save_checkpoint
from mer_core.models.shipped import FOLDER
from mer_core.reproduction.roots import read_roots
from tests.faults.counting import Count, Fork
from tests.mer_core.training.blobs import build_tiny
from tests.workbench.uploads import good_zip, png, zipped

GROUP = "Fuzzing"
INPUTS = 10_000
CHUNK = 250
HANG_SECONDS = 5.0
FLOOD_BYTES = 1.5 * 2**30
_NUMBERS = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00")
_NAMES = (
    "../../out.png",
    "/tmp/out.png",
    "..\\out.png",
    "a" * 300 + ".png",
    "C:\\out.png",
    "x\0.png",
)


@dataclass(frozen=True)
class Reader:
    """Something that takes bytes from outside.

    Attributes:
        name: What it reads, in words.
        seeds: Good files.
        read: Reads one; the folder is for readers that want a file.
    """

    name: str
    seeds: Sequence[bytes]
    read: Callable[[bytes, Path], Any]


def counts(share: float, seed: int) -> Iterator[Count]:
    """Yield what became of every reader."""
    for reader in readers():
        yield fuzzed(reader, max(50, round(share * INPUTS)), seed)


def readers() -> Iterator[Reader]:
    """Everything that reads what others made."""
    frame = np.zeros((24, 32, 3), np.uint8)
    cv2.circle(frame, (12, 12), 6, (40, 160, 220), -1)
    kinds = (".png", ".jpg", ".bmp", ".tiff", ".webp")
    images = [cv2.imencode(kind, frame)[1].tobytes() for kind in kinds]
    yield Reader("images", images, lambda content, _: decode_image(content, name="x"))
    yield Reader("folders of images", images, _image_folder)
    yield Reader("zips", [good_zip(3), *_hostile_zips()], _zip)
    yield Reader("videos", _videos(frame), _video)
    yield Reader("uploads", [good_zip(6), *_videos(frame)], _upload)
    with tempfile.TemporaryDirectory() as place:
        yield from _annotations(Path(place))
        yield from _weights(Path(place))
    toml = b'[roots]\ncasme2 = "."\n\n[options.casme2]\nvariant = "raw"\n'
    yield Reader("lists of roots (TOML)", [toml], partial(_file, "r.toml", read_roots))
    yield Reader("links of the app", [_LINK], _link)


def _annotations(place: Path) -> Iterator[Reader]:
    for dataset, suffix in (("casme2", ".xlsx"), ("casme", ".xls"), ("folder", ".csv")):
        root = place / dataset
        write_twin(
            dataset, root, subjects=1, clips_per_subject=2, size=48, frames=(6, 6), workers=1
        )
        sheets = [file.read_bytes() for file in root.rglob(f"*{suffix}")]
        read = partial(_file, f"sheet{suffix}", read_workbook)
        yield Reader(f"annotation files ({suffix})", sheets, read)
    book = next((place / "casme2").glob("*.xlsx"))
    yield Reader(
        "datasets by their annotation file",
        [book.read_bytes()],
        partial(_dataset, place / "casme2", book.name),
    )


def _weights(place: Path) -> Iterator[Reader]:
    path = place / "tiny.safetensors"
    save_checkpoint(path, build_tiny(0), CheckpointHeader(model="tiny", classes=("a", "b", "c")))
    yield Reader(
        "checkpoints", [path.read_bytes()], partial(_file, "w.safetensors", load_checkpoint)
    )
    cards = [file.read_bytes() for file in sorted(FOLDER.glob("*.json"))[:2]]
    yield Reader("model cards", cards, partial(_file, "card.json", ModelCard.load))


def fuzzed(reader: Reader, inputs: int, seed: int) -> Count:
    """Give `inputs` files to a reader, in processes that may die of them."""
    broken: list[str] = []
    slowest, number = 0.0, 0
    with tempfile.TemporaryDirectory() as place:
        mark = Path(place) / "at"
        while number < inputs:
            upto = min(inputs, number + CHUNK)
            child = Fork(partial(_chunk, reader, range(number, upto), seed, Path(place), mark))
            try:
                found = _watched(child, mark)
            except RuntimeError as error:  # on with what follows the input it stood at
                at = int(mark.read_text()) if mark.exists() else number
                broken.append(f"input {at}: {error}")
                number = at + 1
                continue
            broken += found["broken"]
            slowest = max(slowest, found["slowest"])
            number = upto
    return Count(
        group=GROUP,
        name=f"{reader.name}, damaged at random",
        tried=inputs,
        broken=tuple(broken),
        note=f"slowest {slowest:.2f} s",
    )


def _watched(child: Fork, mark: Path) -> dict[str, Any]:
    """Return what a chunk found; raise `RuntimeError` where it died or hangs."""
    stood, since = "", time.monotonic()
    while not child.ended(0.25):
        now = mark.read_text() if mark.exists() else ""
        if now != stood:
            stood, since = now, time.monotonic()
        # Twelve times over, as a busy machine is no hang; the chunk measures its own time.
        if time.monotonic() - since > 12 * HANG_SECONDS:
            child.kill(family=True)
            raise RuntimeError("hangs")
    return child.value()


def _chunk(
    reader: Reader, numbers: Sequence[int], seed: int, place: Path, mark: Path
) -> dict[str, Any]:
    broken: list[str] = []
    slowest = 0.0
    inside = str(place)
    written: list[str] = []

    def audit(event: str, arguments: Sequence[Any]) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes):
            return
        flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
        path = os.fsdecode(arguments[0])
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and not path.startswith(
            (inside, "/dev/")
        ):
            written.append(path)

    sys.addaudithook(audit)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in numbers:
        mark.write_text(str(number))
        content = mutated(reader.seeds, np.random.default_rng((seed, number)))
        began = time.process_time()
        try:
            reader.read(content, place)
        except MerError as error:
            if "\n" in str(error):
                broken.append(f"input {number}: more than one line: {error!s:.80}")
        except Exception as error:
            broken.append(f"input {number}: {type(error).__name__}: {error!s:.120}")
        took = time.process_time() - began
        slowest = max(slowest, took)
        if took > HANG_SECONDS:
            broken.append(f"input {number}: takes {took:.1f} s")
        if written:
            broken.append(f"input {number}: writes {written.pop()}")
            written.clear()
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held)
    if grown > FLOOD_BYTES:
        broken.append(f"inputs {numbers[0]} to {numbers[-1]}: {grown / 2**30:.1f} GiB")
    return {"broken": broken, "slowest": slowest}


def mutated(seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """Return one of `seeds` with one to four random changes."""
    content = bytearray(seeds[int(rng.integers(len(seeds)))])
    for _ in range(int(rng.integers(1, 5))):
        if not content:
            break
        at = int(rng.integers(len(content)))
        many = int(min(rng.geometric(0.02), len(content) - at))
        match int(rng.integers(7)):
            case 0:
                content[at] ^= 1 << int(rng.integers(8))
            case 1:
                content[at : at + many] = rng.bytes(many)
            case 2:
                del content[at : at + many]
            case 3:
                content[at:at] = content[at : at + many]
            case 4:
                number = _NUMBERS[int(rng.integers(len(_NUMBERS)))]
                content[at : at + 4] = number if rng.random() < 0.5 else number[::-1]
            case 5:
                del content[at:]
            case _:
                other = seeds[int(rng.integers(len(seeds)))]
                content[at:] = other[int(rng.integers(len(other) + 1)) :]
    return bytes(content)


def _file(name: str, read: Callable[[Path], Any], content: bytes, place: Path) -> Any:
    path = place / name
    path.write_bytes(content)
    return read(path)


def _image_folder(content: bytes, place: Path) -> Any:
    folder = place / "frames"
    folder.mkdir(exist_ok=True)
    for number in range(3):
        (folder / f"img{number}.png").write_bytes(content if number == 1 else _PNG)
    return read_clip(open_frames(folder))


def _zip(content: bytes, _: Path) -> Any:
    return read_clip(open_archive(content, name="clip.zip"))


def _video(content: bytes, _: Path) -> Any:
    return read_clip(open_video(content, name="clip.avi"))


def _upload(content: bytes, _: Path) -> Any:
    return own_upload(content, "own", crop=False).recording()


def _dataset(root: Path, book: str, content: bytes, place: Path) -> Any:
    os.environ["MER_CACHE"] = str(place)
    copy = place / "dataset"
    if not copy.exists():
        shutil.copytree(root, copy)
    (copy / book).write_bytes(content)
    return open_dataset("casme2", copy)


def _link(content: bytes, _: Path) -> Any:
    from urllib.parse import parse_qs

    from workbench import widgets

    given = parse_qs(content.decode("utf-8", "replace"), keep_blank_values=True)
    for texts in given.values():
        for read in (
            widgets._one_of(("happiness", "full", "grad-cam")),
            widgets._bounded(int, 1, 400),
            widgets._bounded(float, 0.0, 1.0),
        ):
            try:
                read(texts)
            except ValueError:
                continue  # what a page then says it could not honour


_PNG = png(np.zeros((24, 32, 3), np.uint8))
_LINK = b"emotion=happiness&subject=12&w=full&methods=grad-cam&frames=3&frames=18&boxed=true&k=0.5"


def _hostile_zips() -> Iterator[bytes]:
    for name in _NAMES:
        yield zipped({name: _PNG, "img1.png": _PNG})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("img1.png", bytes(20_000_000))
    yield target.getvalue()
    link = zipfile.ZipInfo("img2.png")
    link.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("img1.png", _PNG)
    yield target.getvalue()


def _videos(frame: np.ndarray) -> list[bytes]:
    made = []
    with tempfile.TemporaryDirectory() as place:
        for name, codec in (("a.avi", "MJPG"), ("b.mp4", "mp4v")):
            path = Path(place) / name
            writer = cv2.VideoWriter(
                str(path), cv2.VideoWriter.fourcc(*codec), 25.0, (frame.shape[1], frame.shape[0])
            )
            for shift in range(6):
                writer.write(np.roll(frame, shift, axis=1))
            writer.release()
            made.append(path.read_bytes())
    return made
