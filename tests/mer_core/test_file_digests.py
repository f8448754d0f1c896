"""Contents are known without a second reading, and never wrongly."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from mer_core import file_digests as module
from mer_core.errors import FrameError
from mer_core.file_digests import file_digests, joint_digest


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def files(tmp_path) -> list[Path]:
    paths = [tmp_path / f"{n}.bmp" for n in range(3)]
    for n, path in enumerate(paths):
        path.write_bytes(bytes([n]) * 100)
    return paths


@pytest.fixture
def later(monkeypatch):
    """A minute later, when what was written has settled."""
    now = time.time_ns
    monkeypatch.setattr(module.time, "time_ns", lambda: now() + 60 * 10**9)


@pytest.fixture
def unread(monkeypatch):
    """From the call on, no file may be read."""

    def forbid() -> None:
        def refuse(path: Path) -> bytes:
            raise AssertionError(f"{path.name} was read again")

        monkeypatch.setattr(module, "_sha256", refuse)

    return forbid


def test_a_digest_is_that_of_the_bytes_in_order(files):
    expected = tuple(hashlib.sha256(path.read_bytes()).digest() for path in files)
    assert file_digests(files) == expected
    assert file_digests(files[::-1]) == expected[::-1]
    assert joint_digest(expected) != joint_digest(expected[::-1])


def test_what_is_known_is_not_read_again(files, later, unread):
    first = file_digests(files)
    unread()
    assert file_digests(files) == first
    with pytest.raises(AssertionError, match="read again"):
        file_digests(files[:2])  # another set of files


@pytest.mark.parametrize("keeps_its_time", [False, True])
def test_another_content_of_equal_size_is_noticed(files, later, keeps_its_time):
    first, before = file_digests(files), files[1].stat()
    time.sleep(0.01)  # a tick of the file system's clock
    files[1].write_bytes(b"x" * 100)
    if keeps_its_time:
        os.utime(files[1], ns=(before.st_atime_ns, before.st_mtime_ns))
    second = file_digests(files)
    assert second[1] == hashlib.sha256(b"x" * 100).digest()
    assert (second[0], second[2]) == (first[0], first[2])


def test_what_has_just_changed_is_not_trusted_to_its_time(files):
    before = file_digests(files)
    state = files[1].stat()
    files[1].write_bytes(b"y" * 100)
    # As if both had happened within one tick of the clock.
    os.utime(files[1], ns=(state.st_atime_ns, state.st_mtime_ns))
    assert file_digests(files)[1] != before[1]
    assert not list((module.cache_folder() / "files").glob("**/*.entry"))


def test_a_cache_that_cannot_be_written_costs_only_time(files, later, tmp_path, monkeypatch):
    (tmp_path / "blocked").write_text("not a folder")
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "blocked"))
    assert file_digests(files)[0] == hashlib.sha256(bytes(100)).digest()


def test_a_missing_file_is_named(files):
    files[1].unlink()
    with pytest.raises(FrameError, match="1.bmp: a frame cannot be read"):
        file_digests(files)


def test_no_files_have_no_digests():
    assert file_digests([]) == ()
