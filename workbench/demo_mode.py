"""The first start: prepares demo data and networks in the background while pages already work.

Set MER_DEMO=off to prepare nothing.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from mer_core.errors import MerError
from workbench import cached

if TYPE_CHECKING:
    from mer_core.training.demonstration import Step

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that the work waits at most for the first page, which it would slow down."""


@dataclass
class Preparation:
    """The background work of this process and where it stands."""

    step: Step | None = None
    failure: str | None = None
    finished: bool = False
    thread: threading.Thread | None = field(default=None, repr=False)
    page_drawn: threading.Event = field(default_factory=threading.Event, repr=False)

    def start(self) -> None:
        """Begins, once, as soon as the first page is there."""
        self.thread = threading.Thread(target=self._run, name="demo preparation", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.page_drawn.wait(PATIENCE)
        from mer_core.training.demonstration import prepare_apart

        try:
            prepare_apart(self._report)
            self.finished = True
        except MerError as error:
            self.failure = str(error)
            log.warning("the demo could not be prepared: %s", error)
        except Exception:
            self.failure = "The demo could not be prepared; the log says why"
            log.exception("the demo could not be prepared")

    def _report(self, step: Step) -> None:
        self.step = step


def wanted() -> bool:
    """Whether this process prepares a demo."""
    return os.environ.get("MER_DEMO", "on") != "off"


def page_drawn() -> None:
    """Notes that a page is complete, so that background work may begin."""
    if wanted():
        cached.preparation().page_drawn.set()


def banner() -> None:
    """Draws what is still being prepared, and nothing once all is there."""
    if not wanted():
        return
    preparation = cached.preparation()
    if not preparation.finished:
        _progress()


@st.fragment(run_every=2)
def _progress() -> None:
    preparation = cached.preparation()
    if preparation.finished:
        st.caption(":material/check: Demo data and networks are ready.")
    elif preparation.failure:
        st.caption(f":material/error: {preparation.failure}")
    elif preparation.step is not None:
        step = preparation.step
        st.progress(
            step.done / max(step.total, 1),
            text=f"Preparing in the background: {step.title}, {step.done} of {step.total}. "
            "Everything already works; untrained networks are labelled until theirs are there.",
        )
