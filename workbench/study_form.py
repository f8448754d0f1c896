"""The form that starts a study: every choice is one the core lists."""

from __future__ import annotations

import streamlit as st

from mer_core.datasets.label_schemes import SCHEMES
from mer_core.errors import MerError
from mer_core.models.catalog import model_entry
from mer_core.protocols import PROTOCOLS
from mer_core.training import PROFILES, CatalogExperiment, DatasetChoice, Study, profile
from mer_core.training.controls import CONTROLS
from workbench import cached, panels, selection
from workbench.titles import protocol_title, sentence_case


def study_form() -> Study | None:
    """Draw the form; the study it describes when it is sent, else None."""
    found = cached.sources()
    titles = {source.dataset: source.title for source in found}
    if not titles:
        st.info("No dataset yet. The synthetic twins are being prepared.")
        return None
    for source in {source.problem: source for source in found}.values():  # each problem once
        selection.warn_of_twin(source)
    with st.form("new study", border=False):
        first, second, third = st.columns(3)
        datasets = first.multiselect(
            "Datasets", list(titles), default=list(titles)[:1], format_func=titles.__getitem__
        )
        model = second.selectbox(
            "Network", selection.all_models(), format_func=lambda name: model_entry(name).title
        )
        protocol = third.selectbox(
            "Protocol",
            PROTOCOLS.names(),
            format_func=protocol_title,
        )
        scheme = first.selectbox(
            "Classes",
            SCHEMES.names(),
            index=SCHEMES.names().index(CatalogExperiment.scheme),
            format_func=lambda name: SCHEMES.get(name).title,
            help="\n".join(f"- **{one.title}**: {one.about}" for one in SCHEMES),
        )
        settings = second.selectbox(
            "Training profile",
            PROFILES.names(),
            format_func=sentence_case,
            help="Epochs of training: "
            + ", ".join(f"{name} {profile(name).epochs}" for name in PROFILES.names())
            + ". Networks that read whole clips see each clip less often.",
        )
        control = third.selectbox(
            "Control",
            CONTROLS.names(),
            format_func=lambda name: sentence_case(CONTROLS.get(name).title),
            help="A study that is made to fail, or to cheat. What it still scores is not skill.",
        )
        sent = st.form_submit_button("Start", icon=":material/play_arrow:", type="primary")
    if not sent:
        return None
    try:
        with st.spinner("Reading the data and planning the folds"):
            return Study.create(
                CatalogExperiment(
                    datasets=tuple(_choice(name) for name in datasets), scheme=scheme, model=model
                ),
                protocol=protocol,
                settings=profile(settings, model=model),
                control=control,
            )
    except MerError as error:
        panels.refusal(error)
        return None


def _choice(name: str) -> DatasetChoice:
    source = next(one for one in cached.sources() if one.dataset == name)
    return DatasetChoice(name=name, twin=source.demo)
