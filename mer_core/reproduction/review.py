"""What was reproduced, what was not, and why: one page for reviewers, read from the results.

The first part has every table and figure, the second every claim of the paper with the verdict of
its own numbers and that of our tables. It is `reproduced.md` in a folder of results, and the first
page of the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from mer_core.errors import StoreError
from mer_core.registry import Registry
from mer_core.reproduction.claim_verdicts import (
    ClaimVerdict,
    claim_verdicts,
    claims_html,
    claims_markdown,
    table_rows,
    tally,
)
from mer_core.reproduction.job import ArtifactBuilder
from mer_core.reproduction.manifest import Artifact, Manifest
from mer_core.reproduction.standing import Standing, standings

PAGE = "reproduced.md"
TITLE = "What was reproduced, what was not, and why"

_HOW = (
    "A claim holds here where our difference has the claimed sign and its 95 % interval over "
    "people excludes zero; it is opposite where the sign is the other one and zero is excluded, "
    "and undecided otherwise. The size of a difference is not compared."
)
_SYNTHETIC = (
    "Ours are run on generated faces. Whether a claim holds there says nothing about real faces; "
    "it says what the tables would show if real ones came out so."
)


@dataclass(frozen=True, kw_only=True)
class Review:
    """Both parts of the page.

    Attributes:
        results: Every table and figure.
        claims: What ours were run on -> every claim.
    """

    results: Sequence[Standing]
    claims: Mapping[str, Sequence[ClaimVerdict]]

    @classmethod
    def of(
        cls,
        entries: Sequence[Artifact],
        contents: Mapping[str, bytes],
        missing: Mapping[str, str],
        builders: Registry[ArtifactBuilder],
    ) -> Review:
        """Read the page from files of results; `builders` lists what can be made."""
        claims = {}
        for name, synthetic in (("real data", False), ("synthetic data", True)):
            rows = table_rows(contents, synthetic=synthetic)
            if any(row.ours is not None for row in rows):
                claims[name] = claim_verdicts(rows)
        results = standings(entries, contents, missing, builders)
        return cls(results=results, claims=claims or {"no data": claim_verdicts(())})

    def markdown(self) -> str:
        """Return the page as Markdown."""
        lines = [
            f"# {TITLE}",
            "Written from the tables in this folder by `mer reproduce`; every number stands in one "
            "of them.",
            "## Tables and figures",
            "| Paper | Result | State | Why |\n|---|---|---|---|\n"
            + "\n".join(
                f"| {one.place} | {one.title} | {one.state} | {one.why} |" for one in self.results
            ),
        ]
        for name, verdicts in self.claims.items():
            lines += [f"## Claims, beside {name}", tally(verdicts), *self._notes(name)]
            lines.append(claims_markdown(verdicts, data=name))
        return "\n\n".join(lines) + "\n"

    def html(self) -> str:
        """Return the page as the opening of a report."""
        return "".join(self._parts())

    def _parts(self) -> Iterator[str]:
        lines = "".join(
            f"<tr><td>{escape(one.place)}</td><td>{escape(one.title)}</td>"
            f"<td>{escape(one.state)}</td><td>{escape(one.why)}</td></tr>"
            for one in self.results
        )
        yield f"<h2>{TITLE}</h2>"
        yield "<table><thead><tr><th>Paper</th><th>Result</th><th>State</th><th>Why</th></tr>"
        yield f"</thead><tbody>{lines}</tbody></table>"
        for name, verdicts in self.claims.items():
            yield f"<h2>Claims of the paper, beside {escape(name)}</h2>"
            yield f"<p><b>{escape(tally(verdicts))}</b></p>"
            yield "".join(f"<p>{escape(note)}</p>" for note in self._notes(name))
            yield "<details open><summary>Every claim</summary>"
            yield f"{claims_html(verdicts, data=name)}</details>"

    @staticmethod
    def _notes(name: str) -> tuple[str, ...]:
        return (_HOW, _SYNTHETIC) if name == "synthetic data" else (_HOW,)


def review(manifest: Manifest, builders: Registry[ArtifactBuilder]) -> Review:
    """Read the page from a folder of results.

    Raises:
        StoreError: The manifest names a file that cannot be read.
    """
    entries = manifest.entries()
    contents = {entry.file: read_result(manifest, entry.file) for entry in entries}
    return Review.of(entries, contents, manifest.missing(), builders)


def read_result(manifest: Manifest, file: str) -> bytes:
    """Return the bytes of a file that the manifest names.

    Raises:
        StoreError: It cannot be read.
    """
    path = manifest.folder / file
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the manifest names a file that cannot be read ({error.strerror})",
            where=path,
            remedy="run `mer reproduce all --overwrite`",
        ) from error
