"""Action units as the releases write them, in one grammar.

    cell  = "" | "NULL" | "/" | term { ("+" | "," | ";") term }
    term  = unit { "or" unit }                    more than one unit: none of them is certain
    unit  = [ "(" ] [ "AU" ] [ side ] number [ intensity ] [ side ] [ "?" ] [ ")" ]
    side  = "L" | "R" | "T" | "B"                 left, right, top, bottom
    intensity = "A" .. "E"

CASME and CASME II write `L10+4`, doubtful ones `14?`; CAS(ME)^2 `4+7` or `NULL`; SAMM `R12B`,
`T23`, `L14 or R14`. A single unit is a bare number, which spreadsheet programs keep as 4.0. The
letter before a number is a side and the one after it an intensity, so `B` is never ambiguous.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mer_core.datasets.annotations import is_missing
from mer_core.records import ActionUnit

_SEPARATOR = re.compile(r"[+,;&，；＋]")
_OR = re.compile(r"\s*(?:\bor\b|\|)\s*", re.IGNORECASE)
_UNIT = re.compile(
    r"(?:AU\s*)?(?P<side>[LRTB])?\s*(?:AU\s*)?(?P<number>\d{1,2})(?:\.0+)?"
    r"\s*(?P<intensity>[A-E])?\s*(?P<after>[LR])?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[()\[\]（）]")


@dataclass(frozen=True, slots=True)
class ParsedUnits:
    """The units of a cell, and the pieces of it that follow no known notation."""

    units: tuple[ActionUnit, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether the coder left no doubt about any unit."""
        return all(unit.certain for unit in self.units)


def parse_action_units(text: str) -> ParsedUnits:
    """Read one cell of an action-unit column."""
    if is_missing(text) or text.strip() == "0":
        return ParsedUnits()
    units: list[ActionUnit] = []
    unreadable: list[str] = []
    for term in _SEPARATOR.split(text):
        alternatives = [piece for piece in _OR.split(term) if piece.strip()]
        for piece in alternatives:
            unit = _unit(piece, certain=len(alternatives) == 1)
            if unit is None:
                unreadable.append(piece.strip())
            elif unit not in units:
                units.append(unit)
    return ParsedUnits(tuple(units), tuple(unreadable))


def _unit(piece: str, *, certain: bool) -> ActionUnit | None:
    doubted = "?" in piece or "？" in piece
    bare = _BRACKETS.sub(" ", piece).replace("?", " ").replace("？", " ").strip()
    match = _UNIT.fullmatch(bare)
    if match is None:
        return None
    side = (match["side"] or match["after"] or "").upper()
    intensity = (match["intensity"] or "").upper()
    return ActionUnit(int(match["number"]), side, intensity, certain and not doubted)
