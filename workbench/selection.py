"""What is selected: clips, datasets, networks, methods, frames. `address` keeps it.

What needs PyTorch is imported where it is asked, as in `cached`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.datasets.catalog import dataset_info
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.datasets.table import DatasetTable
from mer_core.inputs import Recording, Source
from mer_core.inputs.clip_code import ClipCode, DatasetClip, SyntheticClip
from mer_core.records import Prediction, Sample
from workbench import address, cached, cached_results, demo_mode
from workbench.cached import LIVE
from workbench.titles import network_title, sentence_case, study_title, weighting_title

if TYPE_CHECKING:
    from mer_core.attribution import Offer, Resolution
    from mer_core.models.entry import ModelEntry
    from mer_core.models.loaded import LoadedModel

RUN = "run"
SUBJECTS = tuple(range(1, 25))
FIRST = (5, "happiness")  # the face and the motion that a newcomer sees

T = TypeVar("T")


@dataclass(frozen=True)
class ClipChoice:
    """Which clip is looked at: one drawn on the spot, or one of a dataset.

    Attributes:
        source: `LIVE`, or the name of a dataset.
        subject: Number of a synthetic subject, or a dataset's subject.
        clip: Emotion and seed of a live clip, or a dataset's clip.
    """

    source: str
    subject: str
    clip: str

    @property
    def key(self) -> str:
        """One string for caches."""
        return f"{self.source}/{self.subject}/{self.clip}"


def clip_choice(where: Any) -> ClipChoice:
    """Draw the choice of a clip; it follows the reader from page to page."""
    found = {source.dataset: source.title for source in cached.sources()}
    source = address.choose(
        "Clips from",
        [LIVE, *found],
        key="source",
        titles=lambda name: found.get(name, "Generated faces"),
        where=where,
        width=180,
    )
    if source == LIVE:
        subject = address.choose(
            "Subject", SUBJECTS, key="subject", default=FIRST[0], where=where, width=90
        )
        emotion = address.choose(
            "Emotion",
            EMOTIONS,
            key="emotion",
            default=FIRST[1],
            titles=sentence_case,
            where=where,
            width=130,
        )
        seed = address.number(
            "Performance",
            0,
            999_999,
            key="seed",
            default=0,
            where=where,
            width=120,
        )
        return ClipChoice(source, str(subject), f"{emotion}-{seed}")
    samples = cached.dataset(source).samples
    subjects = sorted({sample.subject for sample in samples})
    subject = address.choose("Subject", subjects, key="person", where=where, width=130)
    words = {sample.clip: sample.label for sample in samples if sample.subject == subject}
    clip = address.choose(
        "Clip",
        list(words),
        key="clip",
        titles=lambda name: f"{name} · {sentence_case(words[name])}",
        where=where,
        width=240,
    )
    return ClipChoice(source, subject, clip)


def open_clip(where: Any) -> tuple[ClipChoice, Recording]:
    """Draw the choice of a clip and the badge that says where it comes from; also open it."""
    choice = clip_choice(where)
    recording = cached.recording(choice)
    if recording.clip.synthetic:
        address.mark_synthetic()
    return choice, recording


def dataset_choice(where: Any) -> tuple[Source, DatasetTable] | str | None:
    """Draw the choice of a dataset.

    Returns:
        It and its table; its name, where it is still to be drawn; None, where there is none.
    """
    found = {source.dataset: source for source in cached.sources()}
    drawn_later = [name for name in demo_mode.missing() if name not in found]
    if not found and not drawn_later:
        return None
    name = address.choose(
        "Dataset",
        [*found, *drawn_later],
        key="dataset",
        titles=lambda name: found[name].title if name in found else dataset_info(name).title,
        where=where,
        width=260,
    )
    return (found[name], cached.dataset(name)) if name in found else name


@dataclass(frozen=True)
class SampleFilter:
    """Which samples a reader wants to see; empty means all."""

    subjects: tuple[str, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    study: str
    verdict: str

    def keeps(self, sample: Sample) -> bool:
        """Whether the sample passes everything but the verdict."""
        units = {str(unit.number) for unit in sample.action_units}
        return (
            (not self.subjects or sample.subject in self.subjects)
            and (not self.labels or sample.label in self.labels)
            and (not self.units or bool(units & set(self.units)))
        )

    def agrees(self, prediction: Prediction | None) -> bool:
        """Whether the study's answer is of the wanted kind."""
        if self.verdict == ANY:
            return True
        return prediction is not None and prediction.correct == (self.verdict == "right")


def look_at(dataset: str, sample: Sample) -> None:
    """Turns this page and all others to a sample, as the callback of a button."""
    address.set_widget("look", f"{sample.subject} {sample.clip}")
    for key, value in (("source", dataset), ("person", sample.subject), ("clip", sample.clip)):
        address.carry_over(key, value)


ANY = "any"


def sample_filter(table: DatasetTable, *, where: Any) -> SampleFilter:
    """Draws the filters of a dataset's clips."""
    subjects = address.several("Subjects", table.subjects, key="subjects", where=where)
    labels = sorted({sample.label for sample in table})
    emotions = address.several("Labels", labels, key="labels", titles=sentence_case, where=where)
    units = sorted({unit.number for sample in table for unit in sample.action_units})
    wanted = address.several(
        "Action units",
        [str(n) for n in units],
        key="units",
        titles=lambda number: f"AU{number}",
        where=where,
    )
    study = study_choice("Predictions of", key="study", none="no study", where=where)
    if study is None:
        return SampleFilter(subjects, emotions, wanted, "", ANY)
    verdict = address.switch(
        "Prediction", (ANY, "right", "wrong"), key="verdict_of", titles=sentence_case, where=where
    )
    return SampleFilter(subjects, emotions, wanted, study, verdict)


def image_models() -> list[str]:
    """Names of the networks that look at one image, the paper's three first."""
    from mer_core.models import catalog

    first = [entry.name for entry in catalog.compared_models()]
    return [*first, *(e.name for e in catalog.image_models() if e.name not in first)]


def second_clip(first: ClipChoice, *, where: Any = st) -> ClipChoice:
    """Draws the choice of another clip by the same subject."""
    if first.source == LIVE:
        emotion, _, seed = first.clip.rpartition("-")
        others = [name for name in EMOTIONS if name != emotion]
        second = address.choose(
            "Second emotion", others, key="emotion2", titles=sentence_case, where=where
        )
        return ClipChoice(LIVE, first.subject, f"{second}-{seed}")
    samples = cached.dataset(first.source).samples
    others = [s.clip for s in samples if s.subject == first.subject and s.clip != first.clip]
    clip = address.choose("Second clip", others or [first.clip], key="clip2", where=where)
    return ClipChoice(first.source, first.subject, clip)


def weighting(label: str, *, key: str, default: str, where: Any = st) -> str:
    """Draws the choice of one named weighting."""
    return address.choose(
        label,
        WEIGHTINGS.names(),
        key=key,
        default=default,
        titles=weighting_title,
        where=where,
        width=150,
    )


def ranking(*, region: bool, where: Any = st) -> str:
    """Draws the choice of what makes a feature map worth showing.

    Args:
        region: Whether the clip has a region; rankings that need one are left out otherwise.
        where: Column to draw in.
    """
    from mer_core.features import RANKINGS

    usable = [entry for entry in RANKINGS if region or not entry.needs_region]
    names = [entry.name for entry in sorted(usable, key=lambda entry: not entry.needs_region)]
    return address.choose(
        "Maps ranked by",
        names,
        key="rank",
        titles=lambda name: RANKINGS.get(name).title,
        where=where,
        width=240,
    )


PREDICTED = "predicted"


def target_class(models: Sequence[LoadedModel], *, where: Any = st) -> str | None:
    """Draws the class that is asked about; None for each network's own answer."""
    names = dict.fromkeys(name for model in models for name in model.classes)
    found = address.choose(
        "Target class", [PREDICTED, *names], key="target", titles=sentence_case, where=where
    )
    return None if found == PREDICTED else found


def networks(names: Sequence[str], *, default: Sequence[str], where: Any = st) -> tuple[str, ...]:
    """Draws the choice of networks; at least one is always chosen."""
    found = address.several(
        "Networks", names, key="nets", default=default, titles=network_title, where=where
    )
    return found or tuple(default[:1])


def method_choice(offers: Sequence[Offer], *, where: Any = st) -> tuple[str, ...]:
    """Draws the choice of attribution methods; by default the quickest of two resolutions."""
    titles = {offer.method.name: offer.method.title for offer in offers if offer.applies}
    quick: dict[Resolution, str] = {}
    for offer in sorted((o for o in offers if o.applies), key=lambda o: o.forwards):
        quick.setdefault(offer.method.resolution, offer.method.name)
    default = list(quick.values())[:DEFAULT_METHODS]
    found = address.several(
        "Methods",
        list(titles),
        key="methods",
        default=default,
        titles=titles.__getitem__,
        where=where,
    )
    return found or tuple(default)


DEFAULT_METHODS = 2


def all_models() -> list[str]:
    """Names of all networks that can be trained here, the paper's three first."""
    from mer_core.models.catalog import compared_models, list_models

    first = [entry.name for entry in compared_models()]
    return [*first, *(e.name for e in list_models() if e.trains and e.name not in first)]


LAST = "last"


def layer_depth(entries: Sequence[ModelEntry], *, where: Any = st) -> dict[str, str]:
    """Draws the depth that methods look into; network -> layer, empty for each one's last."""
    from mer_core.features import matched_layers

    stages = matched_layers(entries)
    stage = address.choose(
        "Layer",
        [LAST, *stages],
        key="depth",
        titles=lambda name: "Last layer" if name == LAST else f"Last at {name} resolution",
        where=where,
        help="For methods that look into one.",
    )
    return {name: layer.name for name, layer in stages.get(stage, {}).items()}


def carriers(offers: Sequence[Offer]) -> list[str]:
    """Names of the methods that can be carried back to frames, quickest first."""
    found = [offer for offer in offers if offer.applies and offer.method.carries]
    return [offer.method.name for offer in sorted(found, key=lambda offer: offer.forwards)]


NO_STUDY = "none"


def study_choice(
    label: str, *, key: str, none: str, network: str | None = None, where: Any = st
) -> str | None:
    """Draws the choice among the studies on this machine; None for `none`.

    With `network`, among its own; where it has none, nothing is drawn.
    """
    names = cached_results.studies_of(network) if network else cached_results.studies()
    if network and not names:
        return None
    found = address.choose(
        label,
        [NO_STUDY, *names],
        key=key,
        titles=lambda name: sentence_case(none) if name == NO_STUDY else study_title(name),
        where=where,
    )
    return None if found == NO_STUDY else found


def clip_code(choice: ClipChoice) -> ClipCode:
    """The chosen clip as Python, for scripts to take away."""
    if choice.source == LIVE:
        emotion, _, seed = choice.clip.rpartition("-")
        return SyntheticClip(subject=int(choice.subject), emotion=emotion, seed=int(seed))
    source = next(one for one in cached.sources() if one.dataset == choice.source)
    return DatasetClip(
        dataset=source.dataset, root=source.root, subject=choice.subject, clip=choice.clip
    )


def between(recording: Recording, first: int, last: int) -> Recording:
    """The recording with its expression from `first` to `last`."""
    return replace(recording, onset=first, offset=last)
