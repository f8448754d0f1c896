"""Each scheme gives, on the published word counts, the class counts it is said to give."""

from collections import Counter

import pytest

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.label_schemes import (
    SCHEMES,
    Spelling,
    class_for,
    emotion_word,
    label_scheme,
    vocabulary,
)
from mer_core.datasets.reconciliation import printed_counts, sheet_versions
from mer_core.datasets.synthetic.twins import LAYOUTS
from mer_core.errors import SettingsError, UnknownNameError
from mer_core.models.shipped import shipped_classes
from tests.mer_core.datasets import layouts

# Word counts of the sheets the schemes' stated counts refer to, written out a second time.
WORDS = {
    "casme": "tense 69 disgust 44 repression 38 surprise 20 happiness 9 sadness 6 fear 2 "
    "contempt 1",
    "casme2": "others 99 disgust 63 happiness 32 repression 27 surprise 25 sadness 7 fear 2",
    "casme-squared": "anger 102 happy 167 disgust 88",
    "samm": "anger 57 happiness 26 other 26 surprise 15 contempt 12 disgust 9 fear 8 sadness 6",
    "smic": "negative 70 positive 51 surprise 43",
}
# Clips that a count leaves out for another reason than its word: MEGC's two CASME II clips, and
# the 12 CAS(ME)^2 clips without a face crop that the paper does not count.
APART = {
    ("megc3", "casme2"): {"negative": 2},
    ("megc3-ep09", "casme2"): {"negative": 2},
    ("paper4", "casme-squared"): {"happy": 12},
    ("cross", "casme-squared"): {"positive": 12},
}
SUMS = {
    ("megc3", "casme2"): 145,
    ("megc3", "samm"): 133,
    ("megc3", "smic"): 164,
    ("five", "casme2"): 246,
    ("five", "samm"): 136,
    ("paper4", "casme"): 187,
    ("paper4", "casme2"): 255,
    ("paper4", "samm"): 159,
    ("paper4", "casme-squared"): 345,
    ("natural4", "casme"): 189,
    ("natural4", "casme2"): 255,
    ("natural4", "samm"): 159,
    ("prefix3", "casme-squared"): 357,
    ("cross", "casme-squared"): 345,
}


def words(dataset: str) -> dict[str, int]:
    pieces = WORDS[dataset].split()
    return dict(zip(pieces[::2], map(int, pieces[1::2]), strict=True))


STATED = [(s.name, dataset) for s in SCHEMES for dataset in s.counts]


@pytest.mark.parametrize(("name", "dataset"), STATED)
def test_a_scheme_gives_the_counts_it_states(name, dataset):
    scheme = label_scheme(name)
    given = Counter()
    for word, count in words(dataset).items():
        if (label := scheme.classify(dataset, "any/clip", word)) is not None:
            given[label] += count
    given.subtract(APART.get((name, dataset), {}))
    assert {c: given[c] for c in scheme.classes(dataset)} == dict(scheme.counts[dataset])


@pytest.mark.parametrize(("name", "dataset"), SUMS)
def test_sums_are_the_published_ones(name, dataset):
    assert sum(label_scheme(name).counts[dataset].values()) == SUMS[name, dataset]


def test_the_composite_task_is_442_clips():
    scheme = label_scheme("megc3")
    total = Counter()
    for dataset in scheme.composite:
        total.update(scheme.counts[dataset])
    assert total == {"negative": 250, "positive": 109, "surprise": 83}


@pytest.mark.parametrize(
    ("dataset", "differences"),
    [
        ("casme", {"others": 107 - 106}),
        ("casme2", {"positive": 32 - 31}),
        ("samm", {}),
        ("casme-squared", {}),
    ],
)
def test_paper4_differs_from_the_print_exactly_where_it_says(dataset, differences):
    printed = printed_counts("paper4", dataset).counts
    given = label_scheme("paper4").counts[dataset]
    assert {c: given[c] - printed[c] for c in given if given[c] != printed[c]} == differences


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
def test_maps_speak_the_coders_words_and_hit_their_classes(scheme):
    for dataset, mapping in scheme.maps.items():
        assert set(mapping.values()) <= set(scheme.classes(dataset))
        if vocabulary(dataset):
            assert set(mapping) <= set(vocabulary(dataset))


def test_the_published_words_are_the_vocabulary():
    for dataset in ("casme", "casme2", "samm", "smic"):
        assert {emotion_word(w, dataset).text for w in words(dataset)} == set(vocabulary(dataset))
        published = [dict(v.counts) for v in sheet_versions(dataset)]
        assert {emotion_word(w, dataset).text: n for w, n in words(dataset).items()} in published


@pytest.mark.parametrize("text", ["Other", "Others", "others", " OTHER "])
def test_other_is_one_word_in_any_spelling(text):
    assert emotion_word(text, "samm").text == "others"


@pytest.mark.parametrize(
    ("text", "dataset", "word", "spelling"),
    [
        ("happyiness", "casme-squared", "happiness", Spelling.TYPO),
        ("suprise", "casme2", "surprise", Spelling.TYPO),
        ("ne", "smic", "negative", Spelling.SYNONYM),
        ("happy", "casme-squared", "happy", Spelling.KNOWN),
        ("happy", "samm", "happiness", Spelling.SYNONYM),
        ("boredom", "casme2", "boredom", Spelling.UNKNOWN),
        ("", "casme2", "", Spelling.UNKNOWN),
        ("Boredom", "folder", "boredom", Spelling.KNOWN),
    ],
)
def test_a_word_is_recognised_or_left_alone(text, dataset, word, spelling):
    found = emotion_word(text, dataset)
    assert (found.text, found.spelling) == (word, spelling)


def test_a_scheme_that_says_nothing_of_a_dataset_names_those_that_do():
    with pytest.raises(SettingsError, match="raw, megc3"):
        label_scheme("paper4").classes("smic")
    with pytest.raises(UnknownNameError, match="paper4"):
        label_scheme("paper5")


def test_clips_left_out_by_name_differ_between_the_two_megc_lists():
    def out(name: str, clip: str) -> bool:
        return label_scheme(name).classify("casme2", f"casme2/sub05/{clip}", "disgust") is None

    assert (out("megc3", "EP12_03f"), out("megc3", "EP09_05f")) == (True, False)
    assert (out("megc3-ep09", "EP12_03f"), out("megc3-ep09", "EP09_05f")) == (False, True)


def test_applying_a_scheme_loses_nothing(tmp_path):
    table = open_dataset("casme2", layouts.write_casme2(tmp_path))
    applied = label_scheme("megc3").apply(table)
    assert [sample.clip for sample in applied] == ["EP01_01", "EP01_02f", "EP09f"]
    (line,) = applied.excluded
    assert (line.clip, line.code) == ("EP06_02_01", "label-unmapped")
    assert "others" in line.detail
    assert applied.options["scheme"] == "megc3"


def test_raw_classes_are_the_words_that_occur(tmp_path):
    table = open_dataset("folder", layouts.write_folder(tmp_path))
    assert label_scheme("raw").classes("folder", table) == ("boredom", "happiness")


def test_a_word_counts_as_the_class_of_the_scheme_with_these_classes():
    four = ("positive", "negative", "surprise", "others")
    scheme = label_scheme("natural4")
    for dataset, words in scheme.maps.items():
        for word, name in words.items():
            assert class_for(word, four) == name, (dataset, word)
    assert class_for("neutral", four) is None
    assert class_for("surprise", four) == "surprise"
    assert class_for("happiness", ("happiness", "rest")) == "happiness"
    assert class_for("happiness", ("up", "down")) is None


TWIN_LABELS = [(plan.dataset, share.label) for plan in LAYOUTS for share in plan.shares]


@pytest.mark.parametrize(("dataset", "label"), TWIN_LABELS)
def test_every_label_of_a_twin_counts_as_a_class_of_the_shipped_networks(dataset, label):
    counted = class_for(label, shipped_classes())
    assert counted is not None
    assert counted == label_scheme("natural4").classify(dataset, f"{dataset}/1/1", label)


def test_a_word_is_first_of_all_the_class_of_its_own_name():
    assert class_for("Happy", ("anger", "happy", "disgust")) == "happy"
    assert class_for("Other", ("happiness", "others")) == "others"
    assert class_for("Others", ("Others", "others")) == "Others"
