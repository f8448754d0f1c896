"""One set of workers for all studies, opened when it is needed and closed once."""

from contextlib import contextmanager

from mer_core import cluster
from mer_core.cluster import SharedExecutor
from mer_core.reproduction.cells import cells_of, load_or_run
from mer_core.reproduction.job import Job


def test_workers_start_with_the_first_study_and_end_with_the_run(job, monkeypatch):
    real, opened, closed = cluster.open_executor, [], []

    @contextmanager
    def counting(**options):
        opened.append(options)
        with real(**options) as executor:
            yield executor
        closed.append(options)

    monkeypatch.setattr(cluster, "open_executor", counting)
    values = {name: getattr(job, name) for name in job.__dataclass_fields__}
    with SharedExecutor(workers=1) as executor:
        shared = Job(**{**values, "executor": executor, "seeds": (11,)})
        assert not opened
        for setup in ("CASME-II", "SAMM"):
            (cell,) = cells_of("AffectiveNet-1", (setup,))
            assert load_or_run(cell, shared).result is not None
        assert len(opened) == 1
        assert not closed
    assert len(closed) == 1
