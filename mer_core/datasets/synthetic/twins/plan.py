"""The plan of a twin: its layout, its clips with every face's motion, its injected defects."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from mer_core.datasets.synthetic import ClipPlan, plan_clip, sample_identity
from mer_core.datasets.synthetic.twins.casme import Casme
from mer_core.datasets.synthetic.twins.casme2 import Casme2
from mer_core.datasets.synthetic.twins.casme_squared import CasmeSquared
from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, TwinSettings, Variant
from mer_core.datasets.synthetic.twins.defect_injection import (
    InjectedDefect,
    inject_defects,
    resolve_defects,
)
from mer_core.datasets.synthetic.twins.defects import DEFECTS, Damage
from mer_core.datasets.synthetic.twins.folder import Folder
from mer_core.datasets.synthetic.twins.layout import Layout
from mer_core.datasets.synthetic.twins.samm import Samm
from mer_core.datasets.synthetic.twins.sampling import sample_clips
from mer_core.datasets.synthetic.twins.smic import Smic
from mer_core.datasets.synthetic.twins.workbook import Workbook
from mer_core.errors import SettingsError
from mer_core.records import ActionUnit, Expression
from mer_core.registry import Registry
from mer_core.seeding import generator

LAYOUTS: Registry[Layout] = Registry("dataset layout")

for _layout in (Casme(), Casme2(), CasmeSquared(), Samm(), Smic(), Folder()):
    LAYOUTS.register(_layout.dataset, _layout)

TRUTH = "ground_truth"


@dataclass(frozen=True, kw_only=True)
class FrameSet:
    """The files of one clip in one framing.

    Attributes:
        folder: Folder of the frames, below the root.
        names: One file name per frame; None for a frame whose file is absent.
        truth: File of the ground truth, below the root.
    """

    variant: Variant
    folder: PurePosixPath
    names: tuple[str | None, ...]
    truth: PurePosixPath


@dataclass(frozen=True, kw_only=True)
class TwinPlan:
    """Everything about a twin that is known before a pixel is drawn."""

    settings: TwinSettings
    layout: Layout
    specs: tuple[ClipSpec, ...]
    damage: Mapping[str, Damage]
    injected: tuple[InjectedDefect, ...]

    def damage_of(self, spec: ClipSpec) -> Damage:
        """Return the damage of a clip; none, mostly."""
        return self.damage.get(spec.key, Damage())

    def frame_sets(self, spec: ClipSpec) -> tuple[FrameSet, ...]:
        """Return the frame sets to render of a clip: usually one per variant."""
        damage = self.damage_of(spec)
        if not damage.frames:
            return ()
        variants = set(self.settings.variants)
        if not damage.crop:
            variants = (variants - {Variant.CROPPED}) | {Variant.RAW}
        return tuple(self._frame_set(spec, variant, damage) for variant in sorted(variants))

    def workbook(self) -> Workbook | None:
        """The annotation file as it will stand on disk, defects included."""
        rows = []
        for spec in self.specs:
            damage = self.damage_of(spec)
            row = {**self.layout.row(spec), **damage.cells}
            rows += [row] * (damage.row + damage.repeated)
        book = self.layout.workbook(rows)
        for name in resolve_defects(self.settings):
            edit = DEFECTS.get(name).edit
            book = edit(book) if edit is not None and book is not None else book
        return book

    def _frame_set(self, spec: ClipSpec, variant: Variant, damage: Damage) -> FrameSet:
        names: list[str | None] = [
            self.layout.frame_name(spec, number, variant) for number in spec.frame_numbers
        ]
        if damage.double_extension:
            names[0] = f"{names[0]}{Path(str(names[0])).suffix}"
        for index in damage.missing_frames:
            names[index] = None
        # Both framings have their own displacement field; the crops' is the one most looked up.
        second = self.settings.variant == "both" and variant is Variant.RAW
        truth = PurePosixPath(TRUTH, "raw") if second else PurePosixPath(TRUTH)
        return FrameSet(
            variant=variant,
            folder=self.layout.clip_folder(spec, variant),
            names=tuple(names),
            truth=truth / spec.subject / f"{spec.clip}.npz",
        )


def plan_twin(settings: TwinSettings) -> TwinPlan:
    """Plan the twin of `settings`, defects included; the same settings give the same plan."""
    layout = LAYOUTS.get(settings.dataset)
    if layout.one_tree and settings.variant == "both":
        raise SettingsError(
            f"{layout.dataset} keeps full frames and face crops in one place",
            where="variant",
            remedy="choose raw or cropped",
        )
    specs = [_with_units(spec) for spec in sample_clips(layout, settings)]
    injection = inject_defects(specs, layout, settings)
    return TwinPlan(
        settings=settings,
        layout=layout,
        specs=injection.specs,
        damage=injection.damage,
        injected=injection.injected,
    )


def plan_motion(spec: ClipSpec) -> ClipPlan:
    """Return the motion of a clip's face: its first frame is the onset, its last one the offset."""
    last = spec.offset - spec.onset
    return plan_clip(
        identity=_face(spec.identity),
        emotion=spec.emotion,
        seed=spec.seed,
        frames=last + 1,
        fps=spec.fps,
        onset=0,
        apex=spec.apex - spec.onset,
        offset=last,
        intensity=_intensity(spec),
    )


_face = lru_cache(maxsize=32)(sample_identity)
"""A subject's face serves all of its clips."""


def _intensity(spec: ClipSpec) -> float | None:
    if spec.expression is Expression.MICRO:
        return None
    return float(generator(spec.seed, "macro").uniform(0.6, 1.0))


def _with_units(spec: ClipSpec) -> ClipSpec:
    plan = plan_motion(spec)
    units = (_code_unit(name, plan.asymmetry.get(name, 0.0)) for name in plan.action_units)
    return dataclasses.replace(spec, action_units=tuple(units))


def _code_unit(name: str, lean: float) -> ActionUnit:
    """The unit as a coder would note it: a side where the movement is clearly one-sided."""
    return ActionUnit(int(name.removeprefix("AU")), "" if abs(lean) < 0.5 else "RL"[lean > 0])
