"""What is selected: clips, networks, weightings, studies, frames. `address` keeps it.

What needs PyTorch is imported where it is asked, as in `cached`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.inputs import Recording, Source
from mer_core.inputs.clip_code import ClipCode, DatasetClip, SyntheticClip
from workbench import address, cached, cached_results, widgets
from workbench.cached import LIVE
from workbench.cached_results import study_title
from workbench.titles import network_title, sentence_case, weighting_title

RUN = "run"
SUBJECTS = tuple(range(1, 25))
FIRST = (5, "happiness")  # the face and the motion that a newcomer sees


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
    found = {source.dataset: source for source in cached.sources()}
    source = widgets.choose(
        "Clips from",
        [LIVE, *found],
        key="source",
        titles=lambda name: found[name].title if name in found else "Generated faces",
        where=where,
        width=165,
    )
    if source == LIVE:
        subject = widgets.choose(
            "Subject", SUBJECTS, key="subject", default=FIRST[0], where=where, width=90
        )
        emotion = widgets.choose(
            "Emotion",
            EMOTIONS,
            key="emotion",
            default=FIRST[1],
            titles=sentence_case,
            where=where,
            width=130,
        )
        seed = widgets.number(
            "Performance",
            0,
            999_999,
            key="seed",
            default=0,
            where=where,
            width=100,
        )
        return ClipChoice(source, str(subject), f"{emotion}-{seed}")
    warn_of_twin(found[source])
    samples = cached.dataset(source).samples
    subjects = sorted({sample.subject for sample in samples})
    subject = widgets.choose("Subject", subjects, key="person", where=where, width=130)
    words = {sample.clip: sample.label for sample in samples if sample.subject == subject}
    clip = widgets.choose(
        "Clip",
        list(words),
        key="clip",
        titles=lambda name: f"{name} · {sentence_case(words[name])}",
        where=where,
        width=240,
    )
    return ClipChoice(source, subject, clip)


def warn_of_twin(source: Source) -> None:
    """Say why a demo twin stands in the place of the user's own copy, where it does."""
    if source.problem:
        st.warning(
            f"{source.title}, stands in for your own data: {source.problem}.",
            icon=":material/warning:",
        )


def open_clip(where: Any) -> tuple[ClipChoice, Recording]:
    """Draw the choice of a clip and the badge that says where it comes from; also open it."""
    choice = clip_choice(where)
    recording = cached.recording(choice)
    if recording.clip.synthetic:
        address.mark_synthetic()
    return choice, recording


def image_models() -> list[str]:
    """Names of the networks that look at one image, the paper's three first."""
    from mer_core.models import catalog

    first = [entry.name for entry in catalog.compared_models()]
    return [*first, *(e.name for e in catalog.image_models() if e.name not in first)]


SAME = "same"
PERFORMANCES = tuple(range(10))


def second_clip(first: ClipChoice, *, where: Any = st) -> ClipChoice:
    """Draw the choice of a clip to hold against the first: of the same subject or of another."""
    if first.source == LIVE:
        return _second_performance(first, where)
    samples = cached.dataset(first.source).samples
    words = {s.clip: s.label for s in samples if s.subject == first.subject}
    words.pop(first.clip)
    subjects = sorted({sample.subject for sample in samples} - {first.subject})
    # Of somebody with one clip alone there is no other.
    offered = [*([SAME] if words or not subjects else []), *subjects]
    subject = widgets.choose(
        "Subject of B", offered, key="person2", titles=_second_title, where=where, width=130
    )
    if subject == SAME:
        subject = first.subject
    else:
        words = {s.clip: s.label for s in samples if s.subject == subject}
    clip = widgets.choose(
        "Clip of B",
        list(words) or [first.clip],
        key="clip2",
        titles=lambda name: f"{name} · {sentence_case(words.get(name, ''))}",
        where=where,
        width=240,
    )
    return ClipChoice(first.source, subject, clip)


def _second_performance(first: ClipChoice, where: Any) -> ClipChoice:
    emotion, _, seed = first.clip.rpartition("-")
    subject = widgets.choose(
        "Subject of B",
        [SAME, *map(str, SUBJECTS)],
        key="subject2",
        titles=_second_title,
        where=where,
        width=110,
    )
    performance = widgets.choose(
        "Performance of B",
        [SAME, *map(str, PERFORMANCES)],
        key="seed2",
        titles=_second_title,
        where=where,
        width=130,
    )
    subject = first.subject if subject == SAME else subject
    performance = seed if performance == SAME else performance
    # Another clip in any case: where nothing else differs, the emotion does.
    others = [name for name in EMOTIONS if name != emotion]
    if (subject, performance) != (first.subject, seed):
        others = [emotion, *others]
    second = widgets.choose(
        "Emotion of B", others, key="emotion2", titles=sentence_case, where=where, width=130
    )
    return ClipChoice(LIVE, subject, f"{second}-{performance}")


def _second_title(name: str) -> str:
    return "Same as A" if name == SAME else name


def clip_titles(clips: Sequence[ClipChoice]) -> list[str]:
    """Return titles of clips by their labels, and by all else in which they differ."""
    labels = [cached.recording(one).label for one in clips]
    subjects = [f"subject {one.subject}" for one in clips]
    names = [
        f"performance {one.clip.rpartition('-')[2]}" if one.source == LIVE else one.clip
        for one in clips
    ]
    told = [labels, *(part for part in (subjects, names) if len(set(part)) > 1)]
    return [", ".join(parts) for parts in zip(*told, strict=True)]


def weighting(label: str, *, key: str, default: str, where: Any = st) -> str:
    """Draw the choice of one named weighting."""
    return widgets.choose(
        label,
        WEIGHTINGS.names(),
        key=key,
        default=default,
        titles=weighting_title,
        where=where,
        width=150,
    )


def ranking(*, region: bool, where: Any = st) -> str:
    """Draw the choice of what makes a feature map worth showing.

    Args:
        region: Whether the clip has a region; rankings that need one are left out otherwise.
        where: Column to draw in.
    """
    from mer_core.features import RANKINGS

    usable = [entry for entry in RANKINGS if region or not entry.needs_region]
    names = [entry.name for entry in sorted(usable, key=lambda entry: not entry.needs_region)]
    return widgets.choose(
        "Maps ranked by",
        names,
        key="rank",
        titles=lambda name: RANKINGS.get(name).title,
        where=where,
        width=215,
    )


def networks(names: Sequence[str], *, default: Sequence[str], where: Any = st) -> tuple[str, ...]:
    """Draw the choice of networks; at least one is always chosen."""
    found = widgets.several(
        "Networks", names, key="nets", default=default, titles=network_title, where=where
    )
    return found or tuple(default[:1])


def all_models() -> list[str]:
    """Names of all networks that can be trained here, the paper's three first."""
    from mer_core.models.catalog import compared_models, list_models

    first = [entry.name for entry in compared_models()]
    return [*first, *(e.name for e in list_models() if e.trains and e.name not in first)]


NO_STUDY = "none"


def study_choice(
    label: str, *, key: str, none: str, network: str | None = None, where: Any = st
) -> str | None:
    """Draw the choice among the studies on this machine; None for `none`.

    With `network`, among its own; where it has none, nothing is drawn.
    """
    names = cached_results.studies_of(network) if network else cached_results.studies()
    if network and not names:
        return None
    found = widgets.choose(
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
