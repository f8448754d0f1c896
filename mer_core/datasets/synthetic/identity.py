"""Who is in front of the camera: traits of one subject, all drawn from one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mer_core.datasets.synthetic.asset import load_asset
from mer_core.seeding import generator

Colour = tuple[float, float, float]
"""sRGB, 0 to 255."""

_SKIN: tuple[Colour, ...] = (
    (243, 212, 195),
    (233, 192, 168),
    (217, 168, 138),
    (189, 136, 102),
    (146, 97, 68),
    (106, 68, 48),
    (76, 49, 37),
)
_HAIR: tuple[tuple[Colour, float], ...] = (
    ((22, 18, 17), 0.34),  # black
    ((45, 31, 24), 0.26),  # dark brown
    ((84, 56, 37), 0.16),  # brown
    ((128, 90, 56), 0.10),  # light brown
    ((176, 138, 88), 0.08),  # blond
    ((122, 58, 30), 0.06),  # auburn
)
_IRIS: tuple[tuple[Colour, float], ...] = (
    ((62, 38, 22), 0.45),  # dark brown
    ((104, 66, 34), 0.20),  # brown
    ((112, 98, 52), 0.12),  # hazel
    ((82, 108, 78), 0.08),  # green
    ((84, 118, 148), 0.15),  # blue
)
# Ranges of melanin (0 light to 1 dark) seen with each ancestry of the shape model.
_MELANIN = {"african": (0.62, 1.0), "asian": (0.12, 0.5), "caucasian": (0.0, 0.42)}
_LOCAL_SPREAD = {
    "eye": 0.26,
    "eyebrows": 0.3,
    "nose": 0.33,
    "mouth": 0.24,
    "chin": 0.28,
    "cheek": 0.3,
    "head": 0.22,
    "forehead": 0.3,
    "ear": 0.35,
}
# Changes that leave what a living face looks like when combined freely.
_EXCLUDED = ("head-trans", "head-angle", "nose-trans", "head-age", "mouth-trans", "ear-wing")
_EXCLUDED += ("forehead-nubian", "forehead-scale", "head-scale", "head-back", "mouth-upperlip-ext")
_EXCLUDED += ("mouth-lowerlip-ext", "mouth-upperlip-middle", "mouth-lowerlip-middle")


@dataclass(frozen=True, kw_only=True)
class Hair:
    """Hairstyle and colour.

    Attributes:
        style: "cropped", "short", "full", "curly", "bob" or "long".
        colour: Colour of the strands.
        hairline: Height of the hairline above the eyes in mm: front, temple, before the ear.
        volume: Thickness of the hair above the scalp, in mm.
        parting: Position of the parting, in mm from the middle.
        fringe: Length of the hair over the forehead, in mm.
        length: Length below the eyes, in mm; 0 if it does not hang.
    """

    style: str
    colour: Colour
    hairline: tuple[float, float, float]
    volume: float
    parting: float
    fringe: float
    length: float


@dataclass(frozen=True, kw_only=True)
class Skin:
    """Complexion: `tone` is the base colour, the rest are strengths from 0 to 1."""

    tone: Colour
    lips: Colour
    redness: float
    freckles: float
    stubble: float
    wrinkles: float
    mottling: float
    shine: float


@dataclass(frozen=True, kw_only=True)
class Brows:
    """Eyebrows: colour, density 0 to 1, thickness and arch in mm, and height above the eye."""

    colour: Colour
    density: float
    thickness: float
    arch: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One synthetic subject.

    `shapes` weighs the identity displacements of the face asset and `resting` the facial actions
    of the face at rest, which is rarely perfectly neutral; everything else is paint. Two
    identities of one seed are equal and render to the same bytes.
    """

    seed: int
    sex: str
    age: float
    ancestry: Mapping[str, float]
    shapes: Mapping[str, float]
    resting: Mapping[str, float]
    skin: Skin
    brows: Brows
    iris: Colour
    hair: Hair
    clothing: Colour
    neckline: float

    def __hash__(self) -> int:
        return hash(self.seed)


def sample_identity(seed: int) -> Identity:
    """The subject of a seed; any integer is somebody."""
    rng = generator(seed, "identity")
    sex = "female" if rng.random() < 0.5 else "male"
    age = float(np.clip(rng.gamma(2.2, 9.0) + 18, 18, 76))
    ancestry = _sample_ancestry(rng)
    melanin = sum(share * rng.uniform(*_MELANIN[name]) for name, share in ancestry.items())
    hair_colour = _sample_hair_colour(rng, melanin, age)
    skin = _sample_skin(rng, float(melanin), sex, age)
    return Identity(
        seed=seed,
        sex=sex,
        age=age,
        ancestry=ancestry,
        shapes=_sample_shapes(rng, sex, age, ancestry),
        resting=_sample_resting(rng),
        skin=skin,
        brows=_sample_brows(rng, sex, hair_colour),
        iris=_jitter(rng, _IRIS[0][0] if melanin > 0.45 else _choose(rng, _IRIS), 8),
        hair=_sample_hair(rng, sex, age, hair_colour, ancestry["african"]),
        clothing=_sample_clothing(rng),
        neckline=float(rng.uniform(0, 1)),
    )


def _sample_ancestry(rng: np.random.Generator) -> dict[str, float]:
    """Sample mostly one ancestry, sometimes a mixture."""
    shares = rng.dirichlet([0.35, 0.35, 0.35])
    return dict(zip(("african", "asian", "caucasian"), map(float, shares), strict=True))


def _sample_shapes(
    rng: np.random.Generator, sex: str, age: float, ancestry: Mapping[str, float]
) -> dict[str, float]:
    femininity = float(np.clip(rng.normal(0.88, 0.1), 0.55, 1.0))
    sexes = {sex: femininity, "male" if sex == "female" else "female": 1 - femininity}
    old = float(np.clip((age - 22) / 68, 0, 1))
    build = float(np.clip(rng.normal(0.0, 0.45), -0.8, 0.9))
    shapes: dict[str, float] = {}
    for name, share in sexes.items():
        for span, part in (("young", 1 - old), ("old", old)):
            for origin, amount in ancestry.items():
                shapes[f"{origin}-{name}-{span}"] = share * part * amount
            shapes[f"{'heavy' if build > 0 else 'light'}-{name}-{span}"] = share * part * abs(build)
        shapes[f"muscular-{name}"] = share * float(rng.uniform(0, 0.5))
    return shapes | _sample_local_changes(rng)


def _sample_local_changes(rng: np.random.Generator) -> dict[str, float]:
    """Every local change once, in one of its two directions, nearly alike on both sides."""
    chosen: dict[str, float] = {}
    for up, down in _local_pairs():
        spread = next(s for part, s in _LOCAL_SPREAD.items() if up.startswith(part))
        amount = float(np.clip(rng.normal(0, spread), -0.7, 0.7))
        for side in ("", "l-", "r-"):
            name = side + (up if amount > 0 else down)
            if name in _known_shapes():
                wobble = 1.0 if not side else 1 + float(rng.normal(0, 0.08))
                chosen[name] = abs(amount) * wobble
    return chosen


def _sample_resting(rng: np.random.Generator) -> dict[str, float]:
    """Tone of the face at rest; a trace of a smile keeps the mesh's mouth from sulking."""
    smile, squint, brow = rng.uniform(0.02, 0.14), rng.uniform(0, 0.15), rng.uniform(-0.12, 0.12)
    both = {"mouthSmile": smile, "eyeSquint": squint, "browDown": max(brow, 0)}
    both["browOuterUp"] = max(-brow, 0)
    return {f"{stem}{side}": float(v) for stem, v in both.items() for side in ("Left", "Right")}


def _known_shapes() -> frozenset[str]:
    return frozenset(load_asset().shapes.names)


def _local_pairs() -> list[tuple[str, str]]:
    """(positive, negative) names without side; the asset lists them in this order."""
    local = [n for n in load_asset().shapes.names if not n.endswith(("young", "old", "male"))]
    pairs = []
    for up, down in zip(local[::2], local[1::2], strict=True):
        plain = up.removeprefix("r-") if up.startswith("r-") else up
        if up.startswith("l-") or plain.startswith(_EXCLUDED):
            continue
        pairs.append((plain, down.removeprefix("r-")))
    return pairs


def _sample_skin(rng: np.random.Generator, melanin: float, sex: str, age: float) -> Skin:
    tone = _jitter(rng, _along(_SKIN, melanin), 5)
    rose = np.array((186, 72, 80)) if sex == "female" else np.array((172, 88, 84))
    share = rng.uniform(0.32, 0.62) if sex == "female" else rng.uniform(0.25, 0.42)
    depth = 0.55 + 0.45 * (1 - melanin)
    lips = (1 - share) * np.array(tone) * (0.9, 0.75, 0.76) + share * rose * depth
    return Skin(
        tone=tone,
        lips=_colour(lips),
        redness=float(rng.uniform(0.2, 0.9)) * (1 - 0.5 * melanin),
        freckles=float(rng.uniform(0.4, 1.0)) if melanin < 0.3 and rng.random() < 0.35 else 0.0,
        stubble=float(rng.uniform(0.25, 1.0)) if sex == "male" and rng.random() < 0.75 else 0.0,
        wrinkles=float(np.clip((age - 26) / 45, 0, 1)),
        mottling=float(rng.uniform(0.3, 1.0)),
        shine=float(rng.uniform(0.3, 1.0)),
    )


def _sample_brows(rng: np.random.Generator, sex: str, hair: Colour) -> Brows:
    male = sex == "male"
    dark = np.array(hair) * rng.uniform(0.55, 0.85)
    return Brows(
        colour=_colour(np.clip(dark, 14, 150)),
        density=float(rng.uniform(0.55, 1.0)),
        thickness=float(rng.uniform(5.0, 8.0) if male else rng.uniform(3.2, 5.6)),
        arch=float(rng.uniform(0.5, 3.0) if male else rng.uniform(1.5, 5.0)),
        height=float(rng.uniform(14.5, 17.5)),
    )


def _sample_hair_colour(rng: np.random.Generator, melanin: float, age: float) -> Colour:
    colour = np.array(_HAIR[0][0] if melanin > 0.5 else _choose(rng, _HAIR))
    grey = np.clip((age - rng.uniform(38, 60)) / 22, 0, 0.9)
    return _colour((1 - grey) * colour + grey * rng.uniform(120, 185))


def _sample_hair(
    rng: np.random.Generator, sex: str, age: float, colour: Colour, african: float
) -> Hair:
    styles = ("cropped", "short", "full", "curly", "bob", "long")
    curly = 0.06 + 0.5 * african
    if sex == "female":
        chances = np.array((0.02 + 0.2 * african, 0.08, 0.2, curly, 0.25, 0.42))
    else:
        chances = np.array((0.22 + 0.4 * african, 0.5, 0.2, curly, 0.04, 0.03))
    style = str(rng.choice(styles, p=chances / chances.sum()))
    receding = rng.uniform(0, 22) * (sex == "male") * np.clip((age - 20) / 25, 0.1, 1)
    front = rng.uniform(52, 62) + 0.6 * receding
    length = {"long": rng.uniform(150, 230), "bob": rng.uniform(85, 125)}.get(style, 0.0)
    volume = {"cropped": (1.5, 3), "short": (4, 9), "curly": (9, 20)}.get(style, (7, 12))
    fringed = style not in ("cropped", "curly") and rng.random() < 0.35
    return Hair(
        style=style,
        colour=colour,
        hairline=(float(front), float(front - rng.uniform(2, 12) + receding), rng.uniform(-12, 8)),
        volume=float(rng.uniform(*volume)),
        parting=float(rng.choice([-1, 1]) * rng.uniform(6, 32)),
        fringe=float(rng.uniform(10, 26)) if fringed else 0.0,
        length=float(length),
    )


def _sample_clothing(rng: np.random.Generator) -> Colour:
    palette = ((38, 42, 54), (92, 98, 108), (205, 205, 208), (52, 74, 104), (110, 44, 50))
    palette += ((62, 82, 66), (28, 28, 30), (150, 138, 120))
    return _jitter(rng, palette[int(rng.integers(len(palette)))], 8)


def _choose(rng: np.random.Generator, options: tuple[tuple[Colour, float], ...]) -> Colour:
    shares = np.array([share for _, share in options])
    return options[int(rng.choice(len(options), p=shares / shares.sum()))][0]


def _along(scale: tuple[Colour, ...], position: float) -> Colour:
    """Linear interpolation on a colour scale, position from 0 to 1."""
    knots = np.linspace(0, 1, len(scale))
    return _colour(np.array([np.interp(position, knots, channel) for channel in np.array(scale).T]))


def _jitter(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    shared, own = rng.normal(0, spread), rng.normal(0, spread / 3, 3)
    return _colour(np.clip(np.array(colour) + shared + own, 4, 250))


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
