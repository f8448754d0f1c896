"""Every page, light and dark, under axe-core: no serious and no critical violation, anywhere."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_grave_violation_in_either_theme(page, server, name):
    page.emulate_media(color_scheme=THEMES[0])
    page.goto(f"{server}/{VIEWS.get(name, name)}")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(400)
        settle(page)
        found = axe.Axe().run(page).response
        assert found["passes"]
        grave = [
            f"{theme}: {one['id']} at {node['target']}: {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]
        assert not grave, "\n".join(grave)
