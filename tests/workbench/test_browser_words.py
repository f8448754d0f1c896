"""What pages say: titles, not slugs; one badge; typeset formulas; links that tell the truth."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.attribution import METHODS
from mer_core.attribution.localisation import METRICS
from mer_core.datasets.catalog import DATASETS
from mer_core.datasets.label_schemes import SCHEMES
from mer_core.models.catalog import list_models
from mer_core.paper.tables import SETUPS
from mer_core.protocols import PROTOCOLS
from tests.workbench.running import settle
from tests.workbench.uploads import good_zip

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

NAMES = {
    *DATASETS.names(),
    *(entry.name for entry in list_models()),
    *(
        name
        for name in chain(
            METHODS.names(), METRICS.names(), PROTOCOLS.names(), SCHEMES.names(), WEIGHTINGS.names()
        )
        # "saliency" and "linear" are words, too, and "S2CI" is the paper's own.
        if not name.isalpha() and name not in SETUPS
    ),
    "loso",
    "lovo",
}
SLUG = re.compile(rf"(?<![\w./-])({'|'.join(map(re.escape, sorted(NAMES)))})(?![\w/-])")
VIEWS = (
    "",
    "affective_motion_image?boxed=true",
    "attributions?nets=ststnet&methods=saliency&untrained=true",
    "clips?dataset=casme2",
    "compare?net=affectivenet",
    "feature_maps?nets=affectivenet",
    "lessons",
    "lessons?lesson=three-networks",
    "results",
    "paper?show=Claims",
    "paper?show=Tables",
    "paper?show=Figures",
    "paper?show=Readings",
)

# Words in the page, in its tables, which lie on a canvas, and in what describes its pictures.
# Code is the command line's.
SEEN = """
() => {
  const hidden = document.head.appendChild(document.createElement("style"));
  hidden.textContent = "code, pre { display: none !important; }";
  const told = [document.body.innerText];
  for (const cell of document.querySelectorAll("canvas td, canvas th")) told.push(cell.textContent);
  for (const image of document.images) told.push(image.alt);
  hidden.remove();
  return told.join("\\n");
}
"""


def slugs(page) -> set[str]:
    """Names that only addresses and the command line should have."""
    return set(SLUG.findall(page.evaluate(SEEN)))


def unfold_all(page) -> None:
    """Opens every expander of the page."""
    folded = page.locator('[data-testid="stExpander"] details:not([open]) > summary')
    for _ in range(folded.count()):
        folded.first.click()
        settle(page)


@pytest.mark.parametrize("path", VIEWS)
def test_no_slug_is_shown_where_a_title_is_meant(page, server, path):
    page.goto(f"{server}/{path}")
    settle(page)
    unfold_all(page)
    assert not slugs(page)


def test_no_slug_is_shown_about_a_clip_of_ones_own(page, server):
    page.goto(f"{server}/your_clip?nets=affectivenet&nets=ststnet&crop=false")
    settle(page)
    page.locator('input[type="file"]').set_input_files(
        {"name": "mine.zip", "mimeType": "application/zip", "buffer": good_zip()}
    )
    page.get_by_text("What this cannot tell").wait_for()
    settle(page)
    assert not slugs(page)


@pytest.mark.parametrize("path", VIEWS[:8])
def test_one_badge_says_that_faces_are_generated(page, server, path):
    page.goto(f"{server}/{path}")
    settle(page)
    expect(
        page.locator(".stMarkdownBadge").filter(has_text=re.compile("synthetic$"))
    ).to_have_count(1)


def test_formulas_are_typeset(page, server):
    page.goto(f"{server}/affective_motion_image?w=full")
    settle(page)
    page.get_by_role("button", name="Formulas").click()
    page.get_by_test_id("stPopoverBody").locator(".katex").first.wait_for()


def test_a_link_pins_the_weights_and_says_when_they_have_changed(page, server):
    page.goto(f"{server}/compare?net=affectivenet")
    settle(page)
    page.get_by_role("button", name="Link to this view").click()
    link = page.get_by_test_id("stCode").inner_text().replace("\n", "")
    (digest,) = set(re.findall(r"affectivenet%3A([0-9a-f]{12})", link))
    page.goto(link)
    settle(page)
    assert page.get_by_role("alert").count() == 0
    page.goto(link.replace(digest, "0" * 12))
    settle(page)
    said = page.get_by_role("alert").inner_text()
    assert "The weights of AffectiveNet have changed since" in said
    assert digest in said


def test_no_link_is_offered_to_a_clip_that_no_link_can_contain(page, server):
    page.goto(f"{server}/your_clip?nets=ststnet&crop=false")
    settle(page)
    assert page.get_by_role("button", name="Link to this view").count() == 0


def test_every_figure_of_the_paper_stands_beside_what_the_paper_prints(page, server):
    page.goto(f"{server}/paper?show=Figures")
    settle(page)
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[:7] == [f"Fig. {number}" for number in range(1, 8)]
    rows = page.get_by_test_id("stHorizontalBlock").filter(
        has=page.get_by_text("In the paper", exact=True)
    )
    expect(rows).to_have_count(7)
    for row in rows.all():
        ours, theirs = (row.get_by_test_id("stColumn").nth(i) for i in (0, 1))
        left, right = ours.locator("img").bounding_box(), theirs.bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] <= right["x"]
        assert len(theirs.inner_text().split()) > 20
    assert not page.evaluate("[...document.images].some(image => image.naturalWidth < 400)")
