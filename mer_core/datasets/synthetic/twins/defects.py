"""The irregularities of the real releases and of their circulating copies, as data.

A defect that is known of one clip of a release is injected under that subject and clip name,
because readers may know it by name; label, frames and face are invented all the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, Variant
from mer_core.datasets.synthetic.twins.workbook import Cell, Formula, Workbook
from mer_core.registry import Registry

CODED = ("casme", "casme2", "casme-squared", "samm")
"""The datasets whose clips are coded in a sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Damage to a clip between its rendering and its place in the twin.

    Attributes:
        cells: Cells of its row that say something else, by field.
        row: Whether the sheet has its row.
        repeated: Whether the sheet has its row twice.
        frames: Whether its frames are there at all.
        crop: Whether its face crops are there; if not, its full frames are.
        missing_frames: Frames whose files are absent, counted from the first.
        double_extension: Whether the first frame's extension is written twice.
    """

    cells: Mapping[str, Cell] = field(default_factory=dict)
    row: bool = True
    repeated: bool = False
    frames: bool = True
    crop: bool = True
    missing_frames: tuple[int, ...] = ()
    double_extension: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One kind of defect, of a clip (`damage`) or of the whole annotation file (`edit`).

    Attributes:
        name: Its name on the command line.
        title: Description of the defect.
        datasets: The layouts in which it can be injected.
        damage: Its effect on a clip.
        edit: Its effect on the annotation file.
        code: The code a reader reports the clip under; None where it tolerates it in silence.
        remark: A word of the reader's remark on the whole table; None where it makes none.
        applies_to: Clips it can be injected into.
        known_clips: Subject number and clip name by dataset, where the defect is a known one.
        needs: The kind of frames without which the defect cannot be seen.
        alone: Whether it gives the whole sheet another form and so is not part of "all".
    """

    name: str
    title: str
    datasets: tuple[str, ...]
    damage: Callable[[ClipSpec], Damage] | None = None
    edit: Callable[[Workbook], Workbook] | None = None
    code: str | None = None
    remark: str | None = None
    applies_to: Callable[[ClipSpec], bool] = lambda spec: True
    known_clips: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    needs: Variant | None = None
    alone: bool = False


def _cell(name: str, value: Cell | Callable[[ClipSpec], Cell]) -> Callable[[ClipSpec], Damage]:
    return lambda spec: Damage(cells={name: value(spec) if callable(value) else value})


def _always(damage: Damage) -> Callable[[ClipSpec], Damage]:
    return lambda spec: damage


def _question_first_unit(spec: ClipSpec) -> str:
    first, *others = (str(unit) for unit in spec.action_units)
    return "+".join([f"{first}?", *others])


def _text_below(book: Workbook) -> Workbook:
    sheet, *others = book.sheets
    rows = (*sheet.rows, (), (None, None, None, "Coded twice; a third coder settled the rest."))
    return dataclasses.replace(book, sheets=(dataclasses.replace(sheet, rows=rows), *others))


def _without_preamble(book: Workbook) -> Workbook:
    sheet, *others = book.sheets
    start = next(i for i, row in enumerate(sheet.rows) if row[:2] == ("Subject", "Filename"))
    kept = dataclasses.replace(sheet, rows=sheet.rows[start:])
    return dataclasses.replace(book, sheets=(kept, *others))


def _without_blank_columns(book: Workbook) -> Workbook:
    sheet, *others = book.sheets
    named = [i for i, header in enumerate(sheet.rows[0]) if header is not None]
    rows = tuple(tuple(row[i] for i in named if i < len(row)) for row in sheet.rows)
    return dataclasses.replace(book, sheets=(dataclasses.replace(sheet, rows=rows), *others))


def _text_subjects(book: Workbook) -> Workbook:
    sheet, *others = book.sheets
    header, *body = sheet.rows
    rows = (header, *((f"{row[0]:02d}", *row[1:]) for row in body if row))
    return dataclasses.replace(book, sheets=(dataclasses.replace(sheet, rows=rows), *others))


def _recode(book: Workbook) -> Workbook:
    """CASME II's sheet of 2019: three clips of sadness have become clips of surprise."""
    sheet, *others = book.sheets
    label = sheet.rows[0].index("Estimated Emotion")
    sad = [i for i, row in enumerate(sheet.rows) if row and row[label] == "sadness"][:3]
    rows = tuple(
        (*row[:label], "surprise", *row[label + 1 :]) if i in sad else row
        for i, row in enumerate(sheet.rows)
    )
    return Workbook("CASME2-coding-20190701.xlsx", (dataclasses.replace(sheet, rows=rows), *others))


def _as_csv(book: Workbook) -> Workbook:
    return Workbook(book.name.rsplit(".", 1)[0] + ".csv", book.sheets[:1])


_KINDS = (
    Defect(
        name="apex-slash",
        title="the apex is written /",
        datasets=("casme2",),
        damage=_cell("apex", "/"),
        code="apex-missing",
        known_clips={"casme2": (4, "EP12_01f")},
    ),
    Defect(
        name="apex-backslash",
        title="the apex is written \\",
        datasets=("casme", "casme2"),
        damage=_cell("apex", "\\"),
        code="apex-missing",
    ),
    Defect(
        name="apex-blank",
        title="the apex cell is blank",
        datasets=CODED,
        damage=_cell("apex", None),
        code="apex-missing",
        known_clips={"samm": (32, "032_3_1")},
    ),
    Defect(
        name="apex-zero",
        title="the apex is 0",
        datasets=("casme-squared",),
        damage=_cell("apex", 0),
        code="apex-missing",
        known_clips={"casme-squared": (17, "anger1_1")},
    ),
    Defect(
        name="apex-after-offset",
        title="the apex lies after the offset",
        datasets=CODED,
        damage=_cell("apex", lambda spec: spec.offset + 40),
        code="apex-after-offset",
        known_clips={"samm": (28, "028_4_1"), "casme-squared": (14, "happy2_1")},
    ),
    Defect(
        name="offset-zero",
        title="the offset is 0",
        datasets=("casme-squared",),
        damage=_cell("offset", 0),
        code="offset-derived",
    ),
    Defect(
        name="offset-beyond-files",
        title="the offset lies after the last file",
        datasets=("casme", "casme2", "samm"),
        damage=_cell("offset", lambda spec: spec.offset + 100),
        code="offset-beyond-files",
        known_clips={"samm": (13, "013_1_9")},
    ),
    Defect(
        name="onset-blank",
        title="the onset cell is blank",
        datasets=CODED,
        damage=_cell("onset", None),
        code="onset-missing",
    ),
    Defect(
        name="label-typo",
        title="the self-reported emotion is misspelt",
        datasets=("casme-squared",),
        damage=_cell("self-report", "happyiness"),
        applies_to=lambda spec: spec.words.get("self-report") == "happiness",
    ),
    Defect(
        name="label-case",
        title="the label is written in other letters and with spaces around it",
        datasets=("casme", "casme2", "samm"),
        damage=_cell("label", lambda spec: f" {spec.label.swapcase()} "),
        code="label-spelling",
    ),
    Defect(
        name="label-plural",
        title="the label Other is written Others",
        datasets=("samm",),
        damage=_cell("label", "Others"),
        code="label-spelling",
        applies_to=lambda spec: spec.label == "Other",
    ),
    Defect(
        name="au-or",
        title="the coder wavers between two action units",
        datasets=("samm",),
        damage=_cell("action_units", "L14 or R14"),
        code="au-uncertain",
    ),
    Defect(
        name="au-question",
        title="an action unit is followed by a question mark",
        datasets=("casme", "casme2"),
        damage=_cell("action_units", _question_first_unit),
        code="au-uncertain",
        applies_to=lambda spec: bool(spec.action_units),
    ),
    Defect(
        name="duration-formula",
        title="the duration is a formula that was saved without its value",
        datasets=("samm",),
        damage=_cell("duration", Formula('INDIRECT("F"&ROW())-INDIRECT("D"&ROW())+1')),
        remark="formula",
    ),
    Defect(
        name="odd-name",
        title="the clip's name has a third number",
        datasets=("casme2",),
        damage=_always(Damage()),
        known_clips={"casme2": (7, "EP06_02_01")},
    ),
    Defect(
        name="row-twice",
        title="the sheet lists the clip twice",
        datasets=CODED,
        damage=_always(Damage(repeated=True)),
        code="duplicate-row",
    ),
    Defect(
        name="no-folder",
        title="the sheet has a row, the disk has no folder",
        datasets=CODED,
        damage=_always(Damage(frames=False)),
        code="no-frames",
    ),
    Defect(
        name="no-row",
        title="the disk has a folder, the sheet has no row",
        datasets=CODED,
        damage=_always(Damage(row=False)),
        code="no-sheet-row",
    ),
    Defect(
        name="no-crop",
        title="the clip has frames but no face crops",
        datasets=("casme-squared",),
        damage=_always(Damage(crop=False)),
        code="no-crop",
        known_clips={"casme-squared": (8, "happy4_1")},
        needs=Variant.CROPPED,
    ),
    Defect(
        name="doubled-extension",
        title="a file name ends in its extension twice",
        datasets=(*CODED, "smic"),
        damage=_always(Damage(double_extension=True)),
        code="double-extension",
        known_clips={"casme-squared": (3, "happy4_1")},
    ),
    Defect(
        name="frame-gap",
        title="a frame inside the clip is absent",
        datasets=(*CODED, "smic"),
        damage=_always(Damage(missing_frames=(1,))),
        code="frame-gap",
    ),
    Defect(
        name="header-first",
        title="the header is in the first row, the text above it is gone",
        datasets=("samm",),
        edit=_without_preamble,
        alone=True,
    ),
    Defect(
        name="blank-columns-dropped",
        title="the blank columns are gone",
        datasets=("casme", "casme2"),
        edit=_without_blank_columns,
        alone=True,
    ),
    Defect(
        name="text-subjects",
        title="subjects are text with a leading zero",
        datasets=("casme", "casme2"),
        edit=_text_subjects,
        alone=True,
    ),
    Defect(
        name="coding-2019",
        title="the sheet is that of 2019, with up to three clips of sadness coded as surprise",
        datasets=("casme2",),
        edit=_recode,
        alone=True,
    ),
    Defect(
        name="csv",
        title="the sheet was exported as .csv",
        datasets=("casme", "casme2", "samm"),
        edit=_as_csv,
        alone=True,
    ),
    Defect(
        name="text-below",
        title="the sheet ends in free text",
        datasets=("casme", "casme2", "samm"),
        edit=_text_below,
        remark="text",
    ),
)

DEFECTS: Registry[Defect] = Registry("defect")

for _kind in _KINDS:
    DEFECTS.register(_kind.name, _kind)
