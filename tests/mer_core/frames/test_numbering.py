import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.frame_numbering import bare_name, frame_number, is_image
from mer_core.frames import in_order, irregularities


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=1), st.randoms())
def test_order_is_that_of_the_numbers_whatever_their_padding(numbers, random):
    names = [f"img{number:0{random.randint(1, 8)}d}.jpg" for number in numbers]
    ordered = in_order(names, names)
    assert ordered.numbers == tuple(sorted(numbers))
    assert [frame_number(name) for name in ordered.items] == sorted(numbers)


def test_gaps_are_kept_and_reported():
    ordered = in_order("abcd", ["i2.png", "i3.png", "i9.png", "i11.png"])
    assert ordered.numbers == (2, 3, 9, 11)
    assert ordered.warnings == ("6 frame numbers are missing: 4-8, 10",)


def test_a_long_list_of_gaps_is_cut_short():
    (warning,) = irregularities(range(1, 21, 2))
    assert warning == "9 frame numbers are missing: 2, 4, 6 and 6 more"


def test_a_repeated_number_is_used_once_and_reported():
    ordered = in_order("ab", ["img7.png", "img07.png"])
    assert ordered.items == ("b",)
    assert ordered.warnings == ("left out because its frame number is taken: img7.png",)


def test_files_without_a_number_among_numbered_ones_are_reported():
    ordered = in_order("abc", ["cover.png", "i1.png", "i2.png"])
    assert ordered.items == ("b", "c")
    assert ordered.warnings == ("left out because it has no frame number: cover.png",)


def test_where_nothing_is_numbered_names_give_the_order():
    ordered = in_order([1, 2], ["onset.png", "apex.png"])
    assert ordered.items == (2, 1)
    assert ordered.numbers == (1, 2)
    assert "order of their names" in ordered.warnings[0]


def test_one_file_needs_no_number():
    assert in_order("a", ["face.png"]).warnings == ()


def test_regular_numbers_are_not_remarked_upon():
    assert irregularities([5, 6, 7]) == ()
    assert irregularities([5, 5, 6]) == ("frame number 5 occurs more than once",)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("img1.jpg", 1),
        ("reg_img0007.jpg", 7),
        ("img8.JPG", 8),
        ("006_1_2_00234.JPG", 234),
        ("EP01_5-045.jpg", 45),
        ("EP02_01f-7.jpg.png", 7),
        ("image_12.jpeg.jpeg", 12),
        ("reg_image000123.bmp", 123),
        ("frame.001.bmp", 1),
        ("s3/clip2/img41.png", 41),
        ("00000.tif", 0),
        ("cover.jpg", None),
        ("微笑12.png", 12),
    ],
)
def test_the_number_is_the_last_run_of_digits_before_the_suffixes(name, number):
    assert frame_number(name) == number


def test_dots_that_belong_to_a_name_stay():
    assert bare_name("s3/take.2.img7.jpg.png") == "take.2.img7"


def test_hidden_files_are_no_images():
    assert is_image("folder/img1.webp")
    assert not is_image("._img1.jpg")
    assert not is_image("notes.txt")
