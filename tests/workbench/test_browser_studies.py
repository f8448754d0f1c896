"""Studies as a reader meets them: finished, running, stopped, continued; and their mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.training import CatalogExperiment, DatasetChoice, Study, StudyResult, profile
from mer_core.training.study_folders import install_shipped_studies
from tests.workbench.running import Served, served_app, settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

FINISHED, HALTED = "finished", "halted"


class Studied(NamedTuple):
    """The app beside a finished study and one that was never begun."""

    app: Served
    result: StudyResult

    @property
    def address(self) -> str:
        """Where the app answers."""
        return self.app.address

    def workers(self) -> list[psutil.Process]:
        """Processes of the app that train."""
        below = psutil.Process(self.app.process.pid).children(recursive=True)
        return [one for one in below if any("study_process" in word for word in one.cmdline())]


@pytest.fixture(scope="module")
def studied(tmp_path_factory) -> Iterator[Studied]:
    place: Path = tmp_path_factory.mktemp("studied")
    twin, studies = place / "casme2", place / "data" / "studies"
    write_twin("casme2", twin, subjects=2, clips_per_subject=4, seed=5, size=64, frames=(8, 10))

    def planned(name: str, epochs: int) -> Study:
        return Study.create(
            CatalogExperiment(
                datasets=(DatasetChoice(name="casme2", root=str(twin)),),
                scheme="natural4",
                model="offapexnet",
            ),
            name=name,
            folder=studies / name,
            settings=profile("quick", epochs=epochs),
        )

    result = planned(FINISHED, 1).complete(workers=1)
    planned(HALTED, 10_000)
    install_shipped_studies(studies)
    folders = {f"MER_{name}": str(place / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    with served_app({**folders, "MER_DEMO": "off", "MER_CASME2_ROOT": str(twin)}) as app:
        yield Studied(app, result)


def cells(table) -> list[list[str]]:
    """The rows of a table that Streamlit draws on a canvas, as it tells them to a screen reader."""
    table.locator("tbody tr").first.wait_for(state="attached")
    return [row.locator("td").all_text_contents() for row in table.locator("tbody tr").all()]


def test_a_confusion_matrix_has_shares_by_row_and_the_counts_beside(page, studied):
    page.goto(f"{studied.address}/results?study={FINISHED}")
    page.get_by_role("heading", name="Confusion matrix").wait_for()
    settle(page)
    counts = studied.result.confusion.tolist()
    table = page.get_by_test_id("stDataFrame").filter(
        has=page.locator("thead th", has_text=re.compile("^True$"))
    )
    shown = [row[-len(counts) :] for row in cells(table)]
    assert shown == [[str(count) for count in row] for row in counts]
    drawn = page.locator(".st-key-ours .js-plotly-plot")
    drawn.wait_for()
    texts = " ".join(drawn.locator(".heatmaplayer text").all_text_contents())
    for row in counts:
        for count in row:
            if sum(row):
                assert f"{count / sum(row):.2f}{count}" in texts


def test_intervals_stand_where_there_are_some_and_nowhere_else(page, studied):
    interval = re.compile(r"\d+% interval [\d.]+% to [\d.]+%")
    page.goto(f"{studied.address}/results?study=affectivenet-fine-tuned")
    page.get_by_role("heading", name="Confusion matrix").wait_for()
    settle(page)
    assert page.get_by_text(interval).count() > 0
    page.goto(f"{studied.address}/results?study={FINISHED}")
    page.get_by_role("heading", name="Confusion matrix").wait_for()
    settle(page)
    assert (page.get_by_text(interval).count() > 0) == bool(studied.result.intervals)


def test_studies_and_protocols_have_names_that_people_can_read_and_tell_apart(page, studied):
    page.goto(f"{studied.address}/results")
    settle(page)
    page.get_by_label("Study", exact=True).click()
    titles = page.get_by_role("option").all_inner_texts()
    assert len(set(titles)) == len(titles) == 6
    title = "LEARNet, rank pooling weights, from scratch, on CASME II: Leave one subject out"
    assert title in titles
    assert not any(re.search(r"learnet|casme2|loso|fine_tuned", title) for title in titles)
    page.keyboard.press("Escape")
    page.get_by_text("Start a study").click()
    page.get_by_label("Protocol", exact=True).click()
    protocols = page.get_by_role("option").all_inner_texts()
    assert len(set(protocols)) == len(protocols) > 9
    assert "Train on CASME, test on CASME II" in protocols


def test_a_study_shows_its_losses_and_time_left_and_is_continued_once(page, studied):
    page.goto(f"{studied.address}/results?study={HALTED}")
    other = page.context.new_page()
    other.goto(page.url)
    for window in (page, other):  # one that was never begun, open in two windows
        settle(window)
        window.get_by_role("button", name="Continue").wait_for()
    page.get_by_role("button", name="Continue").dblclick()
    other.get_by_role("button", name="Continue").click(no_wait_after=True)
    page.get_by_text(re.compile(r"about \d+ (s|min) left")).first.wait_for()
    # The chart before lies hidden for a moment beside the one that replaces it.
    lines = page.locator(".st-key-losses .js-plotly-plot:visible .scatterlayer .trace")
    lines.first.wait_for()
    assert "Training loss: CASME II sub" in (
        page.locator(".st-key-losses [aria-label^='Training loss']").first.get_attribute(
            "aria-label"
        )
        or ""
    )
    cell = page.locator(".mer-fold-grid .mer-fold-training").first
    expect(cell).to_contain_text(re.compile(r"CASME II sub\d+training, epoch \d+ of 10000"))
    other.locator(".mer-fold-grid li").first.wait_for()
    assert len(studied.workers()) == 1
    assert page.get_by_role("button", name="Continue").count() == 0
    assert other.get_by_role("button", name="Continue").count() == 0
    page.get_by_role("button", name="Stop now").click()
    for window in (page, other):
        window.get_by_text("was stopped; finished folds are kept").wait_for()
    assert not studied.workers()
    other.close()


def test_a_wrong_clip_of_the_gallery_says_what_was_predicted(page, studied):
    wrong = [answer for answer in studied.result.predictions() if not answer.correct]
    assert wrong
    page.goto(f"{studied.address}/clips?dataset=casme2&study={FINISHED}")
    settle(page)
    marked = page.locator(".mer-gallery li", has=page.locator("p.mer-wrong"))
    expect(marked).to_have_count(len(wrong))
    said = {" ".join(item.inner_text().split()) for item in marked.all()}
    for answer in wrong:
        _, subject, clip = answer.key.split("/", 2)
        assert any(
            f"predicted {answer.predicted.capitalize()}" in words and f"{subject} {clip}" in words
            for words in said
        )
    page.get_by_text("Wrong", exact=True).click()
    settle(page)
    expect(page.locator(".mer-gallery li")).to_have_count(len(wrong))
