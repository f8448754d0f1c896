"""Twins and licensed roots go one way; what is missing is said to be."""

import pytest

from mer_core.errors import SettingsError, UnknownNameError
from mer_core.reproduction.roots import MissingDataError, read_roots


def test_the_word_twin_stands_for_the_demo_twin_of_every_dataset():
    roots = read_roots("twin")
    assert roots.has("casme") and roots.has("samm")
    assert roots.choice("casme").twin
    assert roots.choice("casme").root is None


def test_a_list_gives_folders_relative_to_itself_with_options(tmp_path):
    (tmp_path / "data" / "C2").mkdir(parents=True)
    file = tmp_path / "roots.toml"
    file.write_text('[roots]\ncasme2 = "data/C2"\n[options.casme2]\nvariant = "raw"\n')
    roots = read_roots(file)
    choice = roots.choice("casme2")
    assert choice.root == str(tmp_path / "data" / "C2")
    assert choice.options == (("variant", "raw"),)
    assert not choice.twin
    assert not roots.has("samm")
    with pytest.raises(MissingDataError, match="SAMM"):
        roots.choice("samm")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("roots", SettingsError),
        ("[roots]\n", SettingsError),
        ('[roots]\ncasme2 = "nowhere"\n', SettingsError),
        ('[roots]\ncasme22 = "."\n', UnknownNameError),
        ("[roots]\ncasme2 = 3\n", SettingsError),
        ("[roots.casme2]\nroot = 3\n", SettingsError),
        ('options = 3\n[roots]\ncasme2 = "."\n', SettingsError),
        ('[roots]\ncasme2 = "."\n[options]\ncasme2 = 3\n', SettingsError),
        ('[roots]\ncasme2 = "a\\u0000b"\n', SettingsError),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(tmp_path, text, error):
    (tmp_path / "roots.toml").write_text(text)
    with pytest.raises(error):
        read_roots(tmp_path / "roots.toml")


def test_no_list_is_refused_with_what_to_give(tmp_path):
    with pytest.raises(SettingsError, match="give 'twin'"):
        read_roots(tmp_path / "absent.toml")
