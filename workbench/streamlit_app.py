"""The workbench: `streamlit run workbench/streamlit_app.py`."""

from __future__ import annotations

import streamlit as st

st.set_page_config(page_title="MER Workbench", page_icon=":material/face:", layout="wide")

pages = [
    st.Page(
        "app_pages/one_clip.py",
        title="One clip",
        icon=":material/movie:",
        url_path="clip",
        default=True,
    ),
]
st.navigation(pages).run()
