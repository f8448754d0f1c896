"""Eight sessions at once see what each would see alone; `tests/benchmarks/soak_workbench.py` is
the long form.
"""

from __future__ import annotations

import pytest

from mer_core.records import array_digest
from tests.workbench.running import served_app
from tests.workbench.soaking import SESSIONS, Reference, soak

pytestmark = pytest.mark.browser
SECONDS = 25


def test_eight_sessions_at_once_each_see_their_own_results(browser, workplace):
    reference = Reference()
    views = [list(reference.views(session, emotions=1)) for session in range(SESSIONS)]
    shown = [layers for per in views for view in per for layers in view.pictures.values()]
    assert len({tuple(map(array_digest, layers)) for layers in shown}) > 8 * 4
    with served_app(workplace) as app:
        report = soak(app, browser, views, seconds=SECONDS)
    assert not report.wrong, "\n".join(report.wrong)
    assert report.checked >= SESSIONS
