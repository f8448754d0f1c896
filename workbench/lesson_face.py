"""Steps about the face and its image."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.inputs.recording import clip_facts
from workbench import address, cached, pointing, selection
from workbench.lesson import answer, ask, example
from workbench.picture_tiles import displacement_tile, frame_tiles, motion_image_tile, weight_sum
from workbench.player import SLOW, play_frames
from workbench.tiles import Tile, draw_tiles

STRIP = 7
_GUESS = "guess on the face"
_REACH = 9  # pixels around a guess


def micro_expression() -> None:
    """Short, slight, and over before you have looked."""
    choice, recording = example()
    clip = recording.clip
    st.markdown(
        "A micro-expression is a whole facial expression in a fraction of a second, and so slight "
        "that most people see nothing. Look at it in real time, then slowly. Then press the face "
        "where you think it moved."
    )
    rate = clip.fps or SLOW
    fast, slow, guess = st.columns(3, gap="large")
    for column, fps, words in ((fast, rate, "In real time"), (slow, SLOW, "Slowed down")):
        with column:
            st.subheader(words, anchor=False)
            play_frames(
                list(clip.frames),
                clip.frame_numbers,
                key=f"play {words}",
                alt=f"A face makes a micro-expression, {words.lower()}",
                rate=rate,
                fps=fps,
            )
    with guess:
        st.subheader("Where did it move?", anchor=False)
        held = st.session_state.get(_GUESS)
        held = held[1] if held is not None and held[0] == choice.key else None
        face = clip.frames[0]
        tile = Tile(picture=face, alt="The face at rest", name="face", box=_around(held, face))
        draw_tiles(
            [tile],
            key="guess",
            columns=1,
            press="Guess here",
            on_press=lambda press: address.set_widget(_GUESS, (choice.key, (press.x, press.y))),
        )
        st.caption("Your guess is framed." if held else "Press the face to guess.")
    if not ask("micro-expression", about=choice):
        return
    truth = recording.truth
    if truth is None or not len(truth.masks):
        st.markdown("Nothing moved: this face was at rest.")
        return
    moved, words = st.columns([1, 2], gap="large")
    with moved:
        tile = displacement_tile(recording, caption="How far the skin has moved, in pixels")
        draw_tiles([tile] if tile else [], key="moved", columns=1)
    with words:
        answer("micro-expression", facts=clip_facts(recording))
        if held is not None:
            hit = _hit(np.asarray(truth.masks.any(axis=0)), held)
            st.markdown(f"Your guess is **{'inside' if hit else 'outside'}** the moving region.")


def _around(
    guess: tuple[float, float] | None, face: np.ndarray
) -> tuple[int, int, int, int] | None:
    if guess is None:
        return None
    height, width = face.shape[:2]
    x, y = round(guess[0] * width), round(guess[1] * height)
    return (
        max(0, y - _REACH),
        max(0, x - _REACH),
        min(height, y + _REACH),
        min(width, x + _REACH),
    )


def _hit(region: np.ndarray, guess: tuple[float, float]) -> bool:
    rows, columns = region.shape
    return bool(region[int(guess[1] * rows), int(guess[0] * columns)])


def one_image() -> None:
    """Frames, weighted and summed."""
    _, recording = example()
    clip = recording.expression
    numbers = list(clip.frame_numbers)
    st.markdown(
        "A network for pictures wants one picture. Each frame gets a weight, early ones other "
        "than late ones, and the sum of all is the affective-motion image. What stays equal in "
        "all frames is weighted by the sum of the weights; what changes leaves its trace. "
        "Move the ends of the range: the frames inside become a clip of their own, with weights "
        "of their own, and you see what another cut would have given."
    )
    picks = np.linspace(0, len(clip) - 1, min(STRIP, len(clip))).round().astype(int)
    shown = frame_tiles([clip.frames[i] for i in picks], [numbers[i] for i in picks])
    draw_tiles(shown, key="frames shown", columns=STRIP)
    first, last = pointing.frame_range(numbers, brushed=None)
    alone = selection.between(recording, first, last)
    images = [alone.image(weighting.name) for weighting in WEIGHTINGS]
    parts = [
        motion_image_tile(image, caption=f"{len(image.weights)} weights, sum {weight_sum(image)}")
        for image in images
    ]
    draw_tiles(parts, key="images", columns=len(parts), least=160)
    if ask("one-image"):
        kept = [entry.title for entry in WEIGHTINGS if entry.keeps_appearance]
        answer("one-image", kept=" and ".join(kept).lower())


def carries_motion() -> None:
    """How much of each image lies where the face moves."""
    choice, recording = example()
    st.markdown(
        "Two readings of the paper's formula and two relatives of it give four images. Framed is "
        "where the face moves. "
        "Which image has most of its contrast there?"
    )
    region = recording.region
    images = {entry.name: cached.image(choice, entry.name) for entry in WEIGHTINGS}
    outlines = {} if region is None else {"moving region": region}
    tiles = [
        Tile(
            picture=image.image,
            outlines=outlines,
            title=WEIGHTINGS.get(name).title,
            alt=f"Affective-motion image, {name}",
        )
        for name, image in images.items()
    ]
    draw_tiles(tiles, key="carriers", columns=len(tiles), least=160)
    titles = [WEIGHTINGS.get(name).title for name in images]
    if not ask("carries-motion", titles, about=choice) or region is None:
        return
    from mer_core.attribution.control_maps import motion_share

    shares = {
        WEIGHTINGS.get(name).title: motion_share(image, region) for name, image in images.items()
    }
    answer(
        "carries-motion",
        area=f"{region.mean():.0%}",
        shares=", ".join(
            f"{share:.0%} under {name.lower()} weights" for name, share in shares.items()
        ),
        best=max(shares, key=shares.__getitem__),
    )
    from mer_core.models.catalog import model_entry
    from mer_core.training.cohort_controls import PROBED, weighting_cards

    cards = weighting_cards(PROBED)
    st.markdown(
        f"Does it matter to a network? {model_entry(PROBED).title} was trained anew on images of "
        f"each kind and asked about {cards[0].people} generated people it had never seen. Its "
        "recall, where guessing gives "
        f"{cards[0].chance:.0%}: "
        + ", ".join(
            f"{card.uar.value:.0%} under {WEIGHTINGS.get(card.weighting).title.lower()} weights "
            f"({card.uar.low:.0%} to {card.uar.high:.0%})"
            for card in cards
        )
        + "."
    )
