"""The manifest: what a twin contains, kept beside its ground truth."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mer_core.atomic import write_text
from mer_core.datasets.synthetic.twins.clip_specs import ClipSpec, TwinSettings
from mer_core.datasets.synthetic.twins.defect_injection import InjectedDefect
from mer_core.datasets.synthetic.twins.plan import TRUTH, TwinPlan
from mer_core.errors import DatasetError
from mer_core.records import ActionUnit, Expression

GENERATION = 1
"""Raised when equal settings would give other files than before."""

NAME = f"{TRUTH}/manifest.json"


@dataclass(frozen=True, kw_only=True)
class TwinManifest:
    """A twin on disk.

    Attributes:
        root: Its folder.
        settings: Settings of the twin.
        clips: Every clip as it was acted, also those whose files or row a defect removed.
        injected: The defects, and what a reader should report.
        complete: Whether everything has been written.
    """

    root: Path
    settings: TwinSettings
    clips: tuple[ClipSpec, ...]
    injected: tuple[InjectedDefect, ...] = ()
    complete: bool = False

    @property
    def dataset(self) -> str:
        """Dataset whose layout it has."""
        return self.settings.dataset

    def save(self) -> None:
        """Write the manifest into its twin."""
        document = {
            "generation": GENERATION,
            "complete": self.complete,
            "settings": dataclasses.asdict(self.settings),
            "planted": [dataclasses.asdict(injected) for injected in self.injected],
            "clips": [dataclasses.asdict(spec) for spec in self.clips],
        }
        write_text(self.root / NAME, json.dumps(document, indent=1) + "\n")


def manifest_of(plan: TwinPlan, root: Path, *, complete: bool) -> TwinManifest:
    """The manifest of the twin that `plan` gives at `root`."""
    return TwinManifest(
        root=root,
        settings=plan.settings,
        clips=plan.specs,
        injected=plan.injected,
        complete=complete,
    )


def read_manifest(root: Path) -> TwinManifest | None:
    """The manifest of the twin at `root`; None if there is no twin or one of another generation."""
    try:
        document = json.loads((root / NAME).read_text(encoding="utf-8"))
        if document["generation"] != GENERATION:
            return None
        return TwinManifest(
            root=root,
            settings=_settings(document["settings"]),
            clips=tuple(_spec(fields) for fields in document["clips"]),
            injected=tuple(InjectedDefect(**fields) for fields in document["planted"]),
            complete=document["complete"],
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"the twin's manifest cannot be read ({type(error).__name__})",
            where=root / NAME,
            remedy="delete the twin and write it again",
        ) from error


def _settings(fields: Mapping[str, Any]) -> TwinSettings:
    frames = fields["frames"]
    return TwinSettings(
        **{
            **fields,
            "defects": tuple(fields["defects"]),
            "frames": None if frames is None else (frames[0], frames[1]),
        }
    )


def _spec(fields: Mapping[str, Any]) -> ClipSpec:
    return ClipSpec(
        **{
            **fields,
            "expression": Expression(fields["expression"]),
            "action_units": tuple(ActionUnit(**unit) for unit in fields["action_units"]),
        }
    )
