"""Steps about evidence: who is left out, what looking too often does, and what remains."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from mer_core.plots.curves import epoch_curves
from mer_core.protocols.selection_bias import simulate_selection_bias
from workbench import panels, widgets
from workbench.lesson import answer, ask

_PEOPLE, _CLIPS = 8, 4


def leave_one_out() -> None:
    """Who is trained on, and who is tested."""
    st.markdown(
        f"Here are {_PEOPLE} people with {_CLIPS} clips each. A study trains a network on all but "
        "one of them and tests it on that one; then it leaves out the next. Every clip is tested "
        "once, by a network that has never seen this person."
    )
    held = widgets.number("Person left out", 1, _PEOPLE, key="left_out", default=3)
    names = [f"Person {i + 1}" for i in range(_PEOPLE)]
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(
            f'<td class="{"mer-test" if i + 1 == held else "mer-train"}">'
            f"{'test' if i + 1 == held else 'train'}</td>"
            for _ in range(_CLIPS)
        )
        + "</tr>"
        for i, name in enumerate(names)
    )
    st.html(f'<table class="mer-folds">{rows}</table>')
    if ask("leave-one-out"):
        answer("leave-one-out")


def leak() -> None:
    """The best of many guesses is not skill."""
    st.markdown(
        "Training runs for many epochs. Somebody looks at the held-out subject after each and "
        "keeps the epoch that scores best there. It feels like choosing a good model. Here the "
        "networks know nothing at all: each answer is a throw of dice."
    )
    place = st.columns(4)
    classes = widgets.number("Classes", 2, 8, key="classes", default=4, where=place[0])
    subjects = widgets.number("Subjects", 2, 60, key="people", default=26, where=place[1])
    clips = widgets.number("Clips of each", 1, 40, key="each", default=9, where=place[2])
    epochs = widgets.number("Epochs", 1, 200, key="epochs", default=60, where=place[3])
    found = simulate_selection_bias(subjects=subjects, clips=clips, classes=classes, epochs=epochs)
    panels.chart(
        partial(
            epoch_curves,
            {
                "reported by whoever keeps the best epoch": found.running,
                "the same networks, honestly": found.accuracies.mean(axis=0),
            },
            chance=1 / classes,
        ),
        key="leak",
        alt=f"After {epochs} epochs: {found.leaked:.0%} with the leak, {found.honest:.0%} without, "
        f"chance {1 / classes:.0%}",
    )
    if ask("leak"):
        answer(
            "leak",
            honest=f"{found.honest:.0%}",
            chance=f"{1 / classes:.0%}",
            leaked=f"{found.leaked:.0%}",
        )


def summary() -> None:
    """What to take home."""
    st.markdown(
        """
1. A micro-expression is **short and slight**. A camera has to be fast, and a network has to find
   a motion of a few pixels.
2. A clip becomes **one image**: every frame weighted by its place in time. What the weights sum to
   decides whether the face stays in it, and with it who the person is.
3. A network **has to choose** one of its classes. Its bars are known to be close to the share of
   right answers on people like those it was calibrated on (here, generated ones), and on no others.
4. A map over a face **convinces, whether it is true or not**. It has to beat plain motion, and to
   change when the network does.
5. A score counts only for **people the network has never seen**, and only if nobody has chosen by
   it.
6. No network here reads **feelings**. It sorts movements into words that coders gave them.
"""
    )
    if ask("summary"):
        answer("summary")
    panels.open_elsewhere(
        {}, {"paper": "Paper", "results": "Results", "your_clip": "Your own clip"}
    )
