"""The votes of everybody who has a lesson open on this server."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict

_MOST_VOTERS = 2000


class BallotBox:
    """The votes of a server, by question; a voter who votes again has changed their mind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._votes: dict[str, dict[str, str]] = defaultdict(dict)

    def vote(self, question: str, voter: str, choice: str) -> None:
        """Count one vote."""
        with self._lock:
            votes = self._votes[question]
            if voter in votes or len(votes) < _MOST_VOTERS:
                votes[voter] = choice

    def withdraw(self, question: str, voter: str) -> None:
        """Take a vote back."""
        with self._lock:
            self._votes[question].pop(voter, None)

    def counts(self, question: str) -> Counter[str]:
        """Return how many have voted for what."""
        with self._lock:
            return Counter(self._votes[question].values())

    def clear(self, question: str) -> None:
        """Forget all votes on a question."""
        with self._lock:
            self._votes[question].clear()
