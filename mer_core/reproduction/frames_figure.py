"""Fig. 1: frames, their motion images, and the affective-motion image under each weighting."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mer_core.ami import WEIGHTINGS, build_ami, motion_images
from mer_core.frames import open_frames, read_clip
from mer_core.inputs import synthetic_recording
from mer_core.plots.colour import asinh_scale
from mer_core.plots.static.tiles import Tile, TileBlock, tile_figure
from mer_core.records import Clip
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import figure_files

SUBJECT, EMOTION, SEED, SHOWN = 4, "happiness", 2, 5


def figure1(
    clip: Clip, *, shown: int = SHOWN, settings: dict[str, object] | None = None
) -> BuildResult:
    """Fig. 1 of any clip, with `shown` of its frames."""
    count = len(clip)
    picks = np.linspace(0, count - 1, shown).round().astype(int)
    motion = motion_images(clip, "full")[picks].mean(axis=3)
    images = {
        entry.name: build_ami(clip.frames, count=count, weighting=entry.name)
        for entry in WEIGHTINGS
    }
    weights = images["full"].weights
    frames = [Tile(values=clip.frames[i], caption=f"frame {clip.frame_numbers[i]}") for i in picks]
    weighted = [
        Tile(values=image, caption=f"weight {weights[i]:+.2f}".replace("-", "\N{MINUS SIGN}"))
        for i, image in zip(picks, motion, strict=True)
    ]
    scale = asinh_scale(motion)
    accumulated = [Tile(values=images[e.name].image, caption=e.title) for e in WEIGHTINGS]
    drawn = tile_figure(
        [
            [TileBlock(rows=[frames], title="a  Frames", room=True)],
            [TileBlock(rows=[weighted], title="b  Motion images", scale=scale)],
            [TileBlock(rows=[accumulated], title="c  Affective-motion images", room=True)],
        ],
        synthetic=clip.synthetic,
        note="b: frame times its weight (reading Full), mean over colours; the scale is linear "
        f"within \N{PLUS-MINUS SIGN}{scale.linear_width:.0f} and logarithmic beyond.\n"
        f"c: weighted sums of all {count} frames under four readings of the weights, "
        "each stretched to 8 bits.",
    )
    return BuildResult(
        products=figure_files(drawn),
        data_digest=clip.digest,
        synthetic=clip.synthetic,
        settings={"clip": clip.name, "shown": shown, **(settings or {})},
        values=images,
    )


def clip_of(path: str, *, subject: int = SUBJECT, emotion: str = EMOTION, seed: int = SEED) -> Clip:
    """The clip at `path`, or a synthetic one where `path` is empty."""
    if path:
        return read_clip(open_frames(Path(path)))
    return synthetic_recording(subject=subject, emotion=emotion, seed=seed).expression


def _make(_job: Job) -> BuildResult:
    return figure1(clip_of(""), settings={"subject": SUBJECT, "emotion": EMOTION, "seed": SEED})


FIGURE1_BUILDER = ArtifactBuilder(
    name="fig1",
    title="Frames, their motion images and the affective-motion image under four weightings",
    paper_reference="Fig. 1",
    make=_make,
    needs=lambda _job: {"clip": [SUBJECT, EMOTION, SEED], "shown": SHOWN},
)
