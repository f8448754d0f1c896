"""The script of a twin: its layout, its cast with every face's motion, its planted defects."""

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
from mer_core.datasets.synthetic.twins.clip_specs import Take, TwinSettings, Variant
from mer_core.datasets.synthetic.twins.defect_injection import Planted, chosen, plant
from mer_core.datasets.synthetic.twins.defects import DEFECTS, Damage
from mer_core.datasets.synthetic.twins.folder import Folder
from mer_core.datasets.synthetic.twins.layout import Layout
from mer_core.datasets.synthetic.twins.samm import Samm
from mer_core.datasets.synthetic.twins.sampling import cast
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
class Reel:
    """The files of one take in one framing.

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
class Script:
    """Everything about a twin that is known before a pixel is drawn."""

    settings: TwinSettings
    layout: Layout
    takes: tuple[Take, ...]
    damage: Mapping[str, Damage]
    planted: tuple[Planted, ...]

    def damage_of(self, take: Take) -> Damage:
        """What happened to a take; nothing, mostly."""
        return self.damage.get(take.key, Damage())

    def reels(self, take: Take) -> tuple[Reel, ...]:
        """What is to be filmed of a take: usually one reel per variant."""
        damage = self.damage_of(take)
        if not damage.frames:
            return ()
        variants = set(self.settings.variants)
        if not damage.crop:
            variants = (variants - {Variant.CROPPED}) | {Variant.RAW}
        return tuple(self._reel(take, variant, damage) for variant in sorted(variants))

    def workbook(self) -> Workbook | None:
        """The annotation file as it will stand on disk, defects included."""
        rows = []
        for take in self.takes:
            damage = self.damage_of(take)
            row = {**self.layout.row(take), **damage.cells}
            rows += [row] * (damage.row + damage.repeated)
        book = self.layout.workbook(rows)
        for name in chosen(self.settings):
            edit = DEFECTS.get(name).edit
            book = edit(book) if edit is not None and book is not None else book
        return book

    def _reel(self, take: Take, variant: Variant, damage: Damage) -> Reel:
        names: list[str | None] = [
            self.layout.frame_name(take, number, variant) for number in take.frame_numbers
        ]
        if damage.doubled:
            names[0] = f"{names[0]}{Path(str(names[0])).suffix}"
        for index in damage.without:
            names[index] = None
        # Both framings have their own displacement field; the crops' is the one most looked up.
        second = self.settings.variant == "both" and variant is Variant.RAW
        truth = PurePosixPath(TRUTH, "raw") if second else PurePosixPath(TRUTH)
        return Reel(
            variant=variant,
            folder=self.layout.clip_folder(take, variant),
            names=tuple(names),
            truth=truth / take.subject / f"{take.clip}.npz",
        )


def write_script(settings: TwinSettings) -> Script:
    """Casts, plans and damages the twin of `settings`; the same settings give the same script."""
    layout = LAYOUTS.get(settings.dataset)
    if layout.one_tree and settings.variant == "both":
        raise SettingsError(
            f"{layout.dataset} keeps full frames and face crops in one place",
            where="variant",
            remedy="choose raw or cropped",
        )
    takes = [_with_units(take) for take in cast(layout, settings)]
    planting = plant(takes, layout, settings)
    return Script(
        settings=settings,
        layout=layout,
        takes=planting.takes,
        damage=planting.damage,
        planted=planting.planted,
    )


def plan_take(take: Take) -> ClipPlan:
    """The motion of a take's face: its first frame is the onset, its last one the offset."""
    last = take.offset - take.onset
    return plan_clip(
        identity=_face(take.identity),
        emotion=take.emotion,
        seed=take.seed,
        frames=last + 1,
        fps=take.fps,
        onset=0,
        apex=take.apex - take.onset,
        offset=last,
        intensity=_intensity(take),
    )


_face = lru_cache(maxsize=32)(sample_identity)
"""A subject's face serves all of its takes."""


def _intensity(take: Take) -> float | None:
    if take.expression is Expression.MICRO:
        return None
    return float(generator(take.seed, "macro").uniform(0.6, 1.0))


def _with_units(take: Take) -> Take:
    plan = plan_take(take)
    units = (_coded(name, plan.asymmetry.get(name, 0.0)) for name in plan.action_units)
    return dataclasses.replace(take, action_units=tuple(units))


def _coded(name: str, lean: float) -> ActionUnit:
    """The unit as a coder would note it: a side where the movement is clearly one-sided."""
    return ActionUnit(int(name.removeprefix("AU")), "" if abs(lean) < 0.5 else "RL"[lean > 0])
