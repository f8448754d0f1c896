"""What the pages share of studies, of the paper and of what was regenerated from it.

As in `cached.py`: every function is one call into the core, and every cache is bounded.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from mer_core.errors import MerError, StoreError
from mer_core.folders import figures_folder
from mer_core.paper.audit import audit
from mer_core.paper.findings import Finding
from mer_core.paper.published import PUBLISHED, printed_tables
from mer_core.paper.readings import TOPICS, Reading
from mer_core.paper.readings import readings as all_readings
from mer_core.reproduction import Artifact, Manifest
from workbench import demo_mode
from workbench.titles import study_parts

if TYPE_CHECKING:
    from mer_core.records import Prediction
    from mer_core.training.result import StudyResult
    from workbench.study_runner import StudyRunner

logger = logging.getLogger(__name__)


@st.cache_data(max_entries=1, ttl=5, show_spinner=False)
def studies() -> tuple[str, ...]:
    """Names of the studies on this machine; at first those that ship."""
    from mer_core.training.study_folders import install_shipped_studies, list_studies

    if demo_mode.wanted():
        try:
            install_shipped_studies()
        except StoreError as error:
            logger.warning("no study that ships is shown: %s", error)
    return tuple(folder.name for folder in list_studies())


def studies_of(network: str) -> list[str]:
    """Names of the studies of one network; what a damaged one is of, the Results page says."""
    found = []
    for study in studies():
        try:
            definition = study_result(study).definition
        except MerError as error:
            logger.warning("%s is no choice: %s", study, error)
            continue
        if definition["experiment"]["model"] == network:
            found.append(study)
    return found


def study_result(study: str) -> StudyResult:
    """Return the results of a study so far."""
    from mer_core.training.storage import store_stamp
    from mer_core.training.study_folders import study_folder

    folder = study_folder(study)
    return _study_result(str(folder), store_stamp(folder))


@st.cache_resource(max_entries=64, show_spinner=False)
def _study_result(folder: str, stamp: str) -> StudyResult:
    from mer_core.training.study import Study

    return Study.open(folder).result()


@st.cache_data(max_entries=8, ttl=5, show_spinner=False)
def verdicts(study: str) -> dict[str, Prediction]:
    """Sample key -> the answer of its held-out network in the study's first seed."""
    result = study_result(study)
    return {p.key: p for p in (result.predictions(result.seeds[0]) if result.seeds else ())}


@st.cache_resource(max_entries=1, show_spinner=False)
def study_runner() -> StudyRunner:
    """The studies that this process runs in the background."""
    from workbench.study_runner import StudyRunner

    return StudyRunner()


@st.cache_data(max_entries=1, show_spinner="Recomputing the paper's claims")
def findings() -> tuple[Finding, ...]:
    """The claims audit."""
    return tuple(audit())


@st.cache_data(max_entries=1, show_spinner=False)
def paper_tables() -> dict[str, list[dict[str, str]]]:
    """The paper's tables as rows of text, by title."""
    return printed_tables(PUBLISHED)


def readings() -> dict[str, list[Reading]]:
    """Topic -> the ambiguous passages and how they are read."""
    return {topic: [entry for entry in all_readings() if entry.topic == topic] for topic in TOPICS}


@st.cache_data(max_entries=3, ttl=30, show_spinner=False)
def artefacts(ending: str) -> list[tuple[Artifact, bytes]]:
    """Regenerated results whose names end so, each with its entry in the manifest."""
    manifest = Manifest(figures_folder())
    return [
        (entry, (manifest.folder / entry.file).read_bytes())
        for entry in manifest.entries()
        if entry.file.endswith(ending) and (manifest.folder / entry.file).exists()
    ]


def study_title(name: str) -> str:
    """Return what a study is: network, its first weights, data and protocol, and its own name."""
    try:
        parts = study_parts(name, study_result(name).definition)
    except MerError:
        return name  # damaged, or written at this moment
    control = f", {parts.control.lower()}" if parts.control else ""
    own = f" · {parts.own_name}" if parts.own_name else ""
    return f"{parts.network}, {parts.start}, on {parts.data}: {parts.protocol}{control}{own}"
