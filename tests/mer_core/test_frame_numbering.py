import pytest

from mer_core.frame_numbering import bare_name, frame_number, is_image


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
