"""CASME: 19 subjects, 60 frames per second, file numbers zero-padded in some clips and not others.

    CASME_raw_selected/sub01/EP01_5/EP01_5-123.jpg     full frames
    Cropped/sub01/EP01_5/reg_EP01_5-045.jpg            face crops
    CASME-coded-20190721.xls                           header in row 1, old binary format

`Onset` and `Total` in the sheet are milliseconds; the frames are `OnsetF`, `ApexF1`, `OffsetF`.
`ApexF1` and `ApexF2` are the ends of the apex phase, of which the first is taken.
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
    "onset": ("OnsetF",),
    "apex": ("ApexF1", "ApexF"),
    "offset": ("OffsetF",),
    "action_units": ("AU", "AUs", "Action Units"),
    "label": ("Emotion", "Estimated Emotion"),
}


def subject_key(number: int) -> str:
    """Subject 1 is `sub01`."""
    return f"sub{number:02d}"


def read_casme(root: Path, options: ReaderOptions) -> DatasetTable:
    """Read a copy of CASME."""
    return read_coded_release(root, options, info=INFO, columns=COLUMNS, name_subject=subject_key)


INFO = DatasetInfo(
    name="casme",
    title="CASME",
    citation="Yan et al., CASME database, IEEE FG 2013",
    licence="sign the release agreement of the CASME group, Institute of Psychology, Chinese "
    "Academy of Sciences, and ask for the download",
    read=read_casme,
    fps=60.0,
    sheet_name="CASME-coded-20190721.xls",
    sheets=("casme-coded", "casme(?!.?2)"),
    layout=("ROOT/.../sub01/EP01_5/EP01_5-123.jpg beside CASME-coded-20190721.xls",),
)
