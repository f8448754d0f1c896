"""Files of results and the manifest that says what made each of them.

`manifest.json` lies beside the files. A result on generated data has "synthetic" in its file
name, which is set here and nowhere else, so that no caller can forget it.

`figures/README.md` is written from it: every result, what it shows and what made it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from mer_core.atomic import write_bytes, write_text
from mer_core.errors import StoreError
from mer_core.provenance import Provenance

MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One file of results.

    Attributes:
        file: Name inside the folder.
        title: One line on what it shows.
        maker: The command or notebook that writes it.
        place: What it corresponds to in the publication ("Fig. 1", "Table 3"), or "".
        provenance: Data, settings, versions, commit.
        name: Name of the builder in `everything.BUILDERS`, or "" for files that others write.
        recipe: Digest of code, data and settings; equal recipes give equal files.
    """

    file: str
    title: str
    maker: str
    place: str
    provenance: dict[str, Any]
    name: str = ""
    recipe: str = ""

    @property
    def synthetic(self) -> bool:
        """Whether any of the data were generated."""
        return bool(self.provenance["synthetic"])

    @property
    def stem(self) -> str:
        """The file's name without its ending and without what says that data are synthetic."""
        return self.file.split(".")[0].removesuffix("_synthetic")

    @property
    def maker_name(self) -> str:
        """Name shared by files that belong together: the builder's, else the stem."""
        return self.name or self.stem


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
        name: str = "",
        recipe: str = "",
    ) -> Path:
        """Write `content` and its entry, replacing an older file of the same name.

        Returns the path, whose name carries "synthetic" where the data were generated.
        """
        file = f"{stem}_synthetic{suffix}" if provenance.synthetic else f"{stem}{suffix}"
        write_bytes(self.folder / file, content)
        entry = Artifact(
            file=file,
            title=title,
            maker=maker,
            place=place,
            provenance=provenance.as_dict(),
            name=name,
            recipe=recipe,
        )
        kept = [artefact for artefact in self.entries() if artefact.file != file]
        self._write([*kept, entry], self.missing())
        return self.folder / file

    def entries(self) -> list[Artifact]:
        """All artefacts, by file name; none where there is no manifest yet."""
        return [Artifact(**entry) for entry in self._read()["artefacts"]]

    def missing(self) -> dict[str, str]:
        """Return the artefacts that could not be made, each with the reason."""
        return dict(self._read()["missing"])

    def mark_missing(self, name: str, reason: str) -> None:
        """Record that `name` could not be made; an older result of it stays."""
        self._write(self.entries(), {**self.missing(), name: reason})

    def finalise(self, name: str, files: Collection[str], *, synthetic: bool) -> None:
        """Say that the results of `name` on such data are now `files`; older ones are removed."""
        entries = self.entries()
        stale = [
            entry
            for entry in entries
            if entry.name == name and entry.synthetic == synthetic and entry.file not in files
        ]
        for entry in stale:
            (self.folder / entry.file).unlink(missing_ok=True)
        missing = {key: reason for key, reason in self.missing().items() if key != name}
        self._write([entry for entry in entries if entry not in stale], missing)

    def _read(self) -> dict[str, Any]:
        path = self.folder / MANIFEST
        try:
            document = json.loads(path.read_text())
            for entry in document["artefacts"]:
                Artifact(**entry)
            return {"artefacts": document["artefacts"], "missing": document["missing"]}
        except FileNotFoundError:
            return {"artefacts": [], "missing": {}}
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(
                "is not a manifest", where=path, remedy="regenerate the figures"
            ) from error

    def _write(self, entries: Sequence[Artifact], missing: Mapping[str, str]) -> None:
        ordered = sorted(entries, key=lambda artefact: artefact.file)
        document = {"artefacts": [asdict(entry) for entry in ordered], "missing": dict(missing)}
        text = json.dumps(document, indent=1, sort_keys=True)
        write_text(self.folder / MANIFEST, text + "\n")


def results_in_order(entries: Sequence[Artifact], order: Sequence[str]) -> list[list[Artifact]]:
    """Return the files of each result, on generated data or not, in the order of their builders.

    Args:
        entries: Entries of a manifest.
        order: Names of builders; what none of them wrote comes last.
    """
    place = {name: i for i, name in enumerate(order)}

    def rank(entry: Artifact) -> tuple[int, str, bool]:
        return place.get(entry.maker_name, len(place)), entry.maker_name, entry.synthetic

    ordered = sorted(entries, key=lambda entry: (rank(entry), entry.file))
    return [list(group) for _, group in groupby(ordered, key=rank)]


GALLERY = "README.md"


_HEAD = """# Tables and figures

Everything here is made by `mer reproduce all` and described in `manifest.json`: file, maker,
settings, data digest, versions and commit. This page is written from the manifest.

**A name with `synthetic` in it is a result on generated faces.** It shows that the method runs; it
says nothing about real faces, and its figures cannot be compared with the paper's.

**[What was reproduced, what was not, and why](reproduced.md)**: every table, figure and claim.
"""


def gallery(manifest: Manifest, order: Sequence[str] = ()) -> str:
    """The page as Markdown.

    Args:
        manifest: Manifest of the folder that the page lies in.
        order: Builders in the order of the page; what no builder of the list wrote comes last.
    """
    sections = [_section(group) for group in results_in_order(manifest.entries(), order)]
    missing = manifest.missing()
    if missing:
        lines = [f"- {name}: {reason}" for name, reason in sorted(missing.items())]
        sections.append("\n".join(["## Not made", "", *lines]))
    return "\n\n".join([_HEAD.strip(), *sections]) + "\n"


def _section(entries: Sequence[Artifact]) -> str:
    first = entries[0]
    heading = f"{first.place}: {first.title}" if first.place else first.title
    lines = [f"## {heading}", ""]
    for entry in entries:
        if entry.file.endswith(".png"):
            lines += [f"![{entry.title}]({entry.file})", ""]
    lines += [f"{_basis(first)} Made by `{first.maker}`, commit {_commit(first)}.", ""]
    lines += [" · ".join(f"[{entry.file}]({entry.file})" for entry in entries)]
    return "\n".join(lines)


def _basis(entry: Artifact) -> str:
    settings = entry.provenance["settings"]
    profile = settings.get("profile")
    if entry.synthetic:
        data = "Synthetic data."
    elif str(entry.provenance["data_digest"]).startswith("none"):
        data = "No clip takes part."
    else:
        data = f"Data {str(entry.provenance['data_digest'])[:12]}."
    return f"{data} Profile {profile}." if profile else data


def _commit(entry: Artifact) -> str:
    return str(entry.provenance["commit"])
