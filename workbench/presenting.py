"""A page on a projector: large type, no controls, and every step from its top."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

LARGE = Path(__file__).with_name("presenting.css")
_top = component(
    "mer_workbench_top",
    html='<span class="mer-top"></span>\n',
    js="""
// Scrolls to the top when another step is shown.
export default function ({ parentElement, data }) {
  const mark = parentElement.querySelector(".mer-top");
  const main = document.querySelector('[data-testid="stMain"]');
  if (mark.step && mark.step !== data) main?.scrollTo(0, 0);
  mark.step = data;
}
""",
    isolate_styles=False,
)


def start_at_top(step: str) -> None:
    """Show every step from its top, whatever was scrolled to before."""
    _top(key="top", data=step)


def present() -> None:
    """Enlarge the type of this page, and hide all but the step and the way on."""
    st.html(LARGE)
