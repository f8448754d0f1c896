"""`figures/README.md`: every result, what it shows and what made it, written from the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from mer_core.reproduction.manifest import Artefact, Manifest

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
        manifest: Of the folder that the page lies in.
        order: Makers in the order of the page; what no maker of the list wrote comes last.
    """
    place = {name: i for i, name in enumerate(order)}

    def rank(entry: Artefact) -> tuple[int, str, bool, str]:
        key = entry.maker_name
        return place.get(key, len(place)), key, entry.synthetic, entry.file

    entries = sorted(manifest.entries(), key=rank)
    sections = [_section(list(group)) for _, group in groupby(entries, key=lambda e: rank(e)[:3])]
    missing = manifest.missing()
    if missing:
        lines = [f"- {name}: {reason}" for name, reason in sorted(missing.items())]
        sections.append("\n".join(["## Not made", "", *lines]))
    return "\n\n".join([_HEAD.strip(), *sections]) + "\n"


def _section(entries: Sequence[Artefact]) -> str:
    first = entries[0]
    heading = f"{first.place}: {first.title}" if first.place else first.title
    lines = [f"## {heading}", ""]
    for entry in entries:
        if entry.file.endswith(".png"):
            lines += [f"![{entry.title}]({entry.file})", ""]
    lines += [f"{_basis(first)} Made by `{first.maker}`, commit {_commit(first)}.", ""]
    lines += [" · ".join(f"[{entry.file}]({entry.file})" for entry in entries)]
    return "\n".join(lines)


def _basis(entry: Artefact) -> str:
    settings = entry.provenance["settings"]
    profile = settings.get("profile")
    if entry.synthetic:
        data = "Synthetic data."
    elif str(entry.provenance["data_digest"]).startswith("none"):
        data = "No clip takes part."
    else:
        data = f"Data {str(entry.provenance['data_digest'])[:12]}."
    return f"{data} Profile {profile}." if profile else data


def _commit(entry: Artefact) -> str:
    return str(entry.provenance["commit"])
