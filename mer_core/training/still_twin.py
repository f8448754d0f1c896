"""A synthetic twin in which no face moves: the same people, cameras, light, blinks and sway.

Every clip is rendered from its own plan with the action units taken out, so it differs from the
twin's clip by the expression and by nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mer_core.datasets.synthetic import ClipPlan, SyntheticClip, render_clip
from mer_core.datasets.synthetic.twins import read_manifest, write_twin_of
from mer_core.folders import cache_folder
from mer_core.provenance import settings_digest


def motionless_twin(root: Path) -> Path | None:
    """The motionless counterpart of the twin at `root`, written on first use.

    Returns None where `root` holds no twin.
    """
    manifest = read_manifest(root)
    if manifest is None:
        return None
    name = f"{manifest.dataset}-{settings_digest(manifest.settings)[:12]}"
    target = cache_folder() / "still" / name
    found = read_manifest(target)
    if found is None or not found.complete:
        write_twin_of(manifest.settings, target, render=render_motionless)
    return target


def render_motionless(plan: ClipPlan, **options: Any) -> SyntheticClip:
    """The clip of `plan` without its expression."""
    return render_clip(replace(plan, action_units={}, asymmetry={}), **options)
