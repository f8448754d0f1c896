"""Where the networks of Table 1 look on CASME II, beside where the face moves.

The measurement is `localisation.py`; here it is applied to the studies behind the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mer_core.attribution import METHODS
from mer_core.errors import StoreError
from mer_core.folders import cache_folder
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import cells_of, solve, study_needs
from mer_core.reproduction.job import Job, Made, Maker, Product
from mer_core.reproduction.localisation import localise_studies
from mer_core.reproduction.localisation_clips import DEFAULT_METHODS, LocalisationSettings

ROWS = ("AffectiveNet-1", "ResNet-50", "MobileNet", "LEARNet")
SETUP = "CASME-II"
CLIPS = 4
"""Held-out clips per fold: enough for an interval over subjects."""
EXPLAINED = {name: DEFAULT_METHODS.get(name, {}) for name in METHODS.names()}
"""Every method; where one says nothing about a network, the table gives the reason instead."""

_RAW = ("localisation.csv", "localisation_synthetic.csv")
"""One line per clip, unit, map and metric: megabytes, kept in the cache with the parts."""


def make_attention(job: Job) -> Made:
    """Explains held-out clips with the networks of the finished or now trained studies."""
    cells = [cell for method in ROWS for cell in cells_of(method, (SETUP,))]
    found = [solve(cell, job) for cell in cells]
    folders = [one.folder for one in found if one.result is not None and one.folder is not None]
    if not folders:
        raise StoreError(
            f"no study of {', '.join(ROWS)} on {SETUP} is finished",
            where="localisation",
            remedy="run `mer reproduce table1` first",
        )
    job.tell(f"explaining held-out clips of {len(folders)} studies")
    settings = LocalisationSettings(methods=EXPLAINED, clips=CLIPS, seed=job.seeds[0])
    out = cache_folder() / "localisation"
    findings = localise_studies(
        folders,
        out,
        settings=settings,
        progress=lambda done, total: job.tell(f"localisation: {done} of {total} clips explained"),
    )
    written = {file.name: file for file in findings.files}
    products = [
        Product(
            stem=name.removesuffix(file.suffix).removesuffix("_synthetic"),
            suffix=file.suffix,
            content=file.read_bytes(),
        )
        for name, file in written.items()
        if not name.startswith(_RAW)
    ]
    missing = [c.method for c, one in zip(cells, found, strict=True) if one.result is None]
    return Made(
        products=tuple(products),
        data_digest=settings_digest(job.digests(*cells[0].datasets)),
        synthetic=findings.synthetic,
        settings={
            "studies": [one.result.name for one in found if one.result is not None],
            "clips_per_fold": CLIPS,
            "methods": EXPLAINED,
        },
        seed=job.seeds[0],
        warnings=tuple(f"{method} has no finished study" for method in missing),
        values=findings,
    )


def _needs(job: Job) -> Mapping[str, Any]:
    cells = [cell for method in ROWS for cell in cells_of(method, (SETUP,))]
    return {**study_needs(job, cells, finished=True), "clips": CLIPS, "methods": EXPLAINED}


ATTENTION_MAKER = Maker(
    name="localisation",
    title="Where networks look on CASME II, scored against the regions that move",
    make=make_attention,
    needs=_needs,
)
