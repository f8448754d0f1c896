"""What every reader promises, checked on a root that its test class builds."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from mer_core.datasets.action_units import parse_action_units
from mer_core.datasets.catalog import dataset_info, open_dataset
from mer_core.datasets.table import DatasetTable, Reason
from mer_core.errors import DatasetError, SettingsError
from tests.mer_core.datasets.layouts import Take


def without_paths(table: DatasetTable) -> list[tuple[object, ...]]:
    return [
        (s.key, s.onset, s.apex, s.offset, s.label, s.action_units, s.frame_numbers, s.expression)
        for s in table
    ]


class ReaderContract:
    """Subclasses supply a dataset's name, its takes, and how one becomes folders and rows."""

    dataset: str
    takes: Sequence[Take]
    rows_name_clips = True
    codes_apex = True
    codes_units = True

    def build(self, root: Path) -> Path:
        raise NotImplementedError

    def subject(self, take: Take) -> str:
        raise NotImplementedError

    def clip_folder(self, root: Path, take: Take) -> Path:
        raise NotImplementedError

    def label(self, take: Take) -> str:
        return take.label

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return self.build(tmp_path / "root")

    def open(self, root: Path, **options: object) -> DatasetTable:
        return open_dataset(self.dataset, root, **options)

    def test_every_field_is_what_was_written(self, root):
        samples = {(s.subject, s.clip): s for s in self.open(root)}
        assert len(samples) == len(self.takes)
        for take in self.takes:
            sample = samples[self.subject(take), take.clip]
            assert (sample.onset, sample.offset) == (take.onset, take.offset)
            assert sample.frame_numbers == tuple(take.frames)
            assert sample.label == self.label(take)
            assert sample.dataset == self.dataset
            if self.codes_apex:
                assert sample.apex == take.apex
                assert not sample.derived
            if self.codes_units:
                assert sample.action_units == parse_action_units(take.units).units

    def test_a_clean_root_raises_no_line(self, root):
        table = self.open(root)
        assert not table.excluded
        assert not table.corrected
        assert not table.findings

    def test_frames_exist_in_the_order_of_their_numbers(self, root):
        for sample in self.open(root):
            assert len(sample.frames) == len(sample.frame_numbers)
            assert all(path.is_file() for path in sample.frames)
            assert list(sample.frame_numbers) == sorted(set(sample.frame_numbers))
            assert sample.expression_frames() == sample.frames

    def test_a_missing_folder_is_an_exclusion_and_not_a_loss(self, root):
        gone = self.takes[0]
        shutil.rmtree(self.clip_folder(root, gone))
        table = self.open(root)
        kept = len(self.takes) - 1
        assert len(table) == kept
        if self.rows_name_clips:
            (line,) = table.excluded
            assert (line.subject, line.clip) == (self.subject(gone), gone.clip)
            assert line.reason in (Reason.NO_FRAMES, Reason.NO_CROP)
            assert table.sheet_rows == len(self.takes)

    def test_an_emptied_folder_is_an_exclusion(self, root):
        if not self.rows_name_clips:
            pytest.skip("a folder without images is no clip here")
        gone = self.takes[0]
        for image in self.clip_folder(root, gone).iterdir():
            image.unlink()
        reasons = {(e.clip, e.reason) for e in self.open(root).excluded}
        assert reasons == {(gone.clip, Reason.NO_FRAMES)}

    def test_a_folder_without_a_row_is_named(self, root):
        first = self.clip_folder(root, self.takes[0])
        shutil.copytree(first, first.with_name("XX99_9"))
        table = self.open(root)
        if self.rows_name_clips:
            assert [(e.clip, e.reason) for e in table.excluded] == [("XX99_9", Reason.NO_SHEET_ROW)]
        else:
            assert "XX99_9" in {sample.clip for sample in table}

    def test_a_marker_makes_everything_synthetic(self, root):
        assert not self.open(root).synthetic
        (root / "SYNTHETIC.txt").write_text("generated")
        table = self.open(root)
        assert table.synthetic
        assert all(sample.synthetic for sample in table)

    def test_ground_truth_is_found_beside_the_frames(self, root):
        take = self.takes[0]
        file = root / "ground_truth" / self.subject(take) / f"{take.clip}.npz"
        file.parent.mkdir(parents=True)
        file.touch()
        assert all(sample.truth is None for sample in self.open(root))
        (root / "SYNTHETIC.txt").touch()
        truths = {(s.subject, s.clip): s.truth for s in self.open(root)}
        key = (self.subject(take), take.clip)
        assert truths.pop(key) == file
        assert set(truths.values()) == {None}

    def test_a_copy_elsewhere_has_the_same_digest(self, root, tmp_path):
        before = self.open(root).digest
        copy = tmp_path / "other place" / "copy"
        shutil.copytree(root, copy)
        assert self.open(copy).digest == before
        image = next(self.clip_folder(copy, self.takes[-1]).iterdir())
        image.write_bytes(image.read_bytes() + b"!")
        assert self.open(copy).digest != before

    def test_frames_cropped_anew_are_other_data_although_no_size_changes(self, root):
        before = self.open(root).digest
        image = next(self.clip_folder(root, self.takes[-1]).iterdir())
        content = image.read_bytes()
        image.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert self.open(root).digest != before
        image.write_bytes(content)
        assert self.open(root).digest == before

    def test_a_stray_file_and_a_gap_are_noticed(self, root):
        folder = self.clip_folder(root, self.takes[0])
        (folder / "Thumbs.db").write_bytes(b"")
        sorted(folder.iterdir())[2].unlink()
        codes = {f.code for f in self.open(root).findings if f.clip == self.takes[0].clip}
        assert {"stray-file", "frame-gap"} <= codes

    def test_a_missing_root_says_how_to_get_the_data(self, tmp_path):
        with pytest.raises(DatasetError) as caught:
            self.open(tmp_path / "nowhere")
        assert dataset_info(self.dataset).licence in str(caught.value)
        assert "nowhere" in str(caught.value)

    def test_an_empty_root_says_what_was_looked_for(self, tmp_path):
        with pytest.raises(DatasetError, match="looked for"):
            self.open(tmp_path)

    def test_clips_can_be_left_out_by_name(self, root):
        take = self.takes[0]
        key = f"{self.subject(take)}/{take.clip}"
        table = self.open(root, exclude=[key])
        assert [(e.key, e.reason) for e in table.excluded] == [(key, Reason.USER_OVERRIDE)]

    def test_an_option_it_has_no_use_for_is_refused(self, root):
        with pytest.raises(SettingsError, match="colour"):
            self.open(root, colour=True)

    def test_images_of_another_size_are_noticed_on_request(self, root):
        from tests.mer_core.datasets.layouts import png

        folder = self.clip_folder(root, self.takes[0])
        sorted(folder.iterdir())[0].write_bytes(png(3, 2))
        assert not self.open(root).findings
        (finding,) = self.open(root, images=True).findings
        assert finding.code == "image-size"
        assert "3x2" in finding.detail
