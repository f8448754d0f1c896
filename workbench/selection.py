"""What is selected: clips, datasets, networks, methods, frames. `address` keeps it.

What needs PyTorch is imported where it is asked, as in `cached`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.datasets.table import DatasetTable
from mer_core.inputs import Recording, Source
from mer_core.inputs.clip_code import ClipCode, DatasetClip, SyntheticClip
from mer_core.records import Prediction, Sample
from workbench import address, cached, cached_results

if TYPE_CHECKING:
    from mer_core.attribution import Offer, Resolution
    from mer_core.models.entry import ModelEntry
    from mer_core.models.loaded import LoadedModel

LIVE = "live"
RUN = "run"
SUBJECTS = tuple(range(1, 25))

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


def clip_choice() -> ClipChoice:
    """Draws the choice of a clip; it follows the reader from page to page."""
    place = st.columns([2, 2, 2, 1])
    source = address.choose(
        "Clips from",
        [LIVE, *(source.dataset for source in cached.sources())],
        key="source",
        where=place[0],
        help="live: a synthetic face drawn on the spot; the others are datasets on this machine.",
    )
    if source == LIVE:
        subject = address.choose("Synthetic subject", SUBJECTS, key="subject", where=place[1])
        emotion = address.choose("Emotion", EMOTIONS, key="emotion", where=place[2])
        seed = address.number(
            "Seed",
            0,
            999_999,
            key="seed",
            default=0,
            where=place[3],
            help="Another seed gives another performance by the same subject.",
        )
        return ClipChoice(source, str(subject), f"{emotion}-{seed}")
    samples = cached.dataset(source).samples
    subjects = sorted({sample.subject for sample in samples})
    subject = address.choose("Subject", subjects, key="person", where=place[1])
    clips = [sample.clip for sample in samples if sample.subject == subject]
    clip = address.choose("Clip", clips, key="clip", where=place[2])
    return ClipChoice(source, subject, clip)


def dataset_choice() -> tuple[Source, DatasetTable] | None:
    """Draws the choice of a dataset; None where there is none yet."""
    found = {source.dataset: source for source in cached.sources()}
    if not found:
        return None
    held = st.session_state.get("source")
    if held is not None and held not in (*found, LIVE):
        del st.session_state["source"]
    name = address.choose("Dataset", list(found), key="dataset")
    return found[name], cached.dataset(name)


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
    address.turn_to("look", f"{sample.subject} {sample.clip}")
    for key, value in (("source", dataset), ("person", sample.subject), ("clip", sample.clip)):
        address.carry(key, value)


ANY = "any answer"
NONE = "none"


def sample_filter(table: DatasetTable) -> SampleFilter:
    """Draws the filters of a dataset's clips."""
    place = st.columns(4)
    subjects = address.several("Subjects", table.subjects, key="subjects", where=place[0])
    labels = sorted({sample.label for sample in table})
    emotions = address.several("Emotions", labels, key="labels", where=place[1])
    units = sorted({unit.number for sample in table for unit in sample.action_units})
    wanted = address.several("Action units", [str(n) for n in units], key="units", where=place[2])
    study = address.choose(
        "Answers of a study", [NONE, *cached_results.studies()], key="study", where=place[3]
    )
    if study == NONE:
        return SampleFilter(subjects, emotions, wanted, "", ANY)
    verdict = address.switch("Answer", (ANY, "right", "wrong"), key="verdict_of")
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
        second = address.choose("and the clip of", others, key="emotion2", where=where)
        return ClipChoice(LIVE, first.subject, f"{second}-{seed}")
    samples = cached.dataset(first.source).samples
    others = [s.clip for s in samples if s.subject == first.subject and s.clip != first.clip]
    clip = address.choose("and the clip", others or [first.clip], key="clip2", where=where)
    return ClipChoice(first.source, first.subject, clip)


def weighting(label: str, *, key: str, default: str, where: Any = st) -> str:
    """Draws the choice of one named weighting."""
    return address.choose(label, WEIGHTINGS.names(), key=key, default=default, where=where)


def ranking(*, region: bool, where: Any = st) -> str:
    """Draws the choice of what makes a feature map worth showing.

    Args:
        region: Whether the clip has a region; rankings that need one are left out otherwise.
        where: Column to draw in.
    """
    from mer_core.features import RANKINGS

    names = [entry.name for entry in RANKINGS if region or not entry.needs_region]
    return address.switch("Maps ranked by", names, key="rank", where=where)


PREDICTED = "predicted"


def target_class(models: Sequence[LoadedModel], *, where: Any = st) -> str | None:
    """Draws the class that is asked about; None for each network's own answer."""
    names = dict.fromkeys(name for model in models for name in model.classes)
    found = address.choose("Class asked about", [PREDICTED, *names], key="target", where=where)
    return None if found == PREDICTED else found


def networks(names: Sequence[str], *, default: Sequence[str], where: Any = st) -> tuple[str, ...]:
    """Draws the choice of networks; at least one is always chosen."""
    found = address.several("Networks", names, key="nets", default=default, where=where)
    return found or tuple(default[:1])


def method_choice(offers: Sequence[Offer], *, where: Any = st) -> tuple[str, ...]:
    """Draws the choice of attribution methods; by default the quickest of two resolutions."""
    names = [offer.method.name for offer in offers]
    quick: dict[Resolution, str] = {}
    for offer in sorted((o for o in offers if o.applies), key=lambda o: o.forwards):
        quick.setdefault(offer.method.resolution, offer.method.name)
    default = list(quick.values())[:DEFAULT_METHODS]
    found = address.several(
        "Methods",
        names,
        key="methods",
        default=default,
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
        "Layer", [LAST, *stages], key="depth", where=where, help="For methods that look into one."
    )
    return {name: layer.name for name, layer in stages.get(stage, {}).items()}


def carriers(offers: Sequence[Offer]) -> list[str]:
    """Names of the methods that can be carried back to frames, quickest first."""
    found = [offer for offer in offers if offer.applies and offer.method.carries]
    return [offer.method.name for offer in sorted(found, key=lambda offer: offer.forwards)]


def study_choice(
    label: str, *, key: str, none: str, network: str | None = None, where: Any = st
) -> str | None:
    """Draws the choice among the studies on this machine; None for `none`.

    With `network`, among its own; where it has none, nothing is drawn.
    """
    names = cached_results.studies_of(network) if network else cached_results.studies()
    if network and not names:
        return None
    found = address.choose(label, [none, *names], key=key, where=where)
    return None if found == none else found


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
