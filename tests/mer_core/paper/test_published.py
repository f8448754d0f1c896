"""The data files against a second transcription, typed in another order: by column."""

import pytest

from mer_core.errors import SettingsError, UnknownNameError
from mer_core.paper.published import FIGURE5, PUBLISHED, TABLE1, TABLE2, TABLE3, load_published
from mer_core.paper.tables import DATASETS, SETUPS

COLUMNS = {
    "CASME-I": """- 56.14 55.44 61.86 65.99 60.98 - 63.20 - 25.04 33.77
        56.48 60.26 56.51 57.94 59.32 56.53 66.99 72.64""",
    "CASME-II": """59.91 45.93 59.11 61.11 55.86 - 65.90 65.80 56.00 32.12 30.25
        45.64 49.58 53.62 60.17 54.12 43.88 61.58 68.74""",
    "CASME^2": "- - 46.58 35.05 52.86 61.20",
    "SAMM": "48.50 54.45 36.50 40.20 47.46 58.12",
    "CI2CII": "- - 10.67 11.86 46.25 -",
    "CI2C2": "- - 12.50 4.00 13.08 -",
    "CI2S": "- - 10.69 14.46 26.42 -",
    "CII2CI": "- - 10.81 23.78 46.49 -",
    "CII2C2": "- - 23.54 6.40 23.55 -",
    "CII2S": "- - 8.81 18.24 32.08 -",
    "S2CI": "- - 20.15 14.05 26.00 -",
    "S2CII": "- - 16.60 12.64 25.90 -",
    "S2C2": "- - 29.06 8.00 48.26 -",
}


@pytest.mark.parametrize("setup", SETUPS)
def test_accuracies_column_by_column(setup):
    rows = TABLE1 if setup in ("CASME-I", "CASME-II") else TABLE2
    cells = [row.accuracies[setup] for row in rows]
    assert ["-" if cell is None else cell.text for cell in cells] == COLUMNS[setup].split()


def test_costs_column_by_column():
    columns = zip(
        *((r.parameters_m.text, r.memory_mb.text, r.speed_s.text) for r in TABLE3), strict=True
    )
    parameters, memory, speed = (" ".join(column) for column in columns)
    assert parameters == "138 144 26 4.2 2.3 2.5 1.1 1.0 2.1 2.1 2.2"
    assert memory == "515 535 44 25.3 8.5 9.4 4.0 3.4 7.8 8.1 8.3"
    assert speed == "17.8 21.2 19 12 8.5 8.6 8.6 4.5 5.4 5.1 8.7"


def test_methods_in_the_order_of_the_paper():
    ablations = [
        "Af-Net-KS-1",
        "Af-Net-KS-2",
        "Af-Net-LFC",
        "Af-Net-WoMFL",
        "Af-Net-3x3",
        "Af-Net-1x1",
    ]
    quoted = [
        "STLBP-IP",
        "FDM",
        "3D-Flow",
        "TICS",
        "FHOFO",
        "CNN-LSTM",
        "MicroAtt",
        "Sp-RCNN",
        "STRCNN",
    ]
    baselines, ours = ["ResNet-50", "MobileNet"], ["AffectiveNet-1", "AffectiveNet-2"]
    assert [row.method for row in TABLE1] == [*quoted, *baselines, *ablations, *ours]
    assert [row.method for row in TABLE1 if row.quoted] == quoted
    assert [row.method for row in TABLE2] == ["MicroAtt", "STRCNN", *baselines, *ours]
    assert [row.network for row in TABLE3] == ["VGG-16", "VGG-19", *baselines, *ablations, ours[0]]


def test_setups_name_their_datasets():
    crossed = {(s.train, s.test) for s in SETUPS.values() if not s.person_independent}
    sources = ("CASME-I", "CASME-II", "SAMM")
    assert crossed == {(a, b) for a in sources for b in DATASETS if a != b}
    assert (SETUPS["CII2C2"].train, SETUPS["CII2C2"].test) == ("CASME-II", "CASME^2")


def test_matrices_transposed():
    by_column = {
        "a": "15 2 1 3 12 46 3 8 1 0 2 0 4 0 0 3",
        "b": "12 7 4 1 9 40 5 2 2 2 4 1 1 4 0 6",
        "c": "38 9 5 5 7 7 3 3 5 1 4 3 5 4 1 0",
        "d": "15 11 8 6 7 5 6 11 31",
        "e": "11 17 2 4 15 33 2 4 1 4 1 0 1 3 0 2",
        "f": "20 0 19 0 31 0 21 0 3 0 4 0 1 0 1 0",
        "g": "11 1 1 2 31 19 12 3 6 1 1 1 3 2 5 1",
    }
    for matrix in FIGURE5:
        hundredths = [
            round(100 * cell) for column in zip(*matrix.cells, strict=True) for cell in column
        ]
        assert hundredths == [int(cell) for cell in by_column.pop(matrix.letter).split()]
    assert not by_column


@pytest.mark.parametrize(
    ("letter", "uar"),
    [
        ("a", 0.494),
        ("b", 0.541),
        ("c", 0.333),
        ("d", 0.500),
        ("e", 0.343),
        ("f", 0.226),
        ("g", 0.309),
    ],
)
def test_recall_from_rows(letter, uar):
    matrix = PUBLISHED.matrix(letter)
    recalls = [
        row[i] / sum(row) for i, row in enumerate(matrix.cells) if sum(cell > 0 for cell in row)
    ]
    assert matrix.uar == pytest.approx(sum(recalls) / len(recalls))
    assert round(matrix.uar, 3) == uar
    assert len(matrix.present) == len(recalls)


def test_every_number_has_its_place():
    assert all(statement.place and statement.claim for statement in PUBLISHED.statements)
    assert len({statement.id for statement in PUBLISHED.statements}) == len(PUBLISHED.statements)


@pytest.mark.parametrize(
    ("setup", "largest", "total"),
    [("CASME-I", 106, 186), ("CII2C2", 190, 345), ("CASME^2", 155, 345), ("S2CII", 126, 254)],
)
def test_majority_rates(setup, largest, total):
    assert PUBLISHED.majority_rate(setup) == pytest.approx(100 * largest / total)


def test_a_missing_accuracy_is_named():
    with pytest.raises(UnknownNameError, match="no accuracy for CI2S under 'STRCNN'"):
        PUBLISHED.accuracy("STRCNN", "CI2S")


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("table1.csv", "65.99", "65,99", "row 'FHOFO' does not have 7 cells"),
        ("table1.csv", "65.99", "65;99", "row 'FHOFO' cannot be read"),
        ("table3.csv", "25.3", "?", "row 'MobileNet' cannot be read"),
        ("confusions.toml", "0.38 0.07 0.05 0.05", "0.38 0.07 0.05", "matrix 'c' does not have 4"),
    ],
)
def test_damaged_files_are_refused(paper_copy, name, old, new, complaint):
    paper_copy.replace(name, old, new)
    with pytest.raises(SettingsError, match=complaint) as error:
        load_published(paper_copy.folder)
    assert name in str(error.value)


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"table1\.csv cannot be read"):
        load_published(tmp_path)
