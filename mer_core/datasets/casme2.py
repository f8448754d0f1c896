"""CASME II: 26 subjects, 200 frames per second, two sheets whose surprise counts tell them apart.

CASME2_RAW_selected/CASME2_RAW_selected/sub01/EP02_01f/img123.jpg     onset to offset
CASME2-RAW/sub01/EP02_01f/img1.jpg                                    every frame
CASME2_preprocessed_Li Xiaobai/Cropped/sub01/EP02_01f/reg_img123.jpg  face crops
CASME2-coding-20140508.xlsx                                           header in row 1
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
    "onset": ("OnsetFrame", "OnsetF", "Onset"),
    "apex": ("ApexFrame", "ApexF", "Apex"),
    "offset": ("OffsetFrame", "OffsetF", "Offset"),
    "action_units": ("Action Units", "AU", "AUs"),
    "label": ("Estimated Emotion", "Emotion"),
}


def subject_key(number: int) -> str:
    """Subject 1 is `sub01`."""
    return f"sub{number:02d}"


def read_casme2(root: Path, options: ReaderOptions) -> DatasetTable:
    """Read a copy of CASME II."""
    return read_coded_release(root, options, info=INFO, columns=COLUMNS, name_subject=subject_key)


INFO = DatasetInfo(
    name="casme2",
    title="CASME II",
    citation="Yan et al., CASME II, PLoS ONE 9(1), 2014",
    licence="sign the release agreement of the CASME group, Institute of Psychology, Chinese "
    "Academy of Sciences, and ask for the download",
    read=read_casme2,
    fps=200.0,
    sheet_name="CASME2-coding-20140508.xlsx",
    sheets=("casme2-coding", "casme2.*(label|objective)", "casme.?2"),
    layout=("ROOT/.../sub01/EP02_01f/img123.jpg beside CASME2-coding-20140508.xlsx",),
)
