"""Files of results and the manifest that says what made each of them.

`manifest.json` lies beside the files. A result on generated data has "synthetic" in its file
name, which is set here and nowhere else, so that no caller can forget it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mer_core.atomic import write_bytes, write_text
from mer_core.errors import StoreError
from mer_core.provenance import Provenance

MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One file of results.

    Attributes:
        file: Name inside the folder.
        title: One line on what it shows.
        maker: The command or notebook that writes it.
        place: What it corresponds to in the publication ("Fig. 1", "Table 3"), or "".
        provenance: Data, settings, versions, commit.
    """

    file: str
    title: str
    maker: str
    place: str
    provenance: dict[str, Any]

    @property
    def synthetic(self) -> bool:
        """Whether any of the data were generated."""
        return bool(self.provenance["synthetic"])


class Manifest:
    """A folder of results that knows what is in it.

    Args:
        folder: Where files and manifest lie; made when the first file is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(
        self,
        stem: str,
        suffix: str,
        content: bytes,
        *,
        title: str,
        maker: str,
        provenance: Provenance,
        place: str = "",
    ) -> Path:
        """Writes `content` and its entry, replacing an older file of the same name.

        Returns the path, whose name carries "synthetic" where the data were generated.
        """
        name = f"{stem}_synthetic{suffix}" if provenance.synthetic else f"{stem}{suffix}"
        write_bytes(self.folder / name, content)
        entry = Artefact(
            file=name, title=title, maker=maker, place=place, provenance=provenance.as_dict()
        )
        kept = [artefact for artefact in self.entries() if artefact.file != name]
        ordered = sorted([*kept, entry], key=lambda artefact: artefact.file)
        text = json.dumps([asdict(artefact) for artefact in ordered], indent=1, sort_keys=True)
        write_text(self.folder / MANIFEST, text + "\n")
        return self.folder / name

    def entries(self) -> list[Artefact]:
        """All artefacts, by file name; none where there is no manifest yet."""
        path = self.folder / MANIFEST
        try:
            listed = json.loads(path.read_text())
            return [Artefact(**entry) for entry in listed]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError) as error:
            raise StoreError(
                "is not a manifest", where=path, remedy="regenerate the figures"
            ) from error
