"""Small hand-written roots in the layouts of the releases: invented rows, frames of one pixel."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import pack

Cell = str | int | float | None


@dataclass(frozen=True)
class Take:
    """One invented clip: what its row says and which frames it has."""

    number: int
    clip: str
    onset: int = 11
    apex: int = 14
    offset: int = 18
    units: str = "4"
    label: str = "disgust"
    expression: str = "micro-expression"

    @property
    def frames(self) -> range:
        return range(self.onset, self.offset + 1)


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    pixels = zlib.compress(b"".join(b"\0" + b"\0" * width for _ in range(height)))
    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


_PIXEL = png()


def write_frames(folder: Path, names: Sequence[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(_PIXEL)


def write_csv(path: Path, rows: Sequence[Sequence[Cell]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["" if c is None else c for c in row] for row in rows])
    return path


def write_xlsx(path: Path, sheets: dict[str, Sequence[Sequence[Cell]]]) -> Path:
    import openpyxl

    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    del book[book.active.title]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def write_xls(path: Path, rows: Sequence[Sequence[Cell]]) -> Path:
    import xlwt

    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if cell is not None:
                sheet.write(i, j, cell)
    book.save(str(path))
    return path


# -- CASME II ------------------------------------------------------------------------------------

CASME2_HEADER = (
    "Subject",
    "Filename",
    None,
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    None,
    "Action Units",
    "Estimated Emotion",
)
CASME2_TAKES = (
    Take(61, "EP01_01", units="4+L10", label="disgust"),
    Take(61, "EP01_02f", onset=98, apex=101, offset=104, units="12", label="happiness"),
    Take(62, "EP09f", onset=5, apex=9, offset=12, units="1+2", label="surprise"),
    Take(63, "EP06_02_01", onset=997, apex=1000, offset=1003, units="", label="others"),
)


def casme2_rows(takes: Sequence[Take]) -> list[list[Cell]]:
    return [
        [t.number, t.clip, None, t.onset, t.apex, t.offset, None, t.units, t.label] for t in takes
    ]


def casme2_clip(root: Path, take: Take) -> Path:
    return root / "CASME2_RAW_selected" / "CASME2_RAW_selected" / f"sub{take.number}" / take.clip


def write_casme2(root: Path, takes: Sequence[Take] = CASME2_TAKES) -> Path:
    for take in takes:
        write_frames(casme2_clip(root, take), [f"img{n}.jpg" for n in take.frames])
    rows = [CASME2_HEADER, *casme2_rows(takes)]
    write_xlsx(root / "CASME2-coding-20140508.xlsx", {"Sheet1": rows})
    return root


# -- CASME ---------------------------------------------------------------------------------------

CASME_HEADER = (
    "Subject",
    "Filename",
    None,
    "OnsetF",
    "ApexF1",
    "ApexF2",
    "OffsetF",
    None,
    "Onset",
    "Total",
    "AU",
    "Emotion",
)
CASME_TAKES = (
    Take(71, "EP01_5", onset=95, apex=99, offset=103, label="tense"),
    Take(71, "EP03_12", label="repression", units="14"),
    Take(72, "EP07_1", onset=8, apex=9, offset=11, label="contempt", units="L14"),
)


def casme_clip(root: Path, take: Take) -> Path:
    return root / "Cropped" / f"sub{take.number}" / take.clip


def write_casme(root: Path, takes: Sequence[Take] = CASME_TAKES) -> Path:
    for index, take in enumerate(takes):
        width = 3 if index % 2 else 0
        names = [f"reg_{take.clip}-{n:0{width}d}.jpg" for n in take.frames]
        write_frames(casme_clip(root, take), names)
    rows = [
        [t.number, t.clip, None, t.onset, t.apex, "\\", t.offset, None, 150, 117, t.units, t.label]
        for t in takes
    ]
    write_xls(root / "CASME-coded-20190721.xls", [CASME_HEADER, *rows])
    return root


# -- SAMM ----------------------------------------------------------------------------------------

SAMM_HEADER = (
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset Frame",
    "Apex Frame",
    "Offset Frame",
    "Duration",
    "Micro",
    "Action Units",
    "Estimated Emotion",
    "Objective Classes",
    "Notes",
)
SAMM_TAKES = (
    Take(106, "106_1_2", onset=9998, apex=10001, offset=10003, units="R12B", label="Happiness"),
    Take(106, "106_2_1", units="4", label="Anger"),
    Take(107, "107_3_1", units="14", label="Other"),
)


def samm_clip(root: Path, take: Take) -> Path:
    return root / "SAMM" / f"{take.number:03d}" / take.clip


def samm_rows(takes: Sequence[Take]) -> list[list[Cell]]:
    return [
        [
            f"{t.number:03d}",
            t.clip,
            3,
            t.onset,
            t.apex,
            t.offset,
            t.offset - t.onset + 1,
            "Micro - 1/2",
            t.units,
            t.label,
            1,
            None,
        ]
        for t in takes
    ]


def write_samm(root: Path, takes: Sequence[Take] = SAMM_TAKES) -> Path:
    for take in takes:
        names = [f"{take.number:03d}_{n:05d}.jpg" for n in take.frames]
        write_frames(samm_clip(root, take), names)
    preamble = [[f"About the coding, line {i}"] for i in range(1, 14)]
    rows = [*preamble, SAMM_HEADER, *samm_rows(takes)]
    write_xlsx(root / "SAMM_Micro_FACS_Codes_v2.xlsx", {"MICRO_ONLY": rows})
    return root


# -- CAS(ME)^2 -----------------------------------------------------------------------------------

SQUARED_TAKES = (
    Take(1, "anger1_1", label="negative", units="4"),
    Take(1, "happy3_2", onset=300, apex=303, offset=306, label="positive", units="6+12"),
    Take(2, "disgust2_1", label="negative", expression="macro-expression", units="NULL"),
    Take(6, "happy4_1", label="others", expression="macro-expression"),
)
_SQUARED_FOLDERS = {1: 55, 2: 56, 6: 57}


def squared_rows(takes: Sequence[Take]) -> list[list[Cell]]:
    reports = {"anger": "anger", "happy": "happiness", "disgust": "disgust"}
    return [
        [
            t.number,
            t.clip,
            t.onset,
            t.apex,
            t.offset,
            t.units,
            t.label,
            t.expression,
            reports[t.clip.rstrip("_0123456789")],
        ]
        for t in takes
    ]


def squared_clip(root: Path, take: Take, *, cropped: bool = True) -> Path:
    number = _SQUARED_FOLDERS[take.number]
    if cropped:
        return root / "cropped" / "cropped" / str(number) / take.clip
    return root / "selectedpic" / "selectedpic" / f"s{number}" / take.clip


def write_casme_squared(root: Path, takes: Sequence[Take] = SQUARED_TAKES) -> Path:
    for take in takes:
        for cropped in (True, False):
            folder = squared_clip(root, take, cropped=cropped)
            write_frames(folder, [f"img{n}.jpg" for n in take.frames])
    naming = [[folder, f"s{folder}", number] for number, folder in _SQUARED_FOLDERS.items()]
    codes = [["0401", "anger1"], ["0503", "happy3"], ["0102", "disgust2"], ["0507", "happy4"]]
    write_xlsx(
        root / "CAS(ME)^2code_final.xlsx",
        {"CASFEcode_final": squared_rows(takes), "naming rule1": naming, "naming rule2": codes},
    )
    return root


# -- SMIC ----------------------------------------------------------------------------------------

SMIC_TAKES = (
    Take(21, "s21_ne_01", label="negative"),
    Take(21, "s21_po_01", onset=99998, apex=100000, offset=100003, label="positive"),
    Take(22, "s22_sur_01", label="surprise"),
)


def smic_clip(root: Path, take: Take) -> Path:
    return root / "SMIC_all_raw" / "HS" / f"s{take.number}" / "micro" / take.label / take.clip


def write_smic(root: Path, takes: Sequence[Take] = SMIC_TAKES) -> Path:
    for take in takes:
        write_frames(smic_clip(root, take), [f"image{n:06d}.bmp" for n in take.frames])
    return root


# -- a folder of one's own -----------------------------------------------------------------------

FOLDER_TAKES = (
    Take(1, "take1", label="happiness"),
    Take(1, "take2", onset=0, apex=2, offset=5, label="boredom"),
    Take(2, "take1", label="happiness"),
)


def folder_clip(root: Path, take: Take) -> Path:
    return root / f"person{take.number}" / take.label / take.clip


def write_folder(root: Path, takes: Sequence[Take] = FOLDER_TAKES) -> Path:
    for take in takes:
        write_frames(folder_clip(root, take), [f"{n:04d}.png" for n in take.frames])
    rows = [
        [f"person{t.number}", t.clip, t.onset, t.apex, t.offset, t.label, t.units, 50]
        for t in takes
    ]
    header = ["subject", "clip", "onset", "apex", "offset", "emotion", "action units", "fps"]
    write_csv(root / "annotations.csv", [header, *rows])
    return root
