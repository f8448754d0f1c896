"""The skin of the head: complexion, wrinkles, freckles, stubble, lips, lids, brows and scalp.

Every texel knows its place on the neutral face, so paint is a function of space and has no seams.
Places are in mm: x to the viewer's right, y up, from the point between the eyes.

Brows, wrinkles and freckles are drawn in strokes, on a frontal chart of the face.
"""

from __future__ import annotations

import cv2
import numpy as np

from mer_core.datasets.synthetic import hair as hairdo
from mer_core.datasets.synthetic.asset import load_asset
from mer_core.datasets.synthetic.atlas import mask, noise, places
from mer_core.datasets.synthetic.hair import smoothstep
from mer_core.datasets.synthetic.identity import Identity
from mer_core.records import FloatArray
from mer_core.seeding import generator


def paint_head(identity: Identity) -> FloatArray:
    """(h, w, 3) sRGB head tile."""
    points = places("head")
    rng = generator(identity.seed, "head")
    skin = _complexion(identity, points, rng)
    skin = _paint_wrinkles(identity, points, skin, rng)
    skin = _paint_freckles(identity, points, skin, rng)
    skin = _paint_stubble(identity, points, skin, rng)
    skin = _paint_lips(identity, points, skin, rng)
    skin = _paint_lids(identity, points, skin)
    skin = _paint_brows(identity, points, skin, rng)
    return _paint_scalp(identity, points, skin, rng)


def _complexion(identity: Identity, points: FloatArray, rng: np.random.Generator) -> FloatArray:
    tone = np.array(identity.skin.tone, np.float32)
    shape = points.shape[:2]
    mottle = 0.6 * noise(rng, shape, (40, 40)) + 0.4 * noise(rng, shape, (14, 14))
    pores = noise(rng, shape, (2.2, 2.2)) + 0.6 * noise(rng, shape, (5, 5))
    light = 1 + identity.skin.mottling * (0.022 * mottle + 0.016 * pores)
    skin = tone * light[..., None]
    flush = 0.75 * _blob(points, 40, -34, 20, 17) + 0.55 * _blob(points, 0, -42, 12, 10)
    flush += 0.35 * _blob(points, 0, -108, 22, 12) + 0.6 * mask("ears", shape)
    flush += 0.25 * _blob(points, 20, -52, 7, 6)
    flush *= identity.skin.redness * (1 + 0.25 * mottle)
    skin *= 1 + flush[..., None] * np.array((0.03, -0.15, -0.13), np.float32)
    shadow = _blob(points, 30, -13, 15, 5) * (0.10 + 0.16 * identity.skin.wrinkles)
    shadow += 0.45 * _blob(points, 9.5, -48, 4.2, 1.8)  # nostrils
    shadow += 0.07 * _blob(points, 22, 3, 9, 9) + 0.10 * _blob(points, 29, 7, 17, 3.5)
    return skin * (1 - shadow[..., None] * np.array((0.75, 1.0, 0.9), np.float32))


def _paint_wrinkles(
    identity: Identity, points: FloatArray, skin: FloatArray, rng: np.random.Generator
) -> FloatArray:
    chart, strength = Chart(), identity.skin.wrinkles
    for side in (-1, 1):
        fold = np.array([(19, -44), (24, -52), (30, -62), (34, -73), (35, -82)]) * (side, 1)
        chart.stroke(fold + rng.normal(0, 0.8, (5, 2)), 0.15 + 0.75 * strength, 0.9)
        chart.stroke(
            np.array([(17, -11), (24, -16), (34, -17), (42, -13)]) * (side, 1),
            0.1 + 0.55 * strength,
            0.8,
        )
        for rise in (-9, -3, 4):
            foot = np.array([(51, rise * 0.4), (56, rise * 0.8), (62, rise * 1.4)]) * (side, 1)
            chart.stroke(foot + rng.normal(0, 0.7, (3, 2)), 0.65 * strength, 0.5)
        chart.stroke(np.array([(5, 8), (6, 15), (5, 23)]) * (side, 1), 0.5 * strength, 0.6)
    for height in (36, 45, 54):
        x = np.linspace(-38, 38, 14)
        y = height + 3 * np.cos(x / 22) + rng.normal(0, 0.6, 14)
        chart.stroke(np.stack([x, y], axis=1), 0.5 * strength, 0.6)
    ink = chart.blur(0.7).project(points)
    return skin * (1 - ink[..., None] * np.array((0.30, 0.38, 0.38), np.float32))


def _paint_freckles(
    identity: Identity, points: FloatArray, skin: FloatArray, rng: np.random.Generator
) -> FloatArray:
    chart, strength = Chart(), identity.skin.freckles
    for _ in range(int(420 * strength)):
        x, y = rng.normal(0, 32), rng.normal(-28, 15)
        dot = np.array([(x, y), (x + 0.2, y + 0.1)])
        chart.stroke(dot, float(rng.uniform(0.2, 0.75)), float(rng.uniform(0.35, 1.0)))
    for _ in range(int(rng.integers(0, 5))):
        x, y = rng.uniform(-55, 55), rng.uniform(-100, 45)
        chart.stroke(np.array([(x, y), (x + 0.3, y)]), 1.4, float(rng.uniform(0.9, 1.7)))
    ink = chart.blur(0.25).project(points)
    return skin * (1 - ink[..., None] * np.array((0.33, 0.45, 0.52), np.float32))


def _paint_stubble(
    identity: Identity, points: FloatArray, skin: FloatArray, rng: np.random.Generator
) -> FloatArray:
    x, y = np.abs(points[..., 0]), points[..., 1]
    jaw = smoothstep(0.0, 9.0, -(y + 62) + 0.62 * (x - 26)) * smoothstep(-135, -118, y)
    moustache = _blob(points, 10, -59, 16, 6) * 1.4
    chin = _blob(points, 0, -102, 26, 16) * 1.2
    area = np.clip(np.maximum(np.maximum(jaw, moustache), chin), 0, 1)
    area *= smoothstep(-70.0, -50.0, points[..., 2])
    grain = 0.8 + 0.2 * noise(rng, y.shape, (3.5, 1.5)) + 0.08 * noise(rng, y.shape, (12, 12))
    beard = 0.5 + 0.4 * float(np.clip((identity.skin.stubble - 0.7) / 0.25, 0, 1))
    share = area * identity.skin.stubble * np.clip(grain, 0, 1.4) * beard
    cool = np.array(identity.hair.colour) * 0.7 + np.array((16, 18, 22))
    return mix(skin, tuple(cool), share)


def _paint_lips(
    identity: Identity, points: FloatArray, skin: FloatArray, rng: np.random.Generator
) -> FloatArray:
    lips = np.clip(mask("lips", points.shape[:2]) * 1.15 - 0.05, 0, 1)
    lines = 1 + 0.05 * noise(rng, lips.shape, (9, 1.6)) + 0.04 * noise(rng, lips.shape, (8, 8))
    colour = np.array(identity.skin.lips, np.float32) * lines[..., None]
    upper = smoothstep(-74.5, -70.0, points[..., 1])
    colour = colour * (1 - 0.13 * upper[..., None])
    return skin * (1 - lips[..., None]) + colour * lips[..., None]


def _paint_lids(identity: Identity, points: FloatArray, skin: FloatArray) -> FloatArray:
    """The rim of the lids: lashes above, a thinner and lighter line below."""
    asset = load_asset()
    lash = np.array((26, 19, 17), np.float32) * 0.6 + 0.4 * np.array(identity.brows.colour)
    for rows in asset.eyes:
        ball = asset.neutral[rows]
        middle = (ball.min(axis=0) + ball.max(axis=0)) / 2
        radius = (ball.max(axis=0) - ball.min(axis=0)).max() / 2
        gap = np.linalg.norm(points - middle, axis=-1) - radius
        upper = smoothstep(-2.5, 2.0, points[..., 1] - middle[1])
        feminine = 1.25 if identity.sex == "female" else 0.95
        reach = 0.4 + (1.1 + 2.2 * upper) * feminine
        rim = 1 - smoothstep(0.35, 1.0, gap / reach)
        skin = mix(skin, tuple(lash), rim * (0.3 + 0.62 * upper))
    return skin


def _paint_brows(
    identity: Identity, points: FloatArray, skin: FloatArray, rng: np.random.Generator
) -> FloatArray:
    brows, chart = identity.brows, Chart()
    count = int(260 * brows.density)
    for side in (-1, 1):
        along = np.sort(rng.beta(1.0, 1.15, count))
        x = 12.5 + 39 * along
        spine = brows.height - 1.4 * (1 - along) ** 2 - 2.6 * along**4
        spine = spine + brows.arch * np.sin(np.pi * np.clip(along, 0, 1) ** 1.4) - 1.2
        thick = brows.thickness * (1 - along) ** 0.35 * np.clip(0.6 + along * 4, 0, 1)
        root = spine + rng.uniform(-0.5, 0.5, count) * thick
        lean = np.deg2rad(78 - 68 * np.clip(along * 1.25, 0, 1) + rng.normal(0, 9, count))
        reach = rng.uniform(2.6, 4.8, count) * (1 - 0.35 * along)
        for a, b, c, d in zip(x, root, lean, reach, strict=True):
            hair = np.array([(a, b), (a + d * 0.6 * np.cos(c), b + d * 0.55 * np.sin(c))])
            tip = (a + d * np.cos(c * 0.75), b + d * 0.85 * np.sin(c * 0.75))
            line = np.vstack([hair, tip]) * (side, 1)
            chart.stroke(line, float(rng.uniform(0.5, 0.95)), 0.34)
    soft = chart.blur(1.3).project(points)
    ink = np.maximum(chart.project(points), np.clip(soft * 1.15, 0, 0.75))
    return mix(skin, brows.colour, ink)


def _paint_scalp(
    identity: Identity, points: FloatArray, skin: FloatArray, rng: np.random.Generator
) -> FloatArray:
    hair, shape = identity.hair, points.shape[:2]
    ears = mask("ears", shape)
    angle = hairdo.azimuth(points)
    jag = _strand_noise(rng, angle, points[..., 1], 150, 0.03)
    ragged = points.copy()
    ragged[..., 1] += (3.4 if hair.fringe else 1.8) * jag
    softness = 3.2 if hair.fringe else {"cropped": 8.0, "curly": 3.0}.get(hair.style, 5.0)
    covered = hairdo.coverage(ragged, ears, hair, softness)
    shadow = hairdo.coverage(points + (0, 6, 0), ears, hair, 7.0) * 0.22
    skin = skin * (1 - (shadow * (1 - covered))[..., None])
    if hair.style in ("curly", "cropped"):
        fine, broad = noise(rng, shape, (3.5, 3.5)), noise(rng, shape, (9, 9))
    else:
        fine = _strand_noise(rng, angle, points[..., 1], 420, 0.05)
        broad = _strand_noise(rng, angle, points[..., 1], 90, 0.02)
    glow = np.exp(-(((points[..., 1] - 82) / 14) ** 2))
    light = 1 + 0.24 * fine + 0.16 * broad + 0.3 * glow
    colour = np.array(hair.colour, np.float32) * np.clip(light, 0.35, 1.9)[..., None]
    colour += (np.clip(0.5 + fine, 0, 2) * (3 + 11 * glow))[..., None]
    share = covered * (0.8 if hair.style == "cropped" else 0.97)
    return skin * (1 - share[..., None]) + colour * share[..., None]


def _strand_noise(
    rng: np.random.Generator, angle: FloatArray, height: FloatArray, count: int, wander: float
) -> FloatArray:
    """Noise that is long along strands falling from the crown and narrow across them."""
    lattice = rng.standard_normal((12, count)).astype(np.float32)
    across = (angle / (2 * np.pi) + 0.5) * (count - 1) + wander * height
    down = np.clip((120 - height) / 250, 0, 1) * 11
    strands = cv2.remap(
        lattice,
        across.astype(np.float32),
        down.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    return strands.astype(np.float32)


def _blob(points: FloatArray, x: float, y: float, wide: float, high: float) -> FloatArray:
    """A soft spot, the same on both sides of the face."""
    side = (np.abs(points[..., 0]) - x) / wide
    return np.exp(-(side**2) - ((points[..., 1] - y) / high) ** 2).astype(np.float32)


def mix(base: FloatArray, colour: tuple[float, ...], share: FloatArray) -> FloatArray:
    """`base` with `share` of `colour` laid over it."""
    share = np.clip(share, 0, 1)[..., None]
    return base * (1 - share) + np.array(colour, np.float32) * share


_SCALE = 6.0


_LEFT, _TOP = -95.0, 125.0


_SHAPE = (1530, 1140)


class Chart:
    """A frontal drawing of the face in mm, projected onto the texels of the head."""

    def __init__(self) -> None:
        self.ink = np.zeros(_SHAPE, np.float32)

    def stroke(self, points: FloatArray, ink: float, width: float) -> None:
        """A polyline through (n, 2) points in mm; the strongest ink at a point wins."""
        layer = np.round((points - (_LEFT, _TOP)) * (1, -1) * _SCALE * 16)
        drawn = np.zeros(_SHAPE, np.uint8)
        low = np.maximum((layer.min(axis=0) // 16 - 8).astype(int), 0)
        high = (layer.max(axis=0) // 16 + 8).astype(int)
        view = np.ascontiguousarray(drawn[low[1] : high[1], low[0] : high[0]])
        shifted = (layer - low * 16).astype(np.int32)
        thickness = max(1, round(width * _SCALE))
        cv2.polylines(view, [shifted[:, None]], False, 255, thickness, cv2.LINE_AA, 4)
        target = self.ink[low[1] : high[1], low[0] : high[0]]
        np.maximum(target, view.astype(np.float32) * (ink / 255), out=target)

    def blur(self, millimetres: float) -> Chart:
        """The drawing with soft strokes."""
        soft = Chart()
        soft.ink = cv2.GaussianBlur(self.ink, (0, 0), millimetres * _SCALE).astype(np.float32)
        return soft

    def project(self, points: FloatArray) -> FloatArray:
        """The ink at each (h, w, 3) place, none at the back of the head."""
        across = (points[..., 0] - _LEFT) * _SCALE
        down = (_TOP - points[..., 1]) * _SCALE
        ink = cv2.remap(self.ink, across, down, cv2.INTER_LINEAR)
        return ink * smoothstep(-55.0, -35.0, points[..., 2])
