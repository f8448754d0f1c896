"""Writing a twin: resumable, whole at every moment, never over anything that is not a twin."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from mer_core.atomic import write_text
from mer_core.cluster import Outcome, open_executor, worker_count
from mer_core.datasets.synthetic import render_clip
from mer_core.datasets.synthetic.twins.clip_specs import TwinSettings, Variants
from mer_core.datasets.synthetic.twins.defect_injection import resolve_defects
from mer_core.datasets.synthetic.twins.manifest import TwinManifest, manifest_of, read_manifest
from mer_core.datasets.synthetic.twins.plan import TRUTH, TwinPlan, plan_twin
from mer_core.datasets.synthetic.twins.rendering import (
    Render,
    RenderTask,
    is_rendered,
    remove_partial,
    render_clips,
)
from mer_core.datasets.synthetic.twins.workbook import NOTICE, write_workbook
from mer_core.errors import SettingsError

MARKER_FILE = "SYNTHETIC.txt"

_CLIPS_PER_WORKER = 3
"""A worker needs about as long to start as to render this many clips."""
_WORKER_BYTES = 2**28

Progress = Callable[[int, int], None]
"""Called with the number of clips that are there, and the number there will be."""


def write_twin(
    dataset: str,
    out: Path,
    *,
    subjects: int = 0,
    clips_per_subject: int = 0,
    seed: int = 0,
    defects: Sequence[str] = (),
    variant: Variants = "cropped",
    size: int | None = None,
    frames: tuple[int, int] | None = None,
    balance: float = 1.0,
    full: bool = False,
    progress: Progress | None = None,
    workers: int | None = None,
    render: Render = render_clip,
) -> TwinManifest:
    """Write a synthetic twin of `dataset` into the folder `out`.

    The result follows from the settings alone, however many workers render it and however often
    the run was killed on the way: finished clips are kept, the rest is rendered.

    Args:
        dataset: Name of a layout, see `LAYOUTS`.
        out: A new or empty folder, or a twin of the same settings.
        subjects: See `TwinSettings`, as for the options up to `full`.
        clips_per_subject: Clips of each subject.
        seed: Source of everything.
        defects: Names of defects to inject, or "all".
        variant: "raw", "cropped" or "both".
        size: Height of a face crop in pixels.
        frames: Range of the number of frames of a clip.
        balance: Exponent on the published class proportions.
        full: The published number of clips of every class.
        progress: Callback after every clip.
        workers: Processes to render with, if there are clips enough; None for one per core.
        render: Renderer of a clip. Anything but `render_clip` runs in this process.
    """
    settings = TwinSettings(
        dataset=dataset,
        subjects=subjects,
        clips_per_subject=clips_per_subject,
        seed=seed,
        defects=tuple(defects),
        variant=variant,
        size=size,
        frames=frames,
        balance=balance,
        full=full,
    )
    return write_twin_of(settings, out, progress=progress, workers=workers, render=render)


def write_twin_of(
    settings: TwinSettings,
    out: Path,
    *,
    progress: Progress | None = None,
    workers: int | None = None,
    render: Render = render_clip,
) -> TwinManifest:
    """As `write_twin`, from settings."""
    plan = plan_twin(settings)
    root = out.expanduser().resolve()
    _refuse_other_contents(root, manifest_of(plan, root, complete=False))
    try:
        (root / TRUTH).mkdir(parents=True, exist_ok=True)
        with FileLock(root / TRUTH / ".lock"):
            _refuse_other_contents(root, manifest_of(plan, root, complete=False))
            return _write(plan, root, progress=progress, workers=workers, render=render)
    except OSError as error:
        raise SettingsError(
            f"the twin cannot be written ({error.strerror or error})",
            where=error.filename or root,
            remedy="name a folder with room and permission; finished clips are kept",
        ) from error


def _write(
    plan: TwinPlan,
    root: Path,
    *,
    progress: Progress | None,
    workers: int | None,
    render: Render,
) -> TwinManifest:
    remove_partial(root)
    _write_manifest(plan, root, complete=False)
    try:
        _render_all(plan, root, progress=progress, workers=workers, render=render)
    finally:
        remove_partial(root)
    book = plan.workbook()
    if book is not None:
        write_workbook(root, book)
    return _write_manifest(plan, root, complete=True)


def _refuse_other_contents(root: Path, manifest: TwinManifest) -> None:
    if not root.exists():
        return
    if not root.is_dir():
        raise SettingsError("is a file", where=root, remedy="name a folder for the twin")
    found = read_manifest(root)
    if found is not None and (found.settings, found.clips) != (manifest.settings, manifest.clips):
        raise SettingsError(
            f"the folder holds another twin ({summary(found.settings)})",
            where=root,
            remedy="name another folder, or give that twin's options to continue it",
        )
    if found is None and any(path.name != TRUTH for path in root.iterdir()):
        raise SettingsError(
            "the folder is not empty and holds no twin of this version",
            where=root,
            remedy="name a new or an empty folder",
        )


def _render_all(
    plan: TwinPlan,
    root: Path,
    *,
    progress: Progress | None,
    workers: int | None,
    render: Render,
) -> None:
    """The result is the same however many processes draw it."""
    pending = [
        index
        for index, spec in enumerate(plan.specs)
        if not all(is_rendered(frame_set, root) for frame_set in plan.frame_sets(spec))
    ]
    total, drawn = len(plan.specs), set[int]()

    def count(message: Mapping[str, Any]) -> None:
        drawn.add(message["clip"])  # once, though a lost worker's clips are reported again
        emit_progress()

    def emit_progress() -> None:
        if progress is not None:
            progress(total - len(pending) + len(drawn), total)

    emit_progress()
    if render is not render_clip:
        workers = 1
    workers = workers or worker_count(memory=_WORKER_BYTES)
    workers = max(1, min(workers, len(pending) // _CLIPS_PER_WORKER))
    with open_executor(workers=workers) as executor:
        tasks = [
            RenderTask(plan=plan, root=root, clips=clips, render=render)
            for clips in _split(plan, pending, most=-(-len(pending) // workers))
        ]
        for outcome in executor.map(render_clips, tasks, report=count):
            if isinstance(outcome, Outcome) and outcome.error is not None:
                raise outcome.error


def _split(plan: TwinPlan, indices: Sequence[int], *, most: int) -> Iterator[tuple[int, ...]]:
    """Yield clips of one person, so that one process builds the face; at most `most` of them."""
    for _, own in itertools.groupby(indices, key=lambda index: plan.specs[index].subject):
        clips = tuple(own)
        yield from (clips[i : i + most] for i in range(0, len(clips), most))


def _write_manifest(plan: TwinPlan, root: Path, *, complete: bool) -> TwinManifest:
    state = "" if complete else "\nUNFINISHED: give the same command again to continue.\n"
    defects = ", ".join(resolve_defects(plan.settings)) or "none"
    write_text(
        root / MARKER_FILE,
        f"{NOTICE}.\n{state}\n"
        f"Twin of: {plan.layout.dataset}, {summary(plan.settings)}\n"
        f"Planted defects: {defects}\n\n"
        "Every face, movement, name, number and label below this folder was generated by MER\n"
        "Workbench. The faces are nobody's. A result obtained from these files says nothing\n"
        "about the dataset whose layout they have.\n\n"
        f"What is true of each clip lies in {TRUTH}/.\n",
    )
    manifest = manifest_of(plan, root, complete=complete)
    manifest.save()
    return manifest


def summary(settings: TwinSettings) -> str:
    """The settings in a few words."""
    amount = (
        "published counts"
        if settings.full
        else f"{settings.subjects} subjects x {settings.clips_per_subject} clips"
    )
    size = "" if settings.size is None else f", size {settings.size}"
    return f"{amount}, {settings.variant}{size}, seed {settings.seed}"
