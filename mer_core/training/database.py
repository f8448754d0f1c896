"""The tables of a study's database, the folds it holds, and how it is opened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from mer_core.errors import StoreError
from mer_core.training.training_data import EpochRecord

SCHEMA = """
CREATE TABLE study (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sessions (
    owner TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, born TEXT NOT NULL,
    started TEXT NOT NULL, commit_name TEXT NOT NULL, versions TEXT NOT NULL
);
CREATE TABLE runs (id INTEGER PRIMARY KEY, seed INTEGER NOT NULL UNIQUE);
CREATE TABLE folds (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id),
    position INTEGER NOT NULL, name TEXT NOT NULL,
    n_train INTEGER NOT NULL, n_test INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    owner TEXT REFERENCES sessions (owner), lease REAL,
    worker TEXT, seconds REAL, seconds_training REAL, epoch INTEGER, history TEXT,
    weights_digest TEXT, error TEXT, finished TEXT,
    UNIQUE (run, position)
);
CREATE TABLE predictions (
    fold INTEGER NOT NULL REFERENCES folds (id), position INTEGER NOT NULL,
    key TEXT NOT NULL, subject TEXT NOT NULL, truth TEXT NOT NULL, predicted TEXT NOT NULL,
    probabilities TEXT NOT NULL,
    PRIMARY KEY (fold, position)
);
"""

FoldRow = tuple[int, int, str, int, int]
"""Run, position, name, number of training and of test clips."""


@contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for one use, as SQLite's are bound to the thread that opened them."""
    try:
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        connection.row_factory = sqlite3.Row
    except sqlite3.Error as error:
        raise StoreError(f"cannot be opened ({error})", where=path) from error
    try:
        yield connection
    except sqlite3.Error as error:
        raise StoreError(
            f"the study's database refused ({error})",
            where=path,
            remedy="check free space and rights; a damaged file must come from a backup",
        ) from error
    finally:
        connection.close()


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose changes happen together or not at all; others wait meanwhile."""
    with connect(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def write_new(
    path: Path, values: Mapping[str, Any], seeds: Sequence[int], folds: Sequence[FoldRow]
) -> None:
    """Write a database with one run per seed; a fold's run counts from 1."""
    with connect(path) as connection:
        connection.execute("BEGIN")
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        connection.executemany(
            "INSERT INTO study VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in values.items()],
        )
        connection.executemany("INSERT INTO runs VALUES (?, ?)", list(enumerate(seeds, start=1)))
        connection.executemany(
            "INSERT INTO folds (run, position, name, n_train, n_test) VALUES (?, ?, ?, ?, ?)",
            folds,
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


class FoldState(StrEnum):
    """State of a fold."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class PlannedFold:
    """A fold before anyone works on it."""

    seed: int
    position: int
    name: str
    n_train: int
    n_test: int


@dataclass(frozen=True, kw_only=True)
class StoredFold(PlannedFold):
    """A fold as the database has it; what only finished folds have is None before."""

    identity: int
    state: FoldState
    worker: str | None
    seconds: float | None
    seconds_training: float | None
    epoch: int | None
    history: tuple[EpochRecord, ...]
    weights_digest: str | None
    error: str | None
    finished: str | None


def read_fold(row: sqlite3.Row) -> StoredFold:
    """Return the fold that a row of `folds` describes."""
    return StoredFold(
        identity=row["id"],
        seed=row["seed"],
        position=row["position"],
        name=row["name"],
        n_train=row["n_train"],
        n_test=row["n_test"],
        state=FoldState(row["state"]),
        worker=row["worker"],
        seconds=row["seconds"],
        seconds_training=row["seconds_training"],
        epoch=row["epoch"],
        history=tuple(EpochRecord(**record) for record in json.loads(row["history"] or "[]")),
        weights_digest=row["weights_digest"],
        error=row["error"],
        finished=row["finished"],
    )
