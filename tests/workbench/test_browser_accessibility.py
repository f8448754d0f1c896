"""Every page, light and dark, under axe-core: no serious and no critical violation, anywhere."""

from __future__ import annotations

import pytest

from tests.workbench.running import PAGES, THEMES, settle

pytestmark = pytest.mark.browser
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

GRAVE = ("serious", "critical")
# Small networks: what is looked at is the page, not how long its maps take.
VIEWS = {
    "attributions": "attributions?nets=ststnet&methods=saliency&untrained=true",
    "feature_maps": "feature_maps?nets=affectivenet",
}


# Further views of pages, and pages on which something can be opened.
DEEPER = (
    "affective_motion_image?boxed=true",
    VIEWS["attributions"],
    f"{VIEWS['attributions']}&further=frames",
    "clips",
    VIEWS["feature_maps"],
    "compare?net=affectivenet",
    "compare?net=affectivenet&show=attribution",
    "lessons?lesson=kernels",
    "lessons?lesson=attribution",
    "paper?show=Figures",
    "paper?show=Readings",
    "paper?show=Tables",
    "results",
    "your_clip?nets=ststnet&crop=false",
)


def grave_violations(page) -> list[str]:
    found = axe.Axe().run(page).response
    assert found["passes"]
    return [
        f"{one['id']} at {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def open_all(page) -> int:
    """Unfolds every expander; how many there were."""
    folded = page.locator('[data-testid="stExpander"] details:not([open]) > summary')
    count = folded.count()
    for _ in range(count):
        folded.first.click()
        settle(page)
    return count


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_grave_violation_in_either_theme(page, server, name):
    page.emulate_media(color_scheme=THEMES[0])
    page.goto(f"{server}/{VIEWS.get(name, name)}")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(400)
        settle(page)
        assert not (grave := grave_violations(page)), "\n".join([theme, *grave])


def test_what_a_page_unfolds_has_none_either(page, server):
    """Expanders all at once, then one popover of each name."""
    unfolded, opened = 0, set()
    for address in DEEPER:
        page.goto(f"{server}/{address}")
        settle(page)
        unfolded += open_all(page)
        assert not (grave := grave_violations(page)), "\n".join([address, *grave])
        popovers = page.locator('[data-testid="stPopover"] button')
        for label in sorted({*popovers.all_inner_texts()} - opened):
            popovers.filter(has_text=label.splitlines()[-1]).first.click()
            page.get_by_test_id("stPopoverBody").wait_for()
            settle(page)
            assert not (grave := grave_violations(page)), "\n".join([address, label, *grave])
            page.keyboard.press("Escape")
            settle(page)  # closing runs the page, too, and would close what is opened meanwhile
            opened.add(label)
    assert unfolded > 5
    assert len(opened) > 3
