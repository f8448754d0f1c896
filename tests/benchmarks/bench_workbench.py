"""How long a reader of the workbench waits, in a real browser, and how much memory it takes.

Times run from a reader's gesture to the end of the run that it causes, with every picture loaded;
a cold start runs from the start of the server's process. On a machine that does other things too,
wall time says little, so the server's processor time stands beside it. "Cached" are views that
have been seen before: pages gone back to, controls set back, brushes drawn again.

Measured on two cores that serve, browse and draw without a graphics card, on a machine whose speed
differed by a third within a day: a cold start took 2.9 to 4.2 s, at whose end the browser evaluates
plotly, 0.85 s during which nothing else can be seen to happen. p95 of all cached views was 205 to
273 ms, where that of the state before was 264 to 352; in one quarter of an hour it was 234 against
264, live maps took 379 ms (p95 423) against 486 (558), and the networks' maps of a cold start were
there after 3.7 s against 4.9. The page's own thread is busy all that time: 60 ms for an empty page,
20 to 30 for a chart, 7 for a list of choices, 2 to 4 for a box or a picture, 1 for a line of text;
a moving picture of 400 kB that is sent again costs 16.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from mer_core.attribution.localisation import METRICS
from mer_core.datasets.synthetic.twins import demo_twin
from mer_core.datasets.synthetic.twins.cached_twins import is_complete_twin
from mer_core.datasets.synthetic.twins.preparation import ORDER
from tests.benchmarks.measuring import Measurement
from tests.workbench.running import QUIET, Served, chromium, served_app
from tests.workbench.watching import (
    CLOCK,
    EXCEPTIONS,
    PATIENCE,
    choose,
    drag,
    follow,
    milliseconds,
    opened,
    press,
    until_renewed,
)

USABLE, CACHED, LIVE, MEMORY = 5.0, 300.0, 600.0, 1.5
BROWSED, DEMO = 10.0, 60.0
ROUNDS, STARTS = 8, 3
SOURCE = "source=casme2&"
METHOD = "methods=grad-cam"
Page = Any
Gesture = Callable[[], object]


@dataclass
class Waits:
    """What a reader waited for one kind of gesture."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def figures(self, name: str, *, target: float | None = None) -> Iterator[Measurement]:
        """Yield the median and the 95th percentile, with the server's processor time beside."""
        for share, title in ((50, "p50"), (95, "p95")):
            wall, used = (np.percentile(v, share) for v in (self.wall, self.processor))
            yield figure(
                f"{name}, {title}",
                float(wall),
                "ms",
                target=target if share == 95 else None,
                note=f"{used:.0f} ms of the server's processor time",
            )


def measure() -> Iterator[Measurement]:
    """Yield what a reader waits for, on the first start and later, and the memory it takes."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(QUIET))
        context = browser.new_context(viewport={"width": 1440, "height": 1200})
        yield from first_start(context)
        for dataset in ORDER:
            demo_twin(dataset)
        yield from cold_starts(context)
        with quiet_app() as app:
            yield from cached_views(app, context)
            yield from live_maps(app, context)
            yield memory(app)
        browser.close()


def figure(
    name: str, value: float, unit: str, *, target: float | None = None, note: str = ""
) -> Measurement:
    """Return a figure of the app; seconds in a browser compare with no other machine's."""
    return Measurement(
        group="Workbench", name=name, value=value, unit=unit, ratio=False, target=target, note=note
    )


@contextmanager
def quiet_app() -> Iterator[Served]:
    with served_app({}, log=subprocess.DEVNULL) as app:
        yield app


def first_start(context: Any) -> Iterator[Measurement]:
    """On an empty cache: the first answer and the whole demo set; and clips, opened first."""
    with fresh_app() as (app, folders):
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(app.address)
        page.locator(".mer-answer").first.wait_for()
        answered = time.perf_counter() - app.started
        right = page.locator(".mer-predicted.mer-right").count()
        twins = Path(folders["MER_CACHE"], "demo")
        while sum(is_complete_twin(one) for one in twins.glob("*")) < len(ORDER):
            time.sleep(0.1)
        whole = time.perf_counter() - app.started
        page.close()
    with fresh_app() as (app, _):
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{app.address}/clips")
        counted = page.get_by_text(re.compile(r"\d+ of \d+ clips of"))
        counted.wait_for()
        browsed = time.perf_counter() - app.started
        words = counted.inner_text().split(":")[0]
        page.close()
    yield figure(
        "first start: the first page's answer",
        answered,
        "s",
        note="right" if right else "WRONG",
    )
    yield figure("first start: clips to browse", browsed, "s", target=BROWSED, note=words)
    yield figure("first start: the whole demo set", whole, "s", target=DEMO)


@contextmanager
def fresh_app() -> Iterator[tuple[Served, dict[str, str]]]:
    """The app as a fresh installation starts it, and its folders."""
    with TemporaryDirectory() as place:
        folders = {f"MER_{name}": f"{place}/{name.lower()}" for name in ("CACHE", "CONFIG", "DATA")}
        with served_app(folders, log=subprocess.DEVNULL) as app:
            yield app, folders


def cold_starts(context: Any) -> Iterator[Measurement]:
    """From the start of the server to a page with the clip and its images, and to its end."""
    usable, whole, used = [], [], []
    for _ in range(STARTS):
        with quiet_app() as app:
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.add_init_script(CLOCK)
            page.goto(app.address)
            page.get_by_alt_text("Affective-motion image under").first.wait_for()
            usable.append(time.perf_counter() - app.started)
            used.append(app.processor_seconds())
            page.wait_for_function("() => window.mer.done > 0")
            whole.append(time.perf_counter() - app.started)
            assert page.locator(EXCEPTIONS).count() == 0
            page.close()
    yield figure(
        "later start: a page to use",
        float(np.median(usable)),
        "s",
        target=USABLE,
        note=f"{np.median(used):.1f} s of the server's processor time",
    )
    yield figure("later start: with the networks' maps", float(np.median(whole)), "s")


def cached_views(app: Served, context: Any) -> Iterator[Measurement]:
    """Go forth and back on every page, with everything seen before."""
    everything = Waits()
    for name, page, gestures in views(app, context):
        for gesture in gestures:
            milliseconds(page, gesture)
        waits = Waits()
        for _ in range(ROUNDS):
            for gesture in gestures:
                timed(app, waits, lambda gesture=gesture, page=page: milliseconds(page, gesture))
        assert page.locator(EXCEPTIONS).count() == 0
        yield from waits.figures(f"cached view, {name}")
        everything.wall += waits.wall
        everything.processor += waits.processor
        page.close()
    yield from everything.figures("all cached views", target=CACHED)


def views(app: Served, context: Any) -> Iterator[tuple[str, Page, list[Gesture]]]:
    """A page and gestures that go forth and back on it."""
    page = opened(context, app.address)
    yield "One clip: weighting", page, [choose(page, "Weighting", n) for n in ("Linear", "Full")]
    page = opened(context, f"{app.address}/affective_motion_image")
    # Apart from each other: a drag that begins inside a selection moves it.
    ends = (0.2, 0.4), (0.6, 0.8)
    yield (
        "Affective-motion image: brush",
        page,
        [drag(page, "brush", (low, 0.5), (high, 0.6)) for low, high in ends],
    )
    page = opened(context, f"{app.address}/affective_motion_image?boxed=true")
    yield (
        "Affective-motion image: box",
        page,
        [drag(page, "box", (low, low), (high, high)) for low, high in ends],
    )
    page = opened(context, f"{app.address}/feature_maps")
    yield (
        "Feature maps: ranking",
        page,
        [choose(page, "Maps ranked by", name) for name in ("Variance", "Mean activation")],
    )
    page = opened(context, f"{app.address}/attributions?{METHOD}")
    yield (
        "Attributions: what further is shown",
        page,
        [press(page, name) for name in ("Which frames carry it?", "Do the maps find the motion?")],
    )
    page = opened(context, f"{app.address}/attributions?{METHOD}")
    yield (
        "Attributions: score",
        page,
        [choose(page, "Score", METRICS.get(n).title) for n in ("rank", "mass")],
    )
    page = opened(context, f"{app.address}/clips")
    yield (
        "pages revisited",
        page,
        [
            follow(page, name)
            for name in (
                "One clip",
                "Affective-motion image",
                "Feature maps",
                "Attributions",
                "Compare",
                "Results",
                "Paper",
                "Lessons",
                "Clips",
            )
        ],
    )


def live_maps(app: Served, context: Any) -> Iterator[Measurement]:
    """Ask for Grad-CAM of all three networks on a clip that nobody has looked at."""
    page = opened(context, f"{app.address}/attributions?{SOURCE}{METHOD}")
    clips = options_of(page, "Clip")[1:]
    waits, whole = Waits(), Waits()
    milliseconds(page, choose(page, "Clip", clips.pop()))
    for clip in clips[: 2 * ROUNDS]:
        gesture = choose(page, "Clip", clip)
        timed(app, waits, lambda gesture=gesture: until_renewed(page, "Grad-CAM of", gesture))
    page.close()
    yield from waits.figures("live Grad-CAM of three networks, a clip of a twin", target=LIVE)
    page = opened(context, f"{app.address}/attributions?{METHOD}")
    # What has been drawn once is kept on disk: these are faces that nobody has seen.
    for seed in np.random.default_rng().integers(1000, 999_999, 3).tolist():
        timed(app, whole, lambda seed=seed: until_renewed(page, "Grad-CAM of", seeded(page, seed)))
    yield from whole.figures("the same, and a face drawn for it")


def seeded(page: Page, seed: int) -> Gesture:
    def gesture() -> None:
        page.get_by_label("Performance", exact=True).fill(str(seed))
        page.keyboard.press("Enter")

    return gesture


def options_of(page: Page, label: str) -> list[str]:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option").first.wait_for()
    names = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    return names


def memory(app: Served) -> Measurement:
    """Return what the server holds at the end."""
    held = app.resident_bytes() / 2**30
    name = "resident with three networks loaded and every page seen"
    return figure(name, held, "GiB", target=MEMORY)


def timed(app: Served, waits: Waits, wait: Callable[[], float]) -> None:
    """Add a gesture's milliseconds, the reader's and the server's."""
    before = app.processor_seconds()
    waits.wall.append(wait())
    waits.processor.append(1000 * (app.processor_seconds() - before))
