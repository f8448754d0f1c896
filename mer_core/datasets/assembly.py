"""From annotated rows and clip folders to one table, every row accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mer_core.datasets.action_units import parse_action_units
from mer_core.datasets.corrections import (
    CorrectionRule,
    Corrections,
    read_corrections,
    shipped_corrections,
)
from mer_core.datasets.data_issues import (
    cell_issues,
    file_issues,
    image_issues,
    spelling_findings,
)
from mer_core.datasets.entry import Entry, ReaderInput
from mer_core.datasets.frame_files import FrameFiles, scan_frames
from mer_core.datasets.key_frames import KeyFrames, resolve_key_frames
from mer_core.datasets.label_schemes import emotion_word
from mer_core.datasets.layout import TRUTH_FOLDER, clip_key, marker_folder
from mer_core.datasets.reconciliation import (
    SYNTHETIC_VERSION,
    UNKNOWN_VERSION,
    identify_version,
    sheet_versions,
)
from mer_core.datasets.replacement import frame_corrections, replace_literals
from mer_core.datasets.table import (
    ROW,
    Correction,
    DatasetTable,
    Exclusion,
    Finding,
    Reason,
)
from mer_core.frame_numbering import positions_between
from mer_core.records import Sample


def assemble(reader_input: ReaderInput, entries: Iterable[Entry]) -> DatasetTable:
    """The table of all entries; each becomes a sample or an exclusion, never neither."""
    return _Assembly(reader_input, list(entries)).table()


class _Assembly:
    """The state of one table in the making."""

    def __init__(self, reader_input: ReaderInput, entries: list[Entry]) -> None:
        self.reader_input = reader_input
        self.entries = entries
        self.name = reader_input.info.name
        marker = marker_folder(reader_input.root)
        self.synthetic = reader_input.marked_synthetic or marker is not None
        self.truth = None if marker is None else marker / TRUTH_FOLDER
        self.version, self.remarks = self._identify_version()
        self.rules = self._rules()
        self.samples: list[Sample] = []
        self.excluded: list[Exclusion] = []
        self.corrected: list[Correction] = []
        self.findings: list[Finding] = []
        self.seen: dict[tuple[str, str], int] = {}

    def table(self) -> DatasetTable:
        for entry in self.entries:
            self._add_entry(entry)
        self._name_unannotated_folders()
        self._note_spellings()
        reader_input = self.reader_input
        return DatasetTable(
            name=self.name,
            root=reader_input.root,
            samples=tuple(self.samples),
            excluded=tuple(self.excluded),
            corrected=tuple(self.corrected),
            findings=tuple(self.findings),
            remarks=(*reader_input.remarks, *reader_input.frame_tree.remarks, *self.remarks),
            variant=reader_input.frame_tree.variant,
            sheet=reader_input.sheet,
            sheet_version=self.version,
            sheet_rows=len(self.entries),
            synthetic=self.synthetic,
            options={"variant": reader_input.frame_tree.variant, **reader_input.choices},
        )

    def _identify_version(self) -> tuple[str, tuple[str, ...]]:
        words = Counter(
            emotion_word(entry.version_word or entry.label, self.name).text
            for entry in self.entries
        )
        stem = "" if self.reader_input.sheet is None else self.reader_input.sheet.stem
        version = identify_version(self.name, rows=len(self.entries), counts=words, stem=stem)
        if version != UNKNOWN_VERSION or not sheet_versions(self.name):
            return ("" if version == UNKNOWN_VERSION else version), ()
        if self.synthetic:
            return SYNTHETIC_VERSION, ()
        remark = (
            f"{len(self.entries)} rows with these class counts are no known release; "
            "corrections keyed to one version are not applied"
        )
        return version, (remark,)

    def _rules(self) -> Corrections:
        own = self.reader_input.options.corrections
        rules = {**shipped_corrections(self.name), **(read_corrections(own) if own else {})}
        return {key: rule for key, rule in rules.items() if rule.version in ("", self.version)}

    def _add_entry(self, entry: Entry) -> None:
        if (refusal := self._refusal(entry)) is not None:
            self._exclude(entry, *refusal)
            return
        folder = entry.folder or self.reader_input.frame_tree.clips.find(entry.subject, entry.clip)
        if folder is None:
            self._exclude(entry, *self._missing_folder_reason(entry))
            return
        files = scan_frames(folder.path)
        if not files.paths:
            self._exclude(entry, Reason.NO_FRAMES, f"{folder.path.name} holds no images")
            return
        self._build(entry, files)

    def _refusal(self, entry: Entry) -> tuple[Reason, str] | None:
        """Return why an entry is excluded before any folder is looked at."""
        options = self.reader_input.options
        if entry.problem:
            return Reason.ROW_UNREADABLE, entry.problem
        first = self.seen.setdefault(entry.key, entry.row)
        if first != entry.row:
            return Reason.DUPLICATE_ROW, f"row {first} names the same clip"
        if options.expression not in ("both", entry.expression.value):
            return Reason.TYPE_FILTERED, f"{entry.expression.value}-expression"
        if f"{entry.subject}/{entry.clip}" in options.exclude:
            return Reason.USER_OVERRIDE, "left out on request"
        return None

    def _missing_folder_reason(self, entry: Entry) -> tuple[Reason, str]:
        whole = self.reader_input.frame_tree.elsewhere.find(entry.subject, entry.clip)
        if whole is not None:
            return Reason.NO_CROP, "full frames exist"
        tree = self.reader_input.frame_tree.clips.tree
        below = f" below {tree.name}" if tree else ""
        return Reason.NO_FRAMES, f"no folder {entry.subject}/{entry.clip}{below}"

    def _build(self, entry: Entry, files: FrameFiles) -> None:
        rules = self._rules_for(entry)
        entry, replaced = replace_literals(entry, rules)
        frames = resolve_key_frames(
            entry.frames,
            files.numbers,
            rules,
            coding=self.reader_input.coding,
            trimmed=self.reader_input.frame_tree.trimmed,
        )
        if frames.reason is None and frames.apex is None and self.reader_input.options.require_apex:
            frames.reason, frames.detail = Reason.APEX_MISSING, "an apex was asked for"
        if frames.reason is not None:
            self._exclude(entry, frames.reason, frames.detail)
            return
        self.corrected += [*replaced, *frame_corrections(entry, frames)]
        if entry.cut:
            files, frames.numbers = select_frames(files, frames.onset, frames.offset)
        notes = self._note(entry, files, frames)
        self.samples.append(self._sample(entry, files, frames, notes))

    def _rules_for(self, entry: Entry) -> dict[str, CorrectionRule]:
        return {rule.field: rule for key, rule in self.rules.items() if key[:2] == entry.key}

    def _note(self, entry: Entry, files: FrameFiles, frames: KeyFrames) -> tuple[str, ...]:
        issues = [
            *frames.issues,
            *file_issues(files),
            *cell_issues(entry, frames, self.name),
            *(image_issues(files.paths) if self.reader_input.options.images else ()),
        ]
        for issue, detail in issues:
            finding = Finding(subject=entry.subject, clip=entry.clip, issue=issue, detail=detail)
            self.findings.append(finding)
        return tuple(f"{issue.value}: {detail}" for issue, detail in issues)

    def _sample(
        self, entry: Entry, files: FrameFiles, frames: KeyFrames, notes: tuple[str, ...]
    ) -> Sample:
        return Sample(
            dataset=self.name,
            subject=entry.subject,
            clip=entry.clip,
            frames=files.paths,
            frame_numbers=frames.numbers,
            onset=frames.onset,
            apex=frames.apex,
            offset=frames.offset,
            label=entry.label,
            action_units=parse_action_units(entry.action_units).units,
            expression=entry.expression,
            fps=entry.fps or self.reader_input.info.fps,
            derived=frozenset(frames.derived),
            synthetic=self.synthetic,
            truth=self._truth(entry),
            cropped=self.reader_input.frame_tree.variant not in ("raw", "long"),
            notes=notes,
            source_row={**entry.cells, ROW: str(entry.row)},
        )

    def _truth(self, entry: Entry) -> Path | None:
        """A twin's ground truth: that of the full frames apart, where it has both variants."""
        if self.truth is None:
            return None
        name = Path(entry.subject, f"{entry.clip}.npz")
        places = [self.truth / name]
        if self.reader_input.frame_tree.variant != "cropped":
            places.insert(0, self.truth / "raw" / name)
        return next((file for file in places if file.is_file()), None)

    def _exclude(self, entry: Entry, reason: Reason, detail: str) -> None:
        exclusion = Exclusion(
            subject=entry.subject,
            clip=entry.clip,
            reason=reason,
            detail=detail,
            label=entry.label,
            row=entry.row,
        )
        self.excluded.append(exclusion)

    def _name_unannotated_folders(self) -> None:
        named = {entry.key for entry in self.entries}
        clips = self.reader_input.frame_tree.clips
        without = [
            (f, "no row names it") for f in clips if (f.subject, clip_key(f.clip)) not in named
        ]
        second = [(f, f"a second folder of this name, {f.path.name}") for f in clips.repeated]
        for folder, detail in [*without, *second]:
            self.excluded.append(
                Exclusion(
                    subject=folder.subject,
                    clip=folder.clip,
                    reason=Reason.NO_SHEET_ROW,
                    detail=detail,
                    label=folder.group,
                )
            )

    def _note_spellings(self) -> None:
        """Spellings are compared across the sheet, so their notes come when it is complete."""
        found = {finding.key: finding for finding in spelling_findings(self.samples)}
        self.findings += found.values()
        self.samples = [
            replace(sample, notes=(*sample.notes, f"{finding.code}: {finding.detail}"))
            if (finding := found.get(f"{sample.subject}/{sample.clip}")) is not None
            else sample
            for sample in self.samples
        ]


def select_frames(
    files: FrameFiles, first: int | None, last: int | None
) -> tuple[FrameFiles, tuple[int, ...]]:
    """The part of a recording that is the clip, and its frame numbers."""
    inside = positions_between(files.numbers, first, last)
    part = FrameFiles(
        tuple(files.paths[position] for position in inside),
        tuple(files.numbers[position] for position in inside),
    )
    return part, part.numbers
