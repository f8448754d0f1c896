"""Which model, which protocol, by how much?"""

from __future__ import annotations

import streamlit as st

from mer_core.errors import MerError
from workbench import address, cached_results, panels, selection
from workbench.result_tables import result_tables
from workbench.study_form import study_form
from workbench.study_overview import draw_overview
from workbench.study_panel import draw_study
from workbench.study_progress import draw_progress
from workbench.titles import artefact_title

address.begin_page("Results", "Which model, which protocol, by how much, and beside what?")
run = draw_progress()
names = cached_results.studies()
study = selection.study_choice("Study", key="study", none="all studies")
form = panels.lazy_container(st.expander, "Start a study", key="form", icon=":material/add:")
if form.open:
    with form:
        started = study_form()
        if started is not None:
            if cached_results.study_runner().start(started).name != started.name:
                st.warning("Another study is still training; stop it first, or wait.")
            else:
                cached_results.studies.clear()
                st.rerun()

if study is not None:
    try:
        draw_study(study, run)
    except MerError as error:
        panels.refusal(error)
else:
    if names:
        draw_overview(names)
    else:
        st.info("No studies yet: start one above, or see what the paper prints.")
    tables = result_tables()
    if tables:
        st.header("Tables that come with the workbench", anchor=False)
    for table in tables:
        title = artefact_title(table.artefact)
        part = panels.lazy_container(st.expander, title, key=table.artefact.file)
        if part.open:
            with part:
                table.draw()
    st.page_link(
        "app_pages/paper.py",
        label="What the paper prints, and which of its numbers hold",
        icon=":material/arrow_forward:",
    )
address.share()
