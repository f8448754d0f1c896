"""The twins in the cache, written on first use: small ones to look at, larger ones for studies.

Pages and lessons open the demo twins, which are drawn within a minute. Tables, controls and
localisation open the study twins: 16 people and 160 clips or more in the published class
proportions, so that an interval over people says something.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mer_core.datasets.synthetic import ClipPlan, SyntheticClip, render_clip
from mer_core.datasets.synthetic.twins.clip_specs import TwinSettings
from mer_core.datasets.synthetic.twins.manifest import GENERATION, read_manifest
from mer_core.datasets.synthetic.twins.writing import Progress, write_twin_of
from mer_core.folders import cache_folder
from mer_core.provenance import settings_digest
from mer_core.registry import Registry

# The published proportions would leave CASME II's 96 clips with 9 of surprise, about one per
# subject and four classes. Their square roots keep the order of the classes and give positive 14,
# negative 31, surprise 13, others 38. Clips are as short as micro-expressions get.
DEMOS: Registry[TwinSettings] = Registry("demo twin")


STUDY_TWINS: Registry[TwinSettings] = Registry("study twin")

_SIZE = 160
_FRAMES = {
    "casme": (14, 24),
    "casme2": (24, 32),
    "casme-squared": (8, 20),
    "samm": (20, 28),
    "smic": (16, 24),
    "folder": (14, 20),
}
_DEMO_CLIPS = {"casme2": (8, 12), "folder": (2, 4)}  # people, clips of each
# The first to be drawn on a fresh installation: somebody waits for it.
_DEMO_FRAMES = {"casme": (10, 14)}
_STUDY_CLIPS = {"casme2": (16, 13)}

for _dataset, _frames in _FRAMES.items():
    _people, _clips = _DEMO_CLIPS.get(_dataset, (4, 6))
    DEMOS.register(
        _dataset,
        TwinSettings(
            dataset=_dataset,
            subjects=_people,
            clips_per_subject=_clips,
            seed=2014,
            size=_SIZE,
            frames=_DEMO_FRAMES.get(_dataset, _frames),
            balance=0.5,
        ),
    )
    _people, _clips = _STUDY_CLIPS.get(_dataset, (16, 10))
    STUDY_TWINS.register(
        _dataset,
        TwinSettings(
            dataset=_dataset,
            subjects=_people,
            clips_per_subject=_clips,
            seed=2021,
            size=_SIZE,
            frames=_frames,
        ),
    )


def demo_folder(dataset: str) -> Path:
    """Return where the demo twin of `dataset` lies, or will."""
    return _folder("demo", DEMOS.get(dataset))


def study_twin_folder(dataset: str) -> Path:
    """Return where the study twin of `dataset` lies, or will."""
    return _folder("study-twins", STUDY_TWINS.get(dataset))


def _folder(kind: str, settings: TwinSettings) -> Path:
    name = f"{settings.dataset}-{GENERATION}-{settings_digest(settings)[:8]}"
    return cache_folder() / kind / name


def is_complete_twin(root: Path) -> bool:
    """Whether a whole twin lies at `root`."""
    manifest = read_manifest(root)
    return manifest is not None and manifest.complete


def demo_twin(dataset: str, *, progress: Progress | None = None) -> Path:
    """Return the root of the demo twin of `dataset`; write it first where it is not in the cache.

    The largest, CASME II's, takes about a minute on two cores, once.
    """
    return _write_if_missing(DEMOS.get(dataset), demo_folder(dataset), progress)


def study_twin(dataset: str, *, progress: Progress | None = None) -> Path:
    """Return the root of the study twin of `dataset`; write it first where it is not in the cache.

    Each takes about a minute on two cores, once.
    """
    return _write_if_missing(STUDY_TWINS.get(dataset), study_twin_folder(dataset), progress)


def _write_if_missing(settings: TwinSettings, root: Path, progress: Progress | None) -> Path:
    if not is_complete_twin(root):
        write_twin_of(settings, root, progress=progress)
    return root


def motionless_twin(root: Path) -> Path | None:
    """Return the root of the twin at `root` without its expressions; write it on first use.

    People, cameras, light, blinks and sway are the same: every clip is rendered from its own plan
    with the action units taken out. Returns None where `root` holds no twin.
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
    """Render the clip of `plan` without its expression."""
    return render_clip(replace(plan, action_units={}, asymmetry={}), **options)
