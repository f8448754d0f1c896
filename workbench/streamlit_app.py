"""The workbench: `streamlit run workbench/streamlit_app.py`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from workbench.uploading import keep_in_memory

CONTRAST = Path(__file__).with_name("contrast.css")
# A file: for a Material icon the browser would ask another host.
ICON = Path(__file__).with_name("icon.svg")


def main() -> None:
    """Draws the page that is asked for."""
    keep_in_memory()
    st.set_page_config(page_title="MER Workbench", page_icon=ICON, layout="wide")
    st.html(CONTRAST)
    pages = [
        st.Page(
            "app_pages/one_clip.py",
            title="One clip",
            icon=":material/movie:",
            url_path="clip",
            default=True,
        ),
        st.Page("app_pages/clips.py", title="Clips", icon=":material/grid_view:"),
        st.Page(
            "app_pages/affective_motion_image.py",
            title="Affective-motion image",
            icon=":material/layers:",
        ),
        st.Page("app_pages/feature_maps.py", title="Feature maps", icon=":material/blur_on:"),
        st.Page(
            "app_pages/attributions.py", title="Attributions", icon=":material/center_focus_weak:"
        ),
        st.Page("app_pages/results.py", title="Results", icon=":material/leaderboard:"),
        st.Page("app_pages/paper.py", title="Paper", icon=":material/article:"),
        st.Page("app_pages/your_clip.py", title="Your own clip", icon=":material/upload:"),
        st.Page("app_pages/lessons.py", title="Lessons", icon=":material/school:"),
    ]
    st.navigation(pages).run()


# Processes that studies spawn import this file under another name, and must not draw.
if __name__ == "__main__":
    main()
