"""What made a result: versions, commit, settings and data, carried beside every number."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
_PACKAGES = ("mer-workbench", "torch", "numpy", "opencv-python", "captum", "transformers")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Provenance:
    """Provenance of a result.

    `synthetic` is True as soon as any of the data were generated; it must follow the result to
    every table, figure, file name and page.
    """

    data_digest: str
    synthetic: bool
    settings: dict[str, Any]
    seed: int | None
    versions: dict[str, str]
    commit: str
    created: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return dataclasses.asdict(self)


def provenance(
    *, data_digest: str, synthetic: bool, settings: dict[str, Any], seed: int | None = None
) -> Provenance:
    """A `Provenance` for a result made now, by the code as it stands."""
    return Provenance(
        data_digest=data_digest,
        synthetic=synthetic,
        settings=settings,
        seed=seed,
        versions=versions(),
        commit=commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


@cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "absent"
    return found


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that can change a number.

    Returns:
        Package -> version, "absent" where it is not installed.

    Example:
        >>> "torch" in versions()
        True
    """
    return dict(_versions())


@cache
def commit() -> str:
    """The source commit, with "+" where files differ from it; "unknown" outside a checkout."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return "unknown"
    try:
        head = _git(root, "rev-parse", "--short=12", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Processor:
    """Processor that computed a figure.

    Attributes:
        name: As the system gives it, without marks.
        flags: Names of its instruction sets; empty where the system does not list them.
        cores: Cores the system has.
    """

    name: str
    flags: frozenset[str]
    cores: int

    @property
    def bfloat16_units(self) -> tuple[str, ...]:
        """Return the units that multiply bfloat16 numbers."""
        return tuple(unit for unit in ("avx512_bf16", "amx_bf16") if unit in self.flags)

    @property
    def described(self) -> str:
        """Return the name, with the bfloat16 units or the words that there are none."""
        units = " and ".join(self.bfloat16_units)
        return f"{self.name}, {f'with {units}' if units else 'without bfloat16 units'}"


@cache
def processor() -> Processor:
    """Return this machine's processor, or what oneDNN's ONEDNN_MAX_CPU_ISA=AVX2 leaves of it."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text("utf-8").splitlines() if listed.exists() else []
    facts = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    name = facts.get("model name") or platform.processor() or platform.machine()
    flags = frozenset(facts.get("flags", "").split())
    if os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper() == "AVX2":
        flags = frozenset(flag for flag in flags if not flag.startswith(("avx512", "amx")))
        name += " held to AVX2"
    return Processor(
        name=" ".join(name.replace("(R)", "").replace("(TM)", "").split()),
        flags=flags,
        cores=os.cpu_count() or 1,
    )


@cache
def code_digest(*parts: str, without: tuple[str, ...] = ()) -> str:
    """SHA-256 over the package's files, so that changed code is noticed before it is committed.

    Those of the command line count for nothing: they make no result.

    Args:
        parts: Files and folders below the package that count; by default all of it.
        without: Files and folders that do not.
    """
    digest = hashlib.sha256()
    kinds = {".py", ".toml", ".csv", ".npz", ".onnx"}
    for file in sorted(PACKAGE.rglob("*")):
        name = file.relative_to(PACKAGE)
        counts = not parts or any(name.is_relative_to(part) for part in parts)
        counts &= not any(name.is_relative_to(part) for part in without)
        if counts and file.suffix in kinds and "cli" not in name.parts:
            digest.update(str(name).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def settings_digest(settings: object) -> str:
    """SHA-256 of a settings value in canonical JSON; dataclasses count as their fields."""
    return hashlib.sha256(canonical_json(settings).encode()).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")
