"""Sampling of clips: who acts what and when, drawn from one seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, TwinSettings
from mer_core.datasets.synthetic.twins.layout import Layout, Share
from mer_core.records import Expression
from mer_core.seeding import derive_seed, generator


def sample_clips(layout: Layout, settings: TwinSettings) -> tuple[ClipSpec, ...]:
    """Sample all clips, subject by subject; what each face does is planned later.

    Every subject acts its share of every class as far as the numbers allow, so that no class
    belongs to one person and leaving a subject out leaves all classes in.
    """
    subjects = layout.subjects if settings.full else settings.subjects
    labels = _labels(layout.shares, settings, subjects * settings.clips_per_subject)
    specs: list[ClipSpec] = []
    for index, shares in enumerate(
        _deal_labels(labels, subjects, generator(settings.seed, "deal"))
    ):
        specs += _subject_clips(layout, settings, layout.first_subject + index, shares)
    return tuple(specs)


def apportion(weights: Sequence[float], total: int) -> list[int]:
    """Whole numbers that sum to `total` and are nearest to the weights' proportions.

    Largest remainders; a class keeps at least one clip while there are clips to give.
    """
    quotas = [weight * total / sum(weights) for weight in weights]
    counts = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: counts[i] - quotas[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    for i in range(len(counts)):
        richest = counts.index(max(counts))
        if counts[i] == 0 and counts[richest] > 1:
            counts[i], counts[richest] = 1, counts[richest] - 1
    return counts


def _labels(shares: Sequence[Share], settings: TwinSettings, total: int) -> list[Share]:
    if settings.full:
        counts = [share.count for share in shares]
    else:
        counts = apportion([share.count**settings.balance for share in shares], total)
    return [share for share, count in zip(shares, counts, strict=True) for _ in range(count)]


def _deal_labels(
    labels: Sequence[Share], subjects: int, random: np.random.Generator
) -> list[list[Share]]:
    """Deal the clips, class after class, round after round over the shuffled subjects."""
    by_subject: list[list[Share]] = [[] for _ in range(subjects)]
    for start in range(0, len(labels), subjects):
        deal = labels[start : start + subjects]
        for subject, share in zip(random.permutation(subjects), deal, strict=False):
            by_subject[subject].append(share)
    return [[own[i] for i in random.permutation(len(own))] for own in by_subject]


def _subject_clips(
    layout: Layout, settings: TwinSettings, number: int, shares: Sequence[Share]
) -> list[ClipSpec]:
    subject = layout.subject_key(number)
    random = generator(settings.seed, layout.dataset, subject)
    names = layout.name_clips(number, [share.label for share in shares], random)
    specs = []
    for share, clip in zip(shares, names, strict=True):
        emotion = str(random.choice(share.emotions))
        expression = layout.expression(random)
        onset, apex, offset = _key_frames(layout, settings, expression, random)
        specs.append(
            ClipSpec(
                number=number,
                subject=subject,
                clip=clip,
                emotion=emotion,
                label=share.label,
                words=layout.words(share.label, emotion, random),
                onset=onset,
                apex=apex,
                offset=offset,
                fps=layout.fps,
                digits=layout.digits(random),
                seed=derive_seed(settings.seed, layout.dataset, subject, clip),
                identity=derive_seed(settings.seed, layout.dataset, subject, "face"),
                expression=expression,
            )
        )
    return specs


def _key_frames(
    layout: Layout, settings: TwinSettings, expression: Expression, random: np.random.Generator
) -> tuple[int, int, int]:
    """Onset, apex and offset on the recording's count; the apex a little before the middle."""
    if settings.frames is None:
        shortest, longest = (round(s * layout.fps) for s in layout.duration(expression))
    else:
        shortest, longest = settings.frames
    count = int(random.integers(max(shortest, 3), longest, endpoint=True))
    onset = int(random.integers(*layout.first_frame, endpoint=True))
    rise = round(random.uniform(0.35, 0.6) * (count - 1))
    return onset, onset + min(max(rise, 1), count - 2), onset + count - 1
