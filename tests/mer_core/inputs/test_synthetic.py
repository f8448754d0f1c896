"""Recordings of the synthetic face: one that is kept is the one that was drawn."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from mer_core.inputs import AmiStore, synthetic, synthetic_recording

CLIP = {"subject": 2, "emotion": "surprise", "seed": 1, "size": 48}


def parts(recording) -> dict[str, object]:
    """Everything that a recording and what is true of it say."""
    named = {f"clip {f.name}": getattr(recording.clip, f.name) for f in fields(recording.clip)}
    named |= {f"truth {f.name}": getattr(recording.truth, f.name) for f in fields(recording.truth)}
    others = ("subject", "label", "action_units", "onset", "apex", "offset")
    return named | {name: getattr(recording, name) for name in others}


def undrawable(*given, **named):
    raise AssertionError("drawn again")


@pytest.mark.parametrize("emotion", ["surprise", "neutral"])
def test_what_is_kept_is_what_was_drawn(tmp_path, monkeypatch, emotion):
    clip = CLIP | {"emotion": emotion}
    drawn, store = synthetic_recording(**clip), AmiStore(tmp_path)
    first = synthetic_recording(**clip, store=store)
    monkeypatch.setattr(synthetic, "render_clip", undrawable)
    kept = synthetic_recording(**clip, store=store)
    for name, value in parts(drawn).items():
        for other in (parts(first)[name], parts(kept)[name]):
            assert type(other) is type(value), name
            np.testing.assert_array_equal(other, value, err_msg=name)
    assert kept.clip.digest == drawn.clip.digest


@pytest.mark.parametrize(
    "other", [{"subject": 3}, {"emotion": "disgust"}, {"seed": 2}, {"size": 56}]
)
def test_another_clip_is_another_entry(tmp_path, other):
    store = AmiStore(tmp_path)
    synthetic_recording(**CLIP, store=store)
    recording = synthetic_recording(**(CLIP | other), store=store)
    assert recording.clip.digest == synthetic_recording(**(CLIP | other)).clip.digest
    assert store.info().entries == 2


def test_changed_code_draws_anew(tmp_path, monkeypatch):
    store = AmiStore(tmp_path)
    synthetic_recording(**CLIP, store=store)
    monkeypatch.setattr("mer_core.store.code_digest", lambda: "another face")
    synthetic_recording(**CLIP, store=store)
    assert store.info().entries == 2
