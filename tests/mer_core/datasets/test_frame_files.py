from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mer_core.datasets.frame_files import frame_base, scan_frames


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def test_order_is_by_number_whatever_the_padding(tmp_path):
    files = scan_frames(fill(tmp_path, "img10.jpg", "img009.jpg", "img8.jpg"))
    assert files.numbers == (8, 9, 10)
    assert [path.name for path in files.paths] == ["img8.jpg", "img009.jpg", "img10.jpg"]


def test_duplicates_gaps_strays_and_doubled_extensions_are_named(tmp_path):
    files = scan_frames(
        fill(
            tmp_path, "a1.jpg", "a01.jpg", "a4.png", "a5.jpg.jpg", "x.txt", "cover.jpg", ".DS_Store"
        )
    )
    assert files.numbers == (1, 4, 5)
    assert [path.name for path in files.duplicates] == ["a1.jpg"]
    assert files.gaps == (2, 3)
    assert set(files.strays) == {"x.txt", "cover.jpg"}
    assert files.double_extensions == ("a5.jpg.jpg",)


def test_names_without_numbers_are_counted(tmp_path):
    files = scan_frames(fill(tmp_path, "b.png", "a.png", "c.png"))
    assert files.numbers == (1, 2, 3)
    assert [path.name for path in files.paths] == ["a.png", "b.png", "c.png"]


def test_an_empty_folder_has_no_frames(tmp_path):
    files = scan_frames(tmp_path)
    assert (files.paths, files.numbers, files.gaps) == ((), (), ())


@given(st.integers(1, 9999), st.integers(1, 80), st.booleans())
def test_absolute_and_renumbered_files_land_on_the_sheets_scale(onset, count, renumbered):
    offset = onset + count - 1
    numbers = range(1, count + 1) if renumbered else range(onset, offset + 1)
    shift, sure = frame_base(numbers, onset, offset)
    assert sure
    assert [n + shift for n in numbers] == list(range(onset, offset + 1))


def test_a_base_that_cannot_be_told_is_not_guessed():
    assert frame_base(range(1, 11), 50, 70) == (0, False)
    assert frame_base(range(1, 11), None, 10) == (0, False)
    assert frame_base((), 1, 2) == (0, False)


def test_onset_alone_decides_where_the_offset_is_missing():
    assert frame_base(range(50, 61), 50, None) == (0, True)
