"""Pictures of every page, wide and narrow, light and dark, to be looked at by a person.

    python -m tests.workbench.screenshots FOLDER [--address http://127.0.0.1:8501]
        [--page PATH] [--width 390] [--theme dark]

Without an address the app is started here, with the demo data of this user. Nothing of what is
written belongs into the repository.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.workbench.running import PAGES, QUIET, THEMES, chromium, running_app, settle

WIDTHS = (1440, 390)
TALLEST = 6000


def picture(page: Page, address: str, target: Path) -> None:
    """Writes the whole of one page, also what would have to be scrolled to."""
    width = page.viewport_size["width"] if page.viewport_size else WIDTHS[0]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    settle(page)
    page.wait_for_timeout(1000)  # what moves in has moved
    inner = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(900, inner), TALLEST)})
    page.wait_for_timeout(700)
    settle(page)
    page.screenshot(path=target)


def pictures(
    browser: Browser,
    address: str,
    folder: Path,
    *,
    pages: Sequence[str] = PAGES,
    widths: Sequence[int] = WIDTHS,
    themes: Sequence[str] = THEMES,
) -> None:
    """Writes every page at every width in every theme as PAGE-WIDTH-THEME.png."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in themes:
        for width in widths:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=theme
            )
            context.set_default_timeout(180_000)
            page = context.new_page()
            for name in pages:
                stem = name.partition("?")[0] or "one_clip"
                picture(page, f"{address}/{name}", folder / f"{stem}-{width}-{theme}.png")
            context.close()


def main() -> None:
    """Reads the command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--address", help="of an app that runs already")
    asked.add_argument("--page", action="append", help="path and query; repeatable")
    asked.add_argument("--width", action="append", type=int, help="in pixels; repeatable")
    asked.add_argument("--theme", action="append", choices=THEMES)
    given = asked.parse_args()
    app = nullcontext(given.address) if given.address else running_app({})
    with app as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(QUIET))
        pictures(
            browser,
            address,
            given.folder,
            pages=given.page or PAGES,
            widths=given.width or WIDTHS,
            themes=given.theme or THEMES,
        )
        browser.close()


if __name__ == "__main__":
    main()
