"""What is selected: the only file that names session keys and URL parameters.

Widgets are bound to the URL, so a copied address opens the same view. A value that is not among
the options falls back to the default, whoever wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.features import RANKINGS

SUBJECTS = tuple(range(1, 25))


@dataclass(frozen=True)
class SyntheticChoice:
    """Which synthetic clip is looked at."""

    subject: int
    emotion: str
    seed: int


def synthetic_choice() -> SyntheticChoice:
    """Draws the controls for a synthetic clip."""
    subject, emotion, seed = st.columns(3)
    return SyntheticChoice(
        subject=subject.selectbox("Synthetic subject", SUBJECTS, key="subject", bind="query-params")
        or SUBJECTS[0],
        emotion=emotion.selectbox("Emotion", EMOTIONS, key="emotion", bind="query-params")
        or EMOTIONS[0],
        seed=seed.number_input(
            "Seed",
            min_value=0,
            max_value=999_999,
            value=0,
            help="Another seed gives another performance by the same subject.",
            key="seed",
            bind="query-params",
        ),
    )


def weighting(label: str, *, key: str, default: str) -> str:
    """Draws the choice of one named weighting."""
    names = WEIGHTINGS.names()
    return (
        st.selectbox(
            label,
            names,
            index=names.index(default),
            key=key,
            bind="query-params",
        )
        or default
    )


def ranking() -> str:
    """Draws the choice of what makes a feature map worth showing."""
    names = RANKINGS.names()
    return (
        st.segmented_control(
            "Maps ranked by",
            names,
            default=names[0],
            required=True,
            key="rank",
            bind="query-params",
        )
        or names[0]
    )


def first_ranking() -> str:
    """The ranking that always applies."""
    return RANKINGS.names()[0]
