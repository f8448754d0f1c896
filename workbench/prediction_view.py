"""What a network predicts for a clip, and whether that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from mer_core.datasets.label_schemes import class_for
from mer_core.models.loaded import LoadedModel
from workbench import address
from workbench.titles import sentence_case


@dataclass(frozen=True)
class PredictionView:
    """One answer as pages show it.

    Attributes:
        model: The network.
        shares: Class -> probability.
        label: What the clip is labelled.
    """

    model: LoadedModel
    shares: Mapping[str, float]
    label: str

    @property
    def predicted(self) -> str:
        """The most probable class."""
        return max(self.shares, key=self.shares.__getitem__)

    @property
    def truth(self) -> str | None:
        """The class that the label counts as; None where the classes have none for it."""
        return class_for(self.label, self.model.classes)

    @property
    def right(self) -> bool | None:
        """Whether the prediction is the true class; None where there is none."""
        return None if self.truth is None else self.predicted == self.truth

    @property
    def mapping(self) -> str:
        """How the label becomes a class, in a sentence."""
        label = sentence_case(self.label)
        if self.truth is None:
            return f"{label} is none of this network's classes, so nothing here is right or wrong."
        if self.truth == self.label:
            return f"The clip is labelled {label}."
        return f"The clip is labelled {label}, which counts as {sentence_case(self.truth)}."

    def draw(self, *, where: Any = st, mapping: bool = True) -> None:
        """Draw the verdict, a bar for each class, and what the weights are."""
        model = self.model
        address.pin(model.entry.name, model.entry.title, model.weights.digest)
        sign = {True: ":green[:material/check_circle: right]", None: ""}.get(
            self.right, ":red[:material/cancel: wrong]"
        )
        with where.container(gap="small"):
            st.markdown(
                f"**{model.entry.title}** predicts **{sentence_case(self.predicted)}** {sign}"
            )
            draw_weights(model)
            st.html(self._table())
            if mapping:
                st.caption(self.mapping)

    def _table(self) -> str:
        kind = {True: "mer-right", False: "mer-wrong", None: "mer-open"}[self.right]
        rows = []
        for name, share in self.shares.items():
            own = f"mer-predicted {kind}" if name == self.predicted else ""
            mark = " ✓" if name == self.truth else ""
            rows.append(
                f'<tr class="{own}"><th scope="row">{escape(sentence_case(name))}{mark}</th>'
                f'<td><div class="mer-track"><div class="mer-fill" style="width:{share:.1%}">'
                f"</div></div></td><td>{share:.0%}</td></tr>"
            )
        return f'<table class="mer-answer">{"".join(rows)}</table>'


def draw_weights(model: LoadedModel, *, where: Any = st) -> None:
    """Draw what the weights of a network are, as a badge that cannot be overlooked."""
    card = model.weights.card
    if model.weights.trained:
        where.badge(
            model.weights.label,
            icon=":material/model_training:",
            color="gray",
            help=None
            if card is None
            else f"Unweighted average recall {card.uar.value:.0%} ({card.uar.low:.0%} to "
            f"{card.uar.high:.0%}) on {card.clips} clips of {card.people} generated people that it "
            f"has never seen; chance is {1 / len(model.classes):.0%}.",
        )
    else:
        where.badge(model.weights.label, icon=":material/warning:", color="red")
