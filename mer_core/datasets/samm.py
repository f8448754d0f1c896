"""SAMM: 29 labelled subjects, 200 frames per second, grey, header below 13 rows of text.

    SAMM/006/006_1_2/006_01234.jpg              full frames; the last number is the frame
    SAMM_CROP/006/006_1_2/006_01234.jpg         face crops, made by users
    SAMM_Micro_FACS_Codes_v2.xlsx               sheet MICRO_ONLY, header in row 14

`Duration` repeats offset - onset + 1 and so tests both.
"""

from __future__ import annotations

from pathlib import Path

from mer_core.datasets.annotations import Columns
from mer_core.datasets.coded_release import read_coded_release
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.table import DatasetTable

COLUMNS: Columns = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("Onset Frame",),
    "apex": ("Apex Frame",),
    "offset": ("Offset Frame",),
    "duration": ("Duration",),
    "action_units": ("Action Units",),
    "label": ("Estimated Emotion",),
}


def subject_key(number: int) -> str:
    """Subject 6 is `006`."""
    return f"{number:03d}"


def read_samm(root: Path, options: ReaderOptions) -> DatasetTable:
    """Read a copy of SAMM."""
    return read_coded_release(root, options, info=INFO, columns=COLUMNS, name_subject=subject_key)


INFO = DatasetInfo(
    name="samm",
    title="SAMM",
    citation="Davison et al., SAMM, IEEE TAC 9(1), 2018",
    licence="sign the release agreement of the SAMM group, Manchester Metropolitan University, and "
    "ask for the download",
    read=read_samm,
    fps=200.0,
    sheet_name="SAMM_Micro_FACS_Codes_v2.xlsx",
    sheets=("micro_facs_codes", "samm(?!.?long)"),
    layout=("ROOT/.../006/006_1_2/006_01234.jpg beside SAMM_Micro_FACS_Codes_v2.xlsx",),
)
