"""The page for reviewers is read from the files of a folder and stands at the head of a report."""

from __future__ import annotations

import pytest

from mer_core.reproduction.everything import BUILDERS, reproduce
from mer_core.reproduction.job import Job
from mer_core.reproduction.manifest import Manifest
from mer_core.reproduction.report import report
from mer_core.reproduction.review import PAGE, review


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("review")
    assert [one.name for one in reproduce(["claims_audit"], Job(), out)] == ["claims_audit"]
    return out


def test_the_page_is_written_with_the_results(folder):
    page = (folder / PAGE).read_text()
    assert page == review(Manifest(folder), BUILDERS).markdown()
    (claims,) = review(Manifest(folder), BUILDERS).claims.values()
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    # Two headings, one result, and every claim.
    assert len(rows) == 2 + 1 + len(claims)


def test_a_report_opens_with_it(folder):
    opening = review(Manifest(folder), BUILDERS).html()
    assert opening in report(folder)
    assert report(folder).index(opening) < report(folder).index("<nav")
