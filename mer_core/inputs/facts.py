"""What is known of a clip, in one sentence for readers."""

from __future__ import annotations

import numpy as np

from mer_core.inputs.recording import Recording


def clip_facts(recording: Recording) -> str:
    """Return label, action units, duration, and how far the skin moves, as Markdown.

    Args:
        recording: The clip; how far the skin moves is known of generated ones.

    Returns:
        One sentence with the label in bold.

    Example:
        >>> clip_facts(synthetic_recording(subject=4, emotion="surprise", seed=1))[:13]
        '**Surprise**:'
    """
    units = ", ".join(map(unit_name, recording.action_units)) or "no action unit"
    label = f"{recording.label[:1].upper()}{recording.label[1:]}"
    facts = [f"**{label}**: {units}"]
    count = len(recording.expression)
    if recording.clip.fps:
        facts.append(f"{1000 * count / recording.clip.fps:.0f} ms from onset to offset")
    else:
        facts.append(f"{count} frames from onset to offset")
    if recording.truth is not None:
        peak = float(np.linalg.norm(recording.truth.displacement, axis=2).max())
        facts.append(f"the skin moves by {peak:.1f} of {recording.clip.frames.shape[2]} pixels")
    return "; ".join(facts) + "."


def unit_name(unit: str) -> str:
    """Return an action unit as it is spoken of, however the sheet writes it."""
    return f"AU{unit}" if unit[:1].isdigit() else unit
