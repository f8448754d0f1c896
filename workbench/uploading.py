"""Uploads on their way in: never on disk, however large."""

from __future__ import annotations

import streamlit as st
from starlette.formparsers import MultiPartParser

_OVERHEAD = 2**20


def keep_in_memory() -> None:
    """Let the server hold in memory every upload that it accepts at all.

    By itself Starlette moves what is larger than a megabyte to a temporary file while it arrives,
    and a face would lie on the disk, unseen.
    """
    MultiPartParser.spool_max_size = st.get_option("server.maxUploadSize") * 2**20 + _OVERHEAD
