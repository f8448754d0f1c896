"""A clock inside the page: from a gesture to the end of the run it caused, and what is shown."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import TimeoutError
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 180_000
REST = 150  # ms
EXCEPTIONS = '[data-testid="stException"]'
_FINISHED_FIELD = ForwardMsg.SCRIPT_FINISHED_FIELD_NUMBER
_EARLY = int(ForwardMsg.FINISHED_EARLY_FOR_RERUN)

CLOCK = f"""
(() => {{
  const clock = window.mer = {{gesture: 0, done: 0}};
  for (const kind of ["pointerup", "mouseup", "keydown"])
    window.addEventListener(kind, () => {{ clock.gesture = performance.now(); }}, true);

  // The number in field `wanted` of a message, looking at its outermost fields only.
  const field = (bytes, wanted) => {{
    let at = 0;
    const number = () => {{
      let value = 0;
      for (let shift = 0; at < bytes.length; shift += 7) {{
        const byte = bytes[at++];
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }}
      return value;
    }};
    while (at < bytes.length) {{
      const tag = number();
      if (tag % 8 === 0) {{
        const value = number();
        if (tag >> 3 === wanted) return value;
      }} else if (tag % 8 === 2) {{
        const length = number();
        at += length;
      }} else return null;
    }}
    return null;
  }};
  const heard = async (event) => {{
    const data = event.data instanceof Blob ? await event.data.arrayBuffer() : event.data;
    const status = field(new Uint8Array(data), {_FINISHED_FIELD});
    if (status === null || status === {_EARLY}) return;
    // Two frames, so that what was sent is on the screen.
    requestAnimationFrame(() => requestAnimationFrame(() => {{ clock.done = performance.now(); }}));
  }};
  window.WebSocket = class extends WebSocket {{
    constructor(...given) {{
      super(...given);
      this.addEventListener("message", heard);
    }}
  }};
}})();
"""
"""Notes when a reader last did something, and when the app has said that it has finished.

The state that Streamlit writes into the page is no measure: a quick run begins and ends between
two frames and never shows.
"""

FINISHED = """
() => {
  const clock = window.mer;
  const app = document.querySelector("[data-test-script-state]");
  if (!(clock.done > clock.gesture)) return 0;
  if (app.getAttribute("data-test-script-state") !== "notRunning") return 0;
  if (![...document.images].every(image => image.complete || !image.checkVisibility())) return 0;
  return performance.now() - clock.gesture;
}
"""

RENEWED = """
([start, before]) => {
  const shown = [...document.images].filter(i => i.alt.startsWith(start)).map(i => i.alt);
  if (shown.length < before.length || shown.some(alt => before.includes(alt))) return 0;
  if (![...document.images].every(image => image.complete || !image.checkVisibility())) return 0;
  return performance.now() - window.mer.gesture;
}
"""


def opened(context: Any, address: str) -> Any:
    """A page at `address` with the clock in it, as soon as the app has run once."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(CLOCK)
    page.goto(address)
    page.wait_for_function(FINISHED, polling="raf")
    return page


def milliseconds(page: Any, gesture: Callable[[], object]) -> float:
    """From the last event of `gesture` until the app has run and its pictures are there."""
    gesture()
    return page.wait_for_function(FINISHED, polling="raf").json_value()


def until_renewed(page: Any, start: str, gesture: Callable[[], object]) -> float:
    """From `gesture` until every picture whose description begins with `start` is another."""
    before = [image.get_attribute("alt") for image in page.get_by_alt_text(start).all()]
    gesture()
    seen = page.wait_for_function(RENEWED, arg=[start, before], polling="raf").json_value()
    page.wait_for_function(FINISHED, polling="raf")
    return seen


def choose(page: Any, label: str, option: str) -> Callable[[], None]:
    """The gesture that chooses `option` in the box called `label`."""

    wanted = page.get_by_role("option", name=option, exact=True)

    def gesture() -> None:
        page.get_by_label(label, exact=True).click()
        try:
            wanted.click(timeout=10_000)
        except TimeoutError:  # a chart that takes its place moves the page, which closes the list
            page.get_by_label(label, exact=True).click()
            wanted.click()

    return gesture


def press(page: Any, name: str) -> Callable[[], None]:
    """The gesture that presses one of a row of buttons."""
    return lambda: page.get_by_role("radio", name=name, exact=True).click()


def follow(page: Any, title: str) -> Callable[[], None]:
    """The gesture that opens another page by its link in the menu."""
    menu = page.get_by_test_id("stSidebar")
    return lambda: menu.get_by_role("link", name=title, exact=True).click()


def drag(
    page: Any, key: str, start: tuple[float, float], end: tuple[float, float]
) -> Callable[[], None]:
    """The gesture that drags across a chart; places are shares of its width and height.

    Plotly says what a drag selects ten times a second at most, so a hand that lets go in full
    swing waits up to 100 ms more; this one comes to rest first, as hands that aim do.
    """

    def gesture() -> None:
        area = page.locator(f".st-key-{key} .nsewdrag").first
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        first, last = (
            (box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)
        )
        page.mouse.move(*first)
        page.mouse.down()
        page.mouse.move(*last, steps=8)
        page.wait_for_timeout(REST)
        page.mouse.up()

    return gesture


def shown_layers(page: Any, description: str) -> tuple[np.ndarray, ...]:
    """The pixels of the layers, lowest first, of the picture with this description.

    A picture's words stand on its uppermost layer, and each layer holds all of its own pixels.
    """
    top = page.get_by_alt_text(description, exact=True).first
    sources = top.evaluate("top => [...top.parentElement.querySelectorAll('img')].map(i => i.src)")
    return tuple(map(_pixels, sources))


def _pixels(source: str) -> np.ndarray:
    kind, _, content = source.partition(";base64,")
    assert kind == "data:image/png", f"{source[:60]} does not hold its pixels"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content, validate=True))))
