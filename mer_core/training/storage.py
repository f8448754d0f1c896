"""A study's folder: `study.sqlite` with its folds and answers, `weights/` with its networks.

The database runs in write-ahead mode, and a fold with all its answers is one transaction, so
whatever kills the process, a fold is there whole or not at all. Who works on a fold holds a lease
that it renews; the fold of a process that is gone goes back to whoever asks next.

Only the process that runs a study writes here, never its workers, so the folder needs to be
shared between machines for the weights alone. SQLite's write-ahead mode does not work between
machines; two processes on one machine may work on one study.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mer_core.child_process import is_dead, start_time
from mer_core.errors import StoreError
from mer_core.provenance import commit, versions
from mer_core.records import Prediction
from mer_core.training.database import (
    FoldState,
    PlannedFold,
    StoredFold,
    connect,
    read_fold,
    transaction,
    write_new,
)
from mer_core.training.task import FoldOutcome

log = logging.getLogger(__name__)

FILE_NAME = "study.sqlite"
FORMAT = 1
LEASE_SECONDS = 60.0


def store_stamp(folder: Path) -> str:
    """Sizes and times of the store's files: the same as long as nothing is written to the study."""
    files = (folder / f"{FILE_NAME}{end}" for end in ("", "-wal"))
    found = [file.stat() for file in files if file.exists()]
    return " ".join(f"{entry.st_size}@{entry.st_mtime_ns}" for entry in found)


class StudyStore:
    """The database of one study.

    Args:
        folder: The study's folder.
        lease: Seconds after which a fold whose holder went silent is free again.
    """

    def __init__(self, folder: Path, *, lease: float = LEASE_SECONDS) -> None:
        self.folder, self.lease = folder, lease
        self.path = folder / FILE_NAME
        self.owner = uuid.uuid4().hex
        self._joined = False
        if not self.path.is_file():
            raise StoreError("there is no study here", where=folder, remedy="see `mer study list`")
        if self.read("format") != FORMAT:
            raise StoreError(
                f"written in format {self.read('format')}, this version reads {FORMAT}",
                where=self.path,
            )

    @classmethod
    def create(
        cls,
        folder: Path,
        values: Mapping[str, Any],
        folds: Sequence[PlannedFold],
        *,
        lease: float = LEASE_SECONDS,
    ) -> StudyStore:
        """Write a new study, or open the one that another process wrote meanwhile.

        `values` describe the study; the caller compares them with what `read` returns.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the study cannot be written ({error.strerror})",
                where=folder,
                remedy="name a folder with room and permission",
            ) from error
        target = folder / FILE_NAME
        if not target.exists():
            # Built beside and linked into place: no one ever opens half a study, and of two
            # processes that create it at once, one wins and the other opens the winner's.
            partial = folder / f".{uuid.uuid4().hex}.sqlite"
            try:
                seeds = list(dict.fromkeys(fold.seed for fold in folds))
                rows = [
                    (seeds.index(f.seed) + 1, f.position, f.name, f.n_train, f.n_test)
                    for f in folds
                ]
                write_new(partial, {"format": FORMAT, **values}, seeds, rows)
                _publish(partial, target)
            finally:
                partial.unlink(missing_ok=True)
        return cls(folder, lease=lease)

    def read(self, name: str) -> Any:
        """One of the values the study was created with."""
        with connect(self.path) as connection:
            row = connection.execute("SELECT value FROM study WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise StoreError(f"the study has no {name!r}", where=self.path)
        return json.loads(row["value"])

    def claim(self) -> int | None:
        """Take the next free fold for this process; None if there is none now.

        Free is a fold that waits, and one whose holder's lease ran out or whose process is gone.
        """
        self._join()
        with transaction(self.path) as connection:
            running = connection.execute(
                "SELECT folds.id, folds.lease, sessions.* FROM folds JOIN sessions USING (owner) "
                "WHERE state = 'running' AND owner <> ?",
                (self.owner,),
            ).fetchall()
            for row in running:
                silent = row["lease"] < time.time()
                if silent or is_dead(row["host"], row["pid"], row["born"]):
                    connection.execute(
                        "UPDATE folds SET state = 'waiting', owner = NULL WHERE id = ?",
                        (row["id"],),
                    )
            row = connection.execute(
                "SELECT id FROM folds WHERE state = 'waiting' ORDER BY id LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE folds SET state = 'running', owner = ?, lease = ?, error = NULL "
                "WHERE id = ?",
                (self.owner, time.time() + self.lease, row["id"]),
            )
            return int(row["id"])

    def renew(self) -> None:
        """Extend the leases of every fold this process works on."""
        with transaction(self.path) as connection:
            connection.execute(
                "UPDATE folds SET lease = ? WHERE state = 'running' AND owner = ?",
                (time.time() + self.lease, self.owner),
            )

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """Renew leases in the background for as long as the block runs, then stop."""
        over = threading.Event()

        def renew_until_stopped() -> None:
            while not over.wait(self.lease / 4):
                try:
                    self.renew()
                except StoreError as error:
                    log.warning("leases could not be renewed: %s", error)

        thread = threading.Thread(target=renew_until_stopped, name="study leases", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.release()

    def release(self) -> None:
        """Put back what this process had taken and not finished."""
        with transaction(self.path) as connection:
            connection.execute(
                "UPDATE folds SET state = 'waiting', owner = NULL "
                "WHERE state = 'running' AND owner = ?",
                (self.owner,),
            )

    def record(self, identity: int, outcome: FoldOutcome, *, worker: str = "") -> bool:
        """Record a finished fold with all its answers in one transaction.

        Returns:
            False, and nothing is written, if the fold was no longer this process's.
        """
        with transaction(self.path) as connection:
            changed = connection.execute(
                "UPDATE folds SET state = 'done', worker = ?, seconds = ?, seconds_training = ?,"
                " epoch = ?, history = ?, weights_digest = ?, error = NULL, finished = ?"
                " WHERE id = ? AND state = 'running' AND owner = ?",
                (
                    worker,
                    outcome.seconds,
                    outcome.seconds_training,
                    outcome.epoch,
                    json.dumps([asdict(record) for record in outcome.history]),
                    outcome.weights_digest,
                    _now(),
                    identity,
                    self.owner,
                ),
            ).rowcount
            if not changed:
                return False
            connection.executemany(
                "INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        identity,
                        position,
                        answer.key,
                        answer.subject,
                        answer.truth,
                        answer.predicted,
                        json.dumps(dict(answer.probabilities)),
                    )
                    for position, answer in enumerate(outcome.predictions)
                ],
            )
        return True

    def fail(self, identity: int, error: str) -> None:
        """Record that a fold's work raised."""
        with transaction(self.path) as connection:
            connection.execute(
                "UPDATE folds SET state = 'failed', error = ?, finished = ? "
                "WHERE id = ? AND state = 'running' AND owner = ?",
                (error, _now(), identity, self.owner),
            )

    def retry_failed(self) -> int:
        """Let failed folds be claimed again; return how many."""
        with transaction(self.path) as connection:
            return connection.execute(
                "UPDATE folds SET state = 'waiting', owner = NULL WHERE state = 'failed'"
            ).rowcount

    def folds(self) -> tuple[StoredFold, ...]:
        """All folds, by seed in the order they were named, then by position."""
        with connect(self.path) as connection:
            rows = connection.execute(
                "SELECT folds.*, runs.seed FROM folds JOIN runs ON runs.id = folds.run "
                "ORDER BY folds.run, folds.position"
            ).fetchall()
        return tuple(read_fold(row) for row in rows)

    def predictions(self) -> dict[int, tuple[Prediction, ...]]:
        """Fold identity -> its answers, finished folds only."""
        with connect(self.path) as connection:
            rows = connection.execute(
                "SELECT * FROM predictions ORDER BY fold, position"
            ).fetchall()
        found: dict[int, list[Prediction]] = {}
        for row in rows:
            found.setdefault(row["fold"], []).append(
                Prediction(
                    key=row["key"],
                    subject=row["subject"],
                    truth=row["truth"],
                    predicted=row["predicted"],
                    probabilities=json.loads(row["probabilities"]),
                )
            )
        return {identity: tuple(answers) for identity, answers in found.items()}

    def counts(self) -> dict[FoldState, int]:
        """Count the folds in each state."""
        with connect(self.path) as connection:
            rows = connection.execute(
                "SELECT state, COUNT(*) AS n FROM folds GROUP BY state"
            ).fetchall()
        found = {row["state"]: row["n"] for row in rows}
        return {state: found.get(state, 0) for state in FoldState}

    def sessions(self) -> tuple[dict[str, Any], ...]:
        """Every process that worked on the study: when, where, with which code and versions."""
        with connect(self.path) as connection:
            rows = connection.execute("SELECT * FROM sessions ORDER BY started").fetchall()
        return tuple(
            {
                "host": row["host"],
                "started": row["started"],
                "commit": row["commit_name"],
                "versions": json.loads(row["versions"]),
            }
            for row in rows
        )

    def _join(self) -> None:
        """Enter this process among the sessions, once."""
        if self._joined:
            return
        with transaction(self.path) as connection:
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    self.owner,
                    socket.gethostname(),
                    os.getpid(),
                    start_time(os.getpid()),
                    _now(),
                    commit(),
                    json.dumps(versions()),
                ),
            )
        self._joined = True


def _publish(partial: Path, target: Path) -> None:
    """Give `partial` the name `target` unless something has it already."""
    try:
        os.link(partial, target)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not target.exists():
            partial.rename(target)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
