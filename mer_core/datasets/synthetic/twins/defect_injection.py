"""Planting defects: which take carries which, and what a reader must say about it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mer_core.datasets.synthetic.twins.clip_specs import Take, TwinSettings, Variant
from mer_core.datasets.synthetic.twins.defects import DEFECTS, Damage, Defect
from mer_core.datasets.synthetic.twins.layout import Layout
from mer_core.errors import SettingsError
from mer_core.seeding import derive_seed, generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A defect in its place.

    Attributes:
        defect: Its name.
        subject: Subject of the clip that carries it; "" for the sheet as a whole.
        clip: The clip's name; "" for the sheet as a whole.
        code: What a reader must report of this clip; None for nothing.
        remark: A word of the remark a reader must make on the table; None for no remark.
    """

    defect: str
    subject: str = ""
    clip: str = ""
    code: str | None = None
    remark: str | None = None


@dataclass(frozen=True, kw_only=True)
class Planting:
    """All takes, renamed where a defect has a known place, and the damage by take key."""

    takes: tuple[Take, ...]
    damage: dict[str, Damage]
    planted: tuple[Planted, ...]


def applicable(dataset: str, variants: Sequence[Variant] = tuple(Variant)) -> tuple[str, ...]:
    """Names of the defects that a twin of `dataset` with these frames can carry."""
    return tuple(
        defect.name
        for defect in DEFECTS
        if dataset in defect.datasets and (defect.needs is None or defect.needs in variants)
    )


def chosen(settings: TwinSettings) -> tuple[str, ...]:
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


def plant(takes: Sequence[Take], layout: Layout, settings: TwinSettings) -> Planting:
    """Damages one take for each of the settings' defects; no take carries two."""
    cast = list(takes)
    damage: dict[str, Damage] = {}
    planted: list[Planted] = []
    free = [int(i) for i in generator(settings.seed, "defects").permutation(len(cast))]
    for defect in _choosiest_first(settings, layout.dataset, takes):
        if defect.damage is None:  # of the sheet, not of a clip
            planted.append(Planted(defect=defect.name, remark=defect.remark))
            continue
        place = defect.places.get(layout.dataset)
        index = next((i for i in free if _fits(defect, cast[i], place)), None)
        if index is None:
            raise SettingsError(
                f"no clip is left for the defect {defect.name!r}",
                where=layout.dataset,
                remedy="ask for more clips or fewer defects",
            )
        free.remove(index)
        if place is not None:
            cast[index] = _moved(cast[index], place, layout.subject_key)
        take = cast[index]
        damage[take.key] = defect.damage(take)
        planted.append(
            Planted(
                defect=defect.name,
                subject=take.subject,
                clip=take.clip,
                code=defect.code,
                remark=defect.remark,
            )
        )
    return Planting(takes=tuple(cast), damage=damage, planted=tuple(planted))


def _choosiest_first(settings: TwinSettings, dataset: str, takes: Sequence[Take]) -> list[Defect]:
    defects = [DEFECTS.get(name) for name in chosen(settings)]
    return sorted(
        defects, key=lambda d: sum(_fits(d, take, d.places.get(dataset)) for take in takes)
    )


def _fits(defect: Defect, take: Take, place: tuple[int, str] | None) -> bool:
    # The letters of a clip's name may say what it shows: anger1_1 must be a clip of anger.
    return defect.suits(take) and (place is None or _letters(take.clip) == _letters(place[1]))


def _letters(clip: str) -> str:
    return "".join(itertools.takewhile(str.isalpha, clip))


def _moved(take: Take, place: tuple[int, str], subject_key: Callable[[int], str]) -> Take:
    """The take under a known subject and clip name, played by a face of its own."""
    number, clip = place
    return dataclasses.replace(
        take,
        number=number,
        subject=subject_key(number),
        clip=clip,
        identity=derive_seed(take.identity, "known subject", number),
    )
