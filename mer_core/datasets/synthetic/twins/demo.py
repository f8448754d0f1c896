"""The demo twins: small enough to wait for, big enough to learn from."""

from __future__ import annotations

from pathlib import Path

from mer_core.datasets.synthetic.twins.manifest import GENERATION, read_manifest
from mer_core.datasets.synthetic.twins.takes import TwinSettings
from mer_core.datasets.synthetic.twins.writing import Progress, write_twin_of
from mer_core.folders import cache_folder
from mer_core.provenance import settings_digest
from mer_core.registry import Registry

# The published proportions would leave CASME II's 96 clips with 9 of surprise, about one per
# subject and four classes. Their square roots keep the order of the classes and give positive 14,
# negative 31, surprise 13, others 38. Clips are as short as micro-expressions get.
DEMOS: Registry[TwinSettings] = Registry("demo twin")


def _demo(dataset: str, subjects: int, clips: int, size: int, frames: tuple[int, int]) -> None:
    settings = TwinSettings(
        dataset=dataset,
        subjects=subjects,
        clips_per_subject=clips,
        seed=2014,
        size=size,
        frames=frames,
        balance=0.5,
    )
    DEMOS.register(dataset, settings)


_demo("casme", 4, 6, 160, (14, 24))
_demo("casme2", 8, 12, 160, (24, 32))
_demo("casme-squared", 4, 6, 160, (8, 20))
_demo("samm", 4, 6, 160, (20, 28))
_demo("smic", 4, 6, 160, (16, 24))
_demo("folder", 2, 4, 160, (14, 20))


def demo_folder(dataset: str) -> Path:
    """Where the demo twin of `dataset` lies, or will."""
    digest = settings_digest(DEMOS.get(dataset))[:8]
    return cache_folder() / "demo" / f"{dataset}-{GENERATION}-{digest}"


def is_complete_twin(root: Path) -> bool:
    """Whether a whole twin lies at `root`."""
    manifest = read_manifest(root)
    return manifest is not None and manifest.complete


def demo_twin(dataset: str, *, progress: Progress | None = None) -> Path:
    """The root of the demo twin of `dataset`; writes it first where it is not in the cache.

    The largest, CASME II's, takes about a minute on two cores, once.
    """
    root = demo_folder(dataset)
    if not is_complete_twin(root):
        write_twin_of(DEMOS.get(dataset), root, progress=progress)
    return root
