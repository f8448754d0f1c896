"""Every page, light and dark, under axe-core: no serious and no critical violation."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.workbench.running import PAGES, THEMES, settle

pytestmark = pytest.mark.browser
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

GRAVE = ("serious", "critical")
# Small networks: what is looked at is the page, not how long its maps take.
VIEWS = {
    "attributions": "attributions?nets=ststnet&methods=saliency",
    "feature_maps": "feature_maps?nets=affectivenet",
}


@dataclass(frozen=True)
class Excused:
    """A violation inside Streamlit's own parts that no setting of ours reaches."""

    rule: str
    selector: str
    reason: str


EXCUSED: tuple[Excused, ...] = ()


@pytest.mark.parametrize("page_name", PAGES)
def test_no_page_has_a_grave_violation_in_either_theme(page, server, page_name):
    page.emulate_media(color_scheme=THEMES[0])
    page.goto(f"{server}/{VIEWS.get(page_name, page_name)}")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(400)
        settle(page)
        grave = [
            f"{theme}: {found['id']} at {node['target']}: {node['failureSummary']}"
            for found in axe.Axe().run(page).response["violations"]
            if found["impact"] in GRAVE
            for node in found["nodes"]
            if not _excused(found["id"], str(node["target"]))
        ]
        assert not grave, "\n".join(grave)


def _excused(rule: str, target: str) -> bool:
    return any(one.rule == rule and one.selector in target for one in EXCUSED)
