"""Pages of the app, opened as a link opens them."""

from __future__ import annotations

import base64
import json

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.workbench.conftest import APP


def open_at(page: str, **parameters: object) -> AppTest:
    """The page under `parameters` of its address, run once and without an exception."""
    app = AppTest.from_file(str(APP), default_timeout=180)
    for key, value in parameters.items():
        app.query_params[key] = value  # type: ignore[assignment]
    app = app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception, [found.message for found in app.exception]
    return app


def unfold(app: AppTest, label: str) -> AppTest:
    """Opens the first expander or popover with this label; what it hides is drawn only then."""
    found = [(part.label, part.proto.id) for part in app.expander]
    found += [(part.proto.popover.label, part.proto.popover.id) for part in app.get("popover")]
    identity = next(identity for name, identity in found if name == label)
    app.session_state[identity.split("-", 2)[2]] = True
    app.run()
    assert not app.exception, [found.message for found in app.exception]
    return app


def words(app: AppTest) -> str:
    """Everything a reader can read, in one string."""
    kinds = (app.caption, app.markdown, app.header, app.info, app.error, app.warning)
    said = [element.value for kind in kinds for element in kind]
    said += [tile["caption"] for tile in tiles(app)]
    return " ".join([*said, *(badge["text"] for tile in tiles(app) for badge in tile["badges"])])


def parts(app: AppTest) -> list[dict]:
    """What every component of the page is given."""
    found = [json.loads(part.proto.json) for part in app.get("bidi_component")]
    return [part for part in found if isinstance(part, dict)]


def tiles(app: AppTest) -> list[dict]:
    """Every picture of the page as its part of the page is given it."""
    given = [part.get("tiles", []) for part in parts(app)]
    given += [group["tiles"] for part in parts(app) for group in part.get("groups", [])]
    return [tile for each in given for tile in each if "layers" in tile]


def traces(app: AppTest, key: str) -> list[dict]:
    """The traces of the chart whose key ends with `key`."""
    chart = next(c for c in app.get("plotly_chart") if c.proto.id.endswith(f"-{key}"))
    return json.loads(chart.proto.spec)["data"]


def values(trace: dict, axis: str) -> list[float]:
    """One axis of a trace, whichever way plotly has written it."""
    held = trace[axis]
    if isinstance(held, list):
        return held
    return np.frombuffer(base64.b64decode(held["bdata"]), held["dtype"]).tolist()
