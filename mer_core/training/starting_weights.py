"""The weights a study's networks start from, and the people that they have already seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mer_core import atomic
from mer_core.errors import CheckpointError, LeakageError
from mer_core.models.checkpoint import CheckpointHeader, Lineage
from mer_core.provenance import PACKAGE
from mer_core.records import Sample

START_FILE_NAME = "start.safetensors"
"""File in a study's folder that holds the weights its networks start from."""


def save_starting_weights(
    path: Path,
    start: CheckpointHeader,
    held_out: Mapping[str, Sequence[Sample]],
    *,
    folder: Path,
) -> None:
    """Copy the weights at `path` into a study's folder, once no fold objects to them.

    Args:
        path: The checkpoint; what ships with the package stays where it is.
        start: Its header.
        held_out: Name of each fold -> the clips it holds out.
        folder: The study's.
    """
    for fold, samples in held_out.items():
        refuse_seen_people(start, samples, fold=fold, path=path)
    if not path.is_relative_to(PACKAGE):
        atomic.write_bytes(folder / START_FILE_NAME, path.read_bytes())


def refuse_seen_people(
    start: CheckpointHeader, held_out: Iterable[Sample], *, fold: str, path: Path
) -> None:
    """Raise where weights that a fold starts from have seen somebody whom it holds out.

    A person counts, not a clip, under every protocol: what was learnt of a face in one clip
    answers for the next.

    Raises:
        CheckpointError: Whom the weights have seen is unknown.
        LeakageError: They have seen someone; the message names the first five.
    """
    if start.lineage is None:
        raise CheckpointError(
            "nobody knows whom these weights were trained on, so no subject can be held out",
            where=path,
            remedy="train them again with this version, or start from random weights",
        )
    seen = start.lineage.seen(held_out)
    if seen:
        more = f" and {len(seen) - 5} more" if len(seen) > 5 else ""
        people = "subjects" if len(seen) > 1 else "subject"
        raise LeakageError(
            f"the weights it starts from were trained on the held-out {people} "
            f"{', '.join(seen[:5])}{more}",
            where=f"fold {fold}",
            remedy="start from weights that never saw them, or from random weights",
        )


def lineage_after(
    start: CheckpointHeader | None, trained_on: Iterable[Sample], *, data_digest: str
) -> Lineage | None:
    """The lineage of weights trained on these clips from `start`; None where its own is unknown."""
    own = Lineage.of(trained_on, data_digest=data_digest)
    if start is None:
        return own
    if start.lineage is None:
        return None
    return own.descended_from(start.lineage, weights_digest=start.weights_digest)
