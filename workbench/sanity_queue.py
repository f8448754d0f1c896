"""Sanity checks that run behind the pages: one map at a time, and only while nobody waits.

A map's checks run its network dozens of times. Each begins when no page has been drawn for a
while.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from mer_core.attribution.sanity import SanityCard
from mer_core.errors import MerError
from workbench import cores
from workbench.bounded_cache import BoundedCache
from workbench.page_activity import quiet_seconds

log = logging.getLogger(__name__)

QUIET_SECONDS = 2.0
POLL_SECONDS = 0.25
_MOST_WAITING = 24

Examine = Callable[[Callable[[str], None]], SanityCard]


@dataclass
class SanityQueue:
    """The maps that wait for their checks, the one being checked, and the finished cards.

    Attributes:
        cards: Finished cards by the key of their map.
        failures: Why a map could not be checked, by its key.
        checking: Key of the map being checked, or "".
        check: Name of the check that runs.
    """

    cards: BoundedCache[SanityCard]
    failures: dict[str, str] = field(default_factory=dict)
    checking: str = ""
    check: str = ""
    _waiting: OrderedDict[str, Examine] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _worker: threading.Thread | None = None

    def ask(self, key: str, examine: Examine) -> None:
        """Have a map checked, unless it is or will be; the latest come first."""
        with self._lock:
            if key == self.checking or key in self.failures or self.cards.get(key) is not None:
                return
            self._waiting[key] = examine
            self._waiting.move_to_end(key)
            while len(self._waiting) > _MOST_WAITING:
                self._waiting.popitem(last=False)
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, name="sanity checks", daemon=True
                )
                self._worker.start()

    def done(self, key: str) -> bool:
        """Return whether nothing more will be found out about a map."""
        return key in self.failures or self.cards.get(key) is not None

    def _work(self) -> None:
        while True:
            self._wait_for_quiet()
            with self._lock:
                if not self._waiting:
                    self._worker = None
                    return
                self.checking, examine = self._waiting.popitem()
            self._examine(self.checking, examine)
            self.checking = self.check = ""

    def _examine(self, key: str, examine: Examine) -> None:
        cores.leave_one()
        try:
            self.cards.put(key, examine(self._begin_check))
        except MerError as error:
            self.failures[key] = error.what
        except Exception:
            self.failures[key] = "the checks ended unexpectedly; the log says why"
            log.exception("sanity checks of %s", key)

    def _begin_check(self, check: str) -> None:
        self.check = check
        self._wait_for_quiet()

    def _wait_for_quiet(self) -> None:
        while quiet_seconds() < QUIET_SECONDS:
            time.sleep(POLL_SECONDS)
