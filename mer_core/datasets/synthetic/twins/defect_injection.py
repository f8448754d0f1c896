"""Injection of defects: which clip carries which, and what a reader must report."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, TwinSettings, Variant
from mer_core.datasets.synthetic.twins.defects import DEFECTS, Damage, Defect
from mer_core.datasets.synthetic.twins.layout import Layout
from mer_core.errors import SettingsError
from mer_core.seeding import derive_seed, generator


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectedDefect:
    """A defect in its place.

    Attributes:
        defect: Its name.
        subject: Subject of the clip that carries it; "" for the sheet as a whole.
        clip: The clip's name; "" for the sheet as a whole.
        code: Code a reader must report of this clip; None for nothing.
        remark: A word of the remark a reader must make on the table; None for no remark.
    """

    defect: str
    subject: str = ""
    clip: str = ""
    code: str | None = None
    remark: str | None = None


@dataclass(frozen=True, kw_only=True)
class DefectInjection:
    """All clips, renamed where a defect has a known place, and the damage by clip key."""

    specs: tuple[ClipSpec, ...]
    damage: dict[str, Damage]
    injected: tuple[InjectedDefect, ...]


def applicable(dataset: str, variants: Sequence[Variant] = tuple(Variant)) -> tuple[str, ...]:
    """Names of the defects that a twin of `dataset` with these frames can carry."""
    return tuple(
        defect.name
        for defect in DEFECTS
        if dataset in defect.datasets and (defect.needs is None or defect.needs in variants)
    )


def resolve_defects(settings: TwinSettings) -> tuple[str, ...]:
    """The settings' defects with "all" written out, in the registry's order."""
    possible = applicable(settings.dataset, settings.variants)
    named = set(settings.defects)
    if "all" in named:
        named = (named - {"all"}) | {name for name in possible if not DEFECTS.get(name).alone}
    for name in sorted(named):
        if DEFECTS.get(name).name not in possible:
            raise SettingsError(
                f"defect {name!r} cannot occur in a {settings.variant} {settings.dataset} twin",
                remedy=f"choose of: {', '.join(('all', *possible))}"
                if possible
                else "leave it out",
            )
    return tuple(name for name in possible if name in named)


def inject_defects(
    specs: Sequence[ClipSpec], layout: Layout, settings: TwinSettings
) -> DefectInjection:
    """Damage one clip for each of the settings' defects; no clip carries two."""
    changed = list(specs)
    damage: dict[str, Damage] = {}
    injected: list[InjectedDefect] = []
    free = [int(i) for i in generator(settings.seed, "defects").permutation(len(changed))]
    for defect in _rarest_first(settings, layout.dataset, specs):
        if defect.damage is None:  # of the sheet, not of a clip
            injected.append(InjectedDefect(defect=defect.name, remark=defect.remark))
            continue
        known_clip = defect.known_clips.get(layout.dataset)
        index = next((i for i in free if _fits(defect, changed[i], known_clip)), None)
        if index is None:
            raise SettingsError(
                f"no clip is left for the defect {defect.name!r}",
                where=layout.dataset,
                remedy="ask for more clips or fewer defects",
            )
        free.remove(index)
        if known_clip is not None:
            changed[index] = _at_known_clip(changed[index], known_clip, layout.subject_key)
        spec = changed[index]
        damage[spec.key] = defect.damage(spec)
        injected.append(
            InjectedDefect(
                defect=defect.name,
                subject=spec.subject,
                clip=spec.clip,
                code=defect.code,
                remark=defect.remark,
            )
        )
    return DefectInjection(specs=tuple(changed), damage=damage, injected=tuple(injected))


def _rarest_first(settings: TwinSettings, dataset: str, specs: Sequence[ClipSpec]) -> list[Defect]:
    defects = [DEFECTS.get(name) for name in resolve_defects(settings)]
    return sorted(
        defects, key=lambda d: sum(_fits(d, spec, d.known_clips.get(dataset)) for spec in specs)
    )


def _fits(defect: Defect, spec: ClipSpec, known_clip: tuple[int, str] | None) -> bool:
    # The letters of a clip's name may say what it shows: anger1_1 must be a clip of anger.
    return defect.applies_to(spec) and (
        known_clip is None or _letters(spec.clip) == _letters(known_clip[1])
    )


def _letters(clip: str) -> str:
    return "".join(itertools.takewhile(str.isalpha, clip))


def _at_known_clip(
    spec: ClipSpec, known_clip: tuple[int, str], subject_key: Callable[[int], str]
) -> ClipSpec:
    """Return the clip under a known subject and clip name, acted by a face of its own."""
    number, clip = known_clip
    return dataclasses.replace(
        spec,
        number=number,
        subject=subject_key(number),
        clip=clip,
        identity=derive_seed(spec.identity, "known subject", number),
    )
