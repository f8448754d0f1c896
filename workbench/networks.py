"""Networks of a page, those that come with the workbench or one of a study, and predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.datasets.label_schemes import class_for
from mer_core.errors import MerError
from mer_core.inputs import Recording
from mer_core.inputs.prediction import marks
from mer_core.models.loaded import LoadedModel
from mer_core.models.shipped import shown_weighting
from workbench import address, cached, cached_results, panels, selection
from workbench.cached_results import study_title
from workbench.selection import ClipChoice
from workbench.titles import sentence_case, weighting_title

SHIPPED = "shipped, trained on generated faces"
MOST = 3  # columns by default


def chosen_networks(
    choice: ClipChoice, options: Sequence[str], *, where: Any, more: Any
) -> tuple[list[LoadedModel], str]:
    """Draw the choice of networks and, in `more`, of their weights and the weighting they see."""
    run = selection.study_choice("Weights", key=selection.RUN, none=SHIPPED, where=more)
    instead = "Those that ship are shown."
    held_out = held_out_network(run, choice, instead=instead) if run else None
    if held_out is not None:
        models, weighting = [held_out.model], held_out.weighting
        where.markdown(f"**{models[0].entry.title}** of {study_title(run or '')}")
        more.caption(f"Images of {weighting_title(weighting).lower()} weights, as in the study.")
    else:
        weighting = selection.weighting(
            "Weighting", key="w1", default=shown_weighting(), where=more
        )
        names = selection.networks(options, default=options[:MOST], where=where)
        models = [cached.network(name, weighting) for name in names]
    for model in models:
        address.pin(model.entry.name, model.entry.title, model.weights.digest)
    return models, weighting


def more_choices(place: Any) -> Any:
    """Draw the button behind which lies what is chosen less often.

    A browser builds what lies there only when it is opened: 4 ms for each box.
    """
    return place.popover("More", icon=":material/tune:")


@dataclass(frozen=True)
class HeldOutNetwork:
    """A network of a study that never saw the clip, and the weighting of the images it saw."""

    model: LoadedModel
    weighting: str


def held_out_network(run: str, choice: ClipChoice, *, instead: str) -> HeldOutNetwork | None:
    """Return the network of a study that never saw the clip.

    Args:
        run: The study.
        choice: The clip.
        instead: Sentence on what is shown where there is none; why is said as well.
    """
    try:
        found = _held_out(run, choice)
    except MerError as error:
        panels.refusal(error)
        return None
    if isinstance(found, HeldOutNetwork):
        return found
    st.info(f"{found} {instead}")
    return None


def _held_out(study: str, choice: ClipChoice) -> HeldOutNetwork | str:
    """The network of `study` that held the clip out, or why none can be shown."""
    result = cached_results.study_result(study)
    fold, experiment = result.fold_of(choice.key), result.definition["experiment"]
    from mer_core.training.controls import find_control
    from mer_core.training.study import Study

    control = find_control(result.definition["control"])
    if control.changes_clips:
        return f"The networks of {study_title(study)} saw other clips: {control.title}."
    if experiment.get("crop") is not None or experiment.get("stabilise"):
        return (
            f"{study_title(study)} saw clips that were cropped or aligned otherwise than here; "
            f"`mer explain --study {study}` shows them."
        )

    path = Study.open(study).weights_path(fold) if fold else None
    if path is None or not path.exists():
        return f"No network that {study_title(study)} keeps has held this clip out."
    model = cached.checkpoint(experiment["model"], str(path))
    return HeldOutNetwork(model, experiment.get("weighting") or model.entry.input.weighting)


def draw_predictions(
    models: Sequence[LoadedModel], answers: Sequence[Mapping[str, float]], recording: Recording
) -> None:
    """Draw one column for each network: prediction, probabilities, right or wrong, and weights."""
    for column, model, answer in zip(columns(models), models, answers, strict=False):
        PredictionView(model, answer, recording.label).draw(where=column, mapping=False)
    draw_marks(models, recording)


def draw_marks(models: Sequence[LoadedModel], recording: Recording) -> None:
    """Draw what is to be said of answers about a real clip; a generated one has its badge."""
    if recording.clip.synthetic:
        return
    for mark in dict.fromkeys(mark for model in models for mark in marks(model, recording)):
        st.caption(f":material/info: {sentence_case(mark)}.")


def columns(models: Sequence[LoadedModel]) -> list[DeltaGenerator]:
    """Return columns for the networks; so many that no picture fills the screen."""
    return st.columns(max(len(models), MOST), gap="medium")


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
        if sentence_case(self.truth) == label:
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
