"""Applies keyed corrections: literal values in the cells, and the wording of changed key frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mer_core.datasets.annotations import frame_cell
from mer_core.datasets.corrections import CONDITIONS, CorrectionRule
from mer_core.datasets.entry import Entry
from mer_core.datasets.key_frames import KeyFrames
from mer_core.datasets.table import Correction


def replace_literals(
    entry: Entry, rules: Mapping[str, CorrectionRule]
) -> tuple[Entry, list[Correction]]:
    """Apply the rules that name a literal old value, where the sheet still holds it."""
    cells = {
        "onset": entry.frames.onset.text,
        "apex": entry.frames.apex.text,
        "offset": entry.frames.offset.text,
        "label": entry.label,
        "action_units": entry.action_units,
    }
    fitting = [
        rule
        for rule in rules.values()
        if rule.old not in CONDITIONS and cells[rule.field].strip() == rule.old
    ]
    corrections = [
        Correction(
            subject=entry.subject,
            clip=entry.clip,
            field=rule.field,
            old=rule.old,
            new=rule.new,
            code=rule.code,
            reason=rule.reason,
            source=rule.source,
        )
        for rule in fitting
    ]
    new = {rule.field: "" if rule.new == "missing" else rule.new for rule in fitting}
    return _with_cells(entry, new), corrections


def _with_cells(entry: Entry, new: Mapping[str, str]) -> Entry:
    if not new:
        return entry
    frames = replace(
        entry.frames,
        **{name: frame_cell(new[name]) for name in ("onset", "apex", "offset") if name in new},
    )
    return replace(
        entry,
        frames=frames,
        label=new.get("label", entry.label),
        action_units=new.get("action_units", entry.action_units),
    )


def frame_corrections(entry: Entry, frames: KeyFrames) -> list[Correction]:
    """Return the changes of coded frames, in the words of the keyed rule or of the general one."""
    return [
        Correction(
            subject=entry.subject,
            clip=entry.clip,
            field=change.field,
            old=change.old,
            new=change.new,
            code=f"{change.field}-{change.condition}",
            reason=change.rule.reason if change.rule else _GENERAL[change.condition],
            source=change.rule.source if change.rule else "general rule; not a known defect",
        )
        for change in frames.changes
    ]


_GENERAL = {
    "missing": "not coded",
    "after-offset": "lies after the offset",
    "before-onset": "lies before the onset",
    "beyond-files": "lies beyond the last file",
    "not-last-file": "is not the last file",
}
