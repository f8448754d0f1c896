"""The app that `mer workbench` starts; server settings lie in `.streamlit` beside it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser

from workbench.sidebar import draw_menu, draw_name, draw_notice

STYLE = Path(__file__).with_name("app.css")
# A file: for a Material icon the browser would ask another host.
ICON = Path(__file__).with_name("icon.svg")
SIDEBAR = 240  # pixels
PAGES = {
    "Look": {
        "one_clip": ("One clip", "movie"),
        "clips": ("Clips", "grid_view"),
        "affective_motion_image": ("Affective-motion image", "layers"),
        "feature_maps": ("Feature maps", "blur_on"),
        "attributions": ("Attributions", "center_focus_weak"),
        "compare": ("Compare", "compare"),
    },
    "Measure": {
        "results": ("Results", "leaderboard"),
        "paper": ("Paper", "article"),
    },
    "Try": {
        "your_clip": ("Your own clip", "upload"),
        "lessons": ("Lessons", "school"),
    },
}
FIRST = "one_clip"
FORM_BYTES = 2**20  # what an upload has around it


def main() -> None:
    """Draw the page that is asked for."""
    _keep_uploads_in_memory()
    st.set_page_config(
        page_title="MER Workbench",
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state=SIDEBAR,
    )
    st.html(STYLE)
    groups = {
        group: [
            st.Page(
                f"app_pages/{name}.py",
                title=title,
                icon=f":material/{icon}:",
                url_path="clip" if name == FIRST else None,
                default=name == FIRST,
            )
            for name, (title, icon) in pages.items()
        ]
        for group, pages in PAGES.items()
    }
    # Streamlit's own menu of groups is a list with parts that no list may have.
    page = st.navigation(groups, position="hidden")
    draw_name()
    draw_menu(groups)
    draw_notice()
    page.run()


def _keep_uploads_in_memory() -> None:
    """Let the server hold in memory every upload that it accepts at all.

    By itself Starlette moves what is larger than a megabyte to a temporary file while it arrives,
    and a face would lie on the disk, unseen.
    """
    MultiPartParser.spool_max_size = st.get_option("server.maxUploadSize") * 2**20 + FORM_BYTES


# Streamlit runs this file as the main script; whoever imports it draws nothing.
if __name__ == "__main__":
    main()
