import tomllib

import pytest

from mer_core.datasets.catalog import DATASETS, dataset_info
from mer_core.datasets.locations import forget, locate, locations_file, read_locations, remember
from mer_core.errors import DatasetError

CASME2 = dataset_info("casme2")


@pytest.fixture(autouse=True)
def settings_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CONFIG", str(tmp_path / "config"))
    for info in DATASETS:
        monkeypatch.delenv(info.environment, raising=False)


def test_a_root_is_remembered_as_plain_toml(tmp_path):
    root = tmp_path / "CASME2"
    root.mkdir()
    file = remember("casme2", root)
    assert tomllib.loads(file.read_text()) == {"roots": {"casme2": str(root)}}
    assert locate(CASME2).root == root
    assert locate(CASME2).source == str(file)


def test_given_wins_over_environment_wins_over_file(tmp_path, monkeypatch):
    for name in ("given", "variable", "file"):
        (tmp_path / name).mkdir()
    remember("casme2", tmp_path / "file")
    monkeypatch.setenv("MER_CASME2_ROOT", str(tmp_path / "variable"))
    assert locate(CASME2).root.name == "variable"
    assert locate(CASME2).source == "MER_CASME2_ROOT"
    assert locate(CASME2, tmp_path / "given").root.name == "given"


def test_an_unknown_root_names_every_way_to_give_one():
    with pytest.raises(DatasetError) as caught:
        locate(CASME2)
    for word in ("mer data add casme2", "MER_CASME2_ROOT", CASME2.licence):
        assert word in str(caught.value)


def test_other_entries_and_foreign_keys_survive_a_write(tmp_path):
    file = locations_file()
    file.parent.mkdir(parents=True)
    file.write_text('[mine]\nnote = "kept"\n[roots]\nsamm = "/data/samm"\n')
    remember("casme2", tmp_path)
    assert set(read_locations()) == {"samm", "casme2"}
    assert tomllib.loads(file.read_text())["mine"] == {"note": "kept"}
    assert forget("samm")
    assert not forget("samm")
    assert set(read_locations()) == {"casme2"}


@pytest.mark.parametrize("text", ["[roots", "roots = 3", "[roots]\ncasme2 = 4"])
def test_a_broken_file_is_refused_and_left_alone(text):
    file = locations_file()
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(DatasetError, match=r"datasets\.toml"):
        locate(CASME2)
    assert file.read_text() == text


def test_every_dataset_has_its_own_variable():
    assert len({info.environment for info in DATASETS}) == len(DATASETS)
    assert dataset_info("casme-squared").environment == "MER_CASME_SQUARED_ROOT"
