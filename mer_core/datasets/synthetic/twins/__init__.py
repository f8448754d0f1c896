"""Synthetic twins: generated faces in the layouts of the licensed datasets.

    write_twin("casme2", Path("twin"), subjects=8, clips_per_subject=12, seed=1)

Folders, file names, annotation files and frame rates are a release's; every face and every row
is invented, subjects carry numbers no release uses, and `SYNTHETIC.txt` says so at the root.
"""

from mer_core.datasets.synthetic.twins.cached_twins import (
    DEMOS,
    STUDY_TWINS,
    demo_folder,
    demo_twin,
    is_complete_twin,
    study_twin,
)
from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, TwinSettings, Variant
from mer_core.datasets.synthetic.twins.defect_injection import InjectedDefect, applicable
from mer_core.datasets.synthetic.twins.defects import DEFECTS, Damage, Defect
from mer_core.datasets.synthetic.twins.manifest import TwinManifest, read_manifest
from mer_core.datasets.synthetic.twins.plan import LAYOUTS
from mer_core.datasets.synthetic.twins.writing import write_twin, write_twin_of

__all__ = [
    "DEFECTS",
    "DEMOS",
    "LAYOUTS",
    "STUDY_TWINS",
    "ClipSpec",
    "Damage",
    "Defect",
    "InjectedDefect",
    "TwinManifest",
    "TwinSettings",
    "Variant",
    "applicable",
    "demo_folder",
    "demo_twin",
    "is_complete_twin",
    "read_manifest",
    "study_twin",
    "write_twin",
    "write_twin_of",
]
