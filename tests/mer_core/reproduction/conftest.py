"""Tiny twins in place of licensed roots, and one study of each kind the tables need."""

from __future__ import annotations

from pathlib import Path

import pytest

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import read_roots

QUICK = {"epochs": 1, "batch": 4}


@pytest.fixture(scope="session")
def twins(tmp_path_factory) -> Path:
    """A list of roots: CASME II and SAMM are there, the other two are missing."""
    folder = tmp_path_factory.mktemp("roots")
    for name in ("casme2", "samm"):
        write_twin(
            name,
            folder / name,
            subjects=2,
            clips_per_subject=3,
            seed=5,
            size=64,
            frames=(6, 8),
            workers=1,
        )
    (folder / "roots.toml").write_text('[roots]\ncasme2 = "casme2"\nsamm = "samm"\n')
    return folder / "roots.toml"


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """Caches and studies of all tests here."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def folders(home, monkeypatch) -> Path:
    """Moves caches and studies to `home`."""
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"MER_{name}", str(home / name.lower()))
    return home


@pytest.fixture
def job(twins, folders) -> Job:
    """One epoch of one network on what is there."""
    return Job(
        roots=read_roots(twins),
        profile="quick",
        changes=QUICK,
        methods=("AffectiveNet-1",),
        workers=1,
        rounds=0,
    )
