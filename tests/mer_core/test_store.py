"""The store: what is put in comes out, whole, whoever writes at the same time or is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

from mer_core import store as module
from mer_core.errors import StoreError
from mer_core.store import AmiStore, drawing_key

ARRAYS = {"total": np.arange(12, dtype=np.float32).reshape(3, 4), "count": np.array(7)}


def refuse() -> dict[str, np.ndarray]:
    raise AssertionError("the entry was there and must not be built again")


def test_fetch_builds_once_and_then_reads(tmp_path):
    store = AmiStore(tmp_path)
    store.fetch("ab" * 32, lambda: ARRAYS)
    again = AmiStore(tmp_path).fetch("ab" * 32, refuse)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(again[name], array)
        assert again[name].dtype == array.dtype


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty"])
def test_a_damaged_entry_is_reported_and_built_again(tmp_path, damage, caplog):
    store = AmiStore(tmp_path)
    store.fetch("cd" * 32, lambda: ARRAYS)
    (path,) = tmp_path.glob("??/*.entry")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes({"truncate": content[:-5], "flip": content, "empty": b""}[damage])

    again = store.fetch("cd" * 32, lambda: ARRAYS)

    np.testing.assert_array_equal(again["total"], ARRAYS["total"])
    assert store.rebuilt == ["cd" * 32]
    assert "damaged" in caplog.text
    store.fetch("cd" * 32, refuse)


def test_a_failing_build_leaves_nothing(tmp_path):
    store = AmiStore(tmp_path)

    def fail():
        raise ValueError("no frames")

    with pytest.raises(ValueError, match="no frames"):
        store.fetch("ee" * 32, fail)
    assert store.info().entries == 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_store_stays_within_its_limit_and_drops_the_oldest(tmp_path):
    block = np.zeros(25_000, np.float32)
    store = AmiStore(tmp_path, limit=1_000_000)
    keys = [f"{i:02x}" * 32 for i in range(130)]
    for key in keys:
        store.fetch(key, lambda: {"block": block})
    assert store.info().bytes < 1_000_000 + 70 * 100_500
    assert keys[0] not in store
    assert keys[-1] in store


def test_clear_empties_the_store_and_says_what_was_there(tmp_path):
    store = AmiStore(tmp_path)
    store.fetch("aa" * 32, lambda: ARRAYS)
    assert store.clear().entries == 1
    assert store.info().entries == 0


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(StoreError, match="MER_CACHE"):
        AmiStore(blocked).fetch("ab" * 32, lambda: ARRAYS)


def test_what_need_not_be_kept_is_there_although_it_cannot_be_written(tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    found = AmiStore(blocked).fetch("ab" * 32, lambda: ARRAYS, must_keep=False)
    np.testing.assert_array_equal(found["total"], ARRAYS["total"])
    assert "MER_CACHE" in caplog.text


def test_a_shared_cache_that_may_only_be_read_is_read(tmp_path, monkeypatch, caplog):
    store = AmiStore(tmp_path)
    store.fetch("ab" * 32, lambda: ARRAYS)

    def forbidden(*_args, **_options):
        raise PermissionError("a read-only file system")

    monkeypatch.setattr("os.utime", forbidden)
    monkeypatch.setattr("pathlib.Path.unlink", forbidden)
    np.testing.assert_array_equal(store.fetch("ab" * 32, refuse)["total"], ARRAYS["total"])
    (path,) = tmp_path.glob("??/*.entry")
    path.write_bytes(b"damaged")
    monkeypatch.setattr(module, "write_bytes", forbidden)
    found = store.fetch("ab" * 32, lambda: ARRAYS, must_keep=False)
    np.testing.assert_array_equal(found["total"], ARRAYS["total"])


def test_keys_depend_on_every_part():
    base = drawing_key(frames="a", size=(112, 112))
    assert base == drawing_key(size=(112, 112), frames="a")
    others = {drawing_key(frames="b", size=(112, 112)), drawing_key(frames="a", size=(1, 1))}
    assert len({base, *others}) == 3


@pytest.mark.parametrize("name", ["code_digest", "versions"])
def test_the_key_of_a_picture_depends_on_the_code_and_its_libraries(monkeypatch, name):
    base = drawing_key(seed=1)
    assert base == drawing_key(seed=1)
    monkeypatch.setattr(module, name, lambda: "another")
    assert drawing_key(seed=1) != base


def write_forever(folder, seed):
    store = AmiStore(folder)
    rng = np.random.default_rng(seed)
    while True:
        number = int(rng.integers(40))
        content = {"block": np.full(50_000, number, np.int32)}
        store.fetch(f"{number:02x}" * 32, lambda content=content: content)
        (store.folder / f"{number:02x}" / f"{f'{number:02x}' * 32}.entry").unlink(missing_ok=True)


def test_concurrent_writers_killed_at_any_moment_leave_only_whole_entries(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_forever, args=(tmp_path, i)) for i in range(2)]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + 20
    while not list(tmp_path.glob("??/*.entry")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()

    survivor = AmiStore(tmp_path)
    for number in range(40):
        key = f"{number:02x}" * 32
        content = {"block": np.full(50_000, number, np.int32)}
        found = survivor.fetch(key, lambda content=content: content)
        np.testing.assert_array_equal(found["block"], content["block"])
    assert survivor.rebuilt == []
