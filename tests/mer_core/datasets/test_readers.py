"""Each reader keeps the contract on a small root in its release's layout."""

from __future__ import annotations

from tests.mer_core.datasets import layouts
from tests.mer_core.datasets.contract import ReaderContract


class TestCasme(ReaderContract):
    dataset = "casme"
    takes = layouts.CASME_TAKES
    build = staticmethod(layouts.write_casme)
    clip_folder = staticmethod(layouts.casme_clip)

    def subject(self, take):
        return f"sub{take.number}"


class TestCasme2(ReaderContract):
    dataset = "casme2"
    takes = layouts.CASME2_TAKES
    build = staticmethod(layouts.write_casme2)
    clip_folder = staticmethod(layouts.casme2_clip)

    def subject(self, take):
        return f"sub{take.number}"


class TestSamm(ReaderContract):
    dataset = "samm"
    takes = layouts.SAMM_TAKES
    build = staticmethod(layouts.write_samm)
    clip_folder = staticmethod(layouts.samm_clip)

    def subject(self, take):
        return f"{take.number:03d}"


class TestCasmeSquared(ReaderContract):
    dataset = "casme-squared"
    takes = layouts.SQUARED_TAKES
    build = staticmethod(layouts.write_casme_squared)
    clip_folder = staticmethod(layouts.squared_clip)

    def subject(self, take):
        return {1: "s55", 2: "s56", 6: "s57"}[take.number]

    def label(self, take):
        return take.clip.rstrip("_0123456789")


class TestSmic(ReaderContract):
    dataset = "smic"
    takes = layouts.SMIC_TAKES
    rows_name_clips = False
    codes_apex = False
    codes_units = False
    build = staticmethod(layouts.write_smic)
    clip_folder = staticmethod(layouts.smic_clip)

    def subject(self, take):
        return f"s{take.number}"


class TestFolder(ReaderContract):
    dataset = "folder"
    takes = layouts.FOLDER_TAKES
    build = staticmethod(layouts.write_folder)
    clip_folder = staticmethod(layouts.folder_clip)

    def subject(self, take):
        return f"person{take.number}"

    def test_a_folder_without_a_row_is_named(self, root):
        import shutil

        first = self.clip_folder(root, self.takes[0])
        shutil.copytree(first, first.with_name("take9"))
        table = self.open(root)
        assert not table.excluded
        (bare,) = [sample for sample in table if sample.clip == "take9"]
        assert bare.label == self.takes[0].label
        assert (bare.onset, bare.apex, bare.offset) == (11, None, 18)
