"""`mer predict`: what a network says of clips of one's own, or why it says nothing."""

from __future__ import annotations

import csv
import glob
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mer_core.atomic import write_text
from mer_core.cli.ami import FrameRange
from mer_core.cli.names import NETWORK
from mer_core.cli.output import CommandOutput, check_target, prints_output, table
from mer_core.cli.progress import Progress
from mer_core.errors import FrameError, MerError
from mer_core.frame_numbering import is_image

if TYPE_CHECKING:
    from mer_core.inputs import Recording
    from mer_core.inputs.prediction import ClipPrediction
    from mer_core.models.loaded import LoadedModel

_VIDEOS = frozenset({".avi", ".mp4", ".mov", ".mkv", ".webm", ".m4v", ".zip"})


@click.command()
@prints_output
@click.argument("clips", nargs=-1, required=True, metavar="CLIP...")
@click.option("--out", type=click.Path(path_type=Path), help="Table to write too, *.csv.")
@click.option(
    "--model", type=NETWORK, help="Network; see `mer models`.  [default: the best one shipped]"
)
@click.option(
    "--weights",
    default="synthetic",
    show_default=True,
    help="synthetic (shipped, trained on generated faces) or a checkpoint file (.safetensors).",
)
@click.option("--frames", "span", type=FrameRange(), help="Frame numbers to use, both included.")
@click.option(
    "--crop/--no-crop", default=True, show_default=True, help="Find the face and align it."
)
@click.option(
    "--face",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Face to read, largest first.",
)
@click.option(
    "--anyway", is_flag=True, help="Name the most probable class also where the answer is withheld."
)
@click.option("--overwrite", is_flag=True, help="Replace OUT if it exists.")
def predict(
    clips: tuple[str, ...],
    out: Path | None,
    model: str | None,
    weights: str,
    span: tuple[int | None, int | None] | None,
    crop: bool,
    face: int,
    anyway: bool,
    overwrite: bool,
) -> CommandOutput:
    """Say what a network sees in each CLIP: a video, a zip or folder of frames, or many of them.

    A folder without images stands for all clips in it, and a pattern such as "clips/*.mp4" for
    all that it matches. The face is found and aligned and the interval of the expression is
    proposed, unless --no-crop and --frames say otherwise. A clip that cannot be answered gets a
    reason instead of a class, and does not stop the others. Answers about real faces are mostly
    withheld: the shipped networks know generated ones, and most images of real ones are unlike
    theirs. --anyway gives them all the same, with the reasons beside them.

    \b
    JSON keys: model, weights, calibrated_on, out, notes, and clips, each with
      clip, problem          what was read, or why it could not be
      crop                   the square cut out: centre, width (pixels) and degrees; or null
      onset, apex, offset    frame numbers of the expression
      estimated              which of these were found by motion rather than given
      predicted              the class, or null where the answer is withheld
      probabilities          class -> probability
      refusals               why the answer is withheld, one line each
      marks, doubts          what is to be said beside it
    """  # noqa: D301 - the backspace tells click to keep the lines below it
    if out is not None:
        check_target(out, suffix=".csv", overwrite=overwrite)
    paths = find_clips(clips)
    from mer_core.inputs.prediction import best_shipped, calibrated_on
    from mer_core.models.loaded import load_model

    network = load_model(model or best_shipped(), weights=weights)
    rows: list[dict[str, Any]] = []
    with Progress("predicting", unit="clips") as progress:
        for done, path in enumerate(paths):
            searching = partial(_show_search, progress, done, len(paths), path.name)
            rows.append(_row(path, network, span, searching, crop=crop, face=face, anyway=anyway))
        progress.show(len(paths), len(paths))
    if out is not None:
        write_text(out, _csv(rows, network.classes))
    failed = [f"{row['clip']}: {row['problem']}" for row in rows if row["problem"]]
    document = {
        "model": network.entry.name,
        "weights": network.weights.label,
        "calibrated_on": calibrated_on(network),
        "clips": rows,
        "out": out,
        "notes": failed,
    }
    text = _text(rows, network, calibrated_on(network))
    return CommandOutput(
        document=document,
        text=text if out is None else f"{text}\n{out}",
        warnings=failed,
        refused=len(failed) == len(rows),
    )


def find_clips(arguments: Sequence[str]) -> list[Path]:
    """The clips that paths, folders of clips and patterns stand for, each once and in order.

    Raises:
        FrameError: An argument stands for none.
    """
    found: dict[Path, None] = {}
    for argument in arguments:
        path = Path(argument)
        if path.is_dir() and not _holds_images(path):
            inside = [one for one in sorted(path.iterdir()) if _is_clip(one)]
        elif not path.exists() and glob.has_magic(argument):
            inside = sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
        else:
            inside = [path]
        if not inside:
            raise FrameError(
                "stands for no clip",
                where=argument,
                remedy="give videos, zips or folders of frames, a folder of them, or a pattern",
            )
        found.update(dict.fromkeys(inside))
    return list(found)


def _holds_images(folder: Path) -> bool:
    return any(is_image(one.name) for one in folder.iterdir() if not one.is_dir())


def _is_clip(path: Path) -> bool:
    return _holds_images(path) if path.is_dir() else path.suffix.lower() in _VIDEOS


def _show_search(
    progress: Progress, done: int, total: int, name: str, frame: int, frames: int
) -> None:
    """Show how far the search of one clip has come."""
    progress.show(done, total, f"{name}, frame {frame} of {frames}")


def _row(
    path: Path,
    network: LoadedModel,
    span: tuple[int | None, int | None] | None,
    searching: Callable[[int, int], None],
    *,
    crop: bool,
    face: int,
    anyway: bool,
) -> dict[str, Any]:
    from mer_core.inputs.own_clip import open_recording
    from mer_core.inputs.prediction import predict as predict_recording

    first, last = span or (None, None)
    try:
        recording = open_recording(
            path, first=first, last=last, crop=crop, person=face - 1, progress=searching
        )
        answer = predict_recording(recording, network)
    except MerError as error:
        said = f"{error.what}; {error.remedy}" if error.remedy else error.what
        return {"clip": str(path), "problem": said}
    found = _describe_prediction(recording, answer)
    if anyway:
        found["predicted"] = answer.most_probable
    return {"clip": str(path), "problem": "", **found}


def _describe_prediction(recording: Recording, answer: ClipPrediction) -> dict[str, Any]:
    from mer_core.cli.ami import crop_document

    numbers = recording.expression.frame_numbers
    return {
        "crop": crop_document(recording.alignment),
        "onset": numbers[0],
        "apex": recording.apex,
        "offset": numbers[-1],
        "estimated": list(recording.estimated),
        "predicted": answer.predicted,
        "probabilities": dict(answer.probabilities),
        "refusals": [refusal.reason for refusal in answer.refusals],
        "marks": list(answer.marks),
        "doubts": list(recording.doubts),
    }


def _csv(rows: Sequence[dict[str, Any]], classes: Sequence[str]) -> str:
    crop = ("crop_x", "crop_y", "crop_width", "crop_degrees")
    times = ("onset", "apex", "offset")
    said = ("estimated", "refusals", "marks", "doubts", "problem")
    header = ["clip", "predicted", *classes, *times, *crop, *said]
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        square = row.get("crop")
        cells = {name: row.get(name, "") for name in ("clip", "predicted", "problem", *times)}
        cells |= {name: f"{share:.6f}" for name, share in row.get("probabilities", {}).items()}
        cells |= {name: "; ".join(row.get(name, ())) for name in said[:-1]}
        if square is not None:
            values = (*square["centre"], square["width"], square["degrees"])
            cells |= {name: f"{value:.2f}" for name, value in zip(crop, values, strict=True)}
        writer.writerow(cells)
    return text.getvalue()


def _text(rows: Sequence[dict[str, Any]], network: LoadedModel, calibrated: str) -> str:
    lines = []
    for row in rows:
        if row["problem"]:
            lines.append((Path(row["clip"]).name, "", "", "", row["problem"]))
            continue
        word = row["predicted"] or "no answer"
        share = "" if row["predicted"] is None else f"{row['probabilities'][word]:.0%}"
        interval = f"{row['onset']} to {row['offset']}"
        beside = "; ".join([*row["refusals"], *row["doubts"]])
        lines.append((Path(row["clip"]).name, word, share, interval, beside))
    head = f"{network.entry.title}, {network.weights.label}"
    shown = table(("Clip", "Prediction", "Probability", "Frames", "Reasons and remarks"), lines)
    marks = dict.fromkeys(mark for row in rows for mark in row.get("marks", ()))
    said = [*marks, *([f"probabilities are {calibrated}"] if calibrated else ())]
    return "\n".join([head, shown, *(f"{line[0].upper()}{line[1:]}." for line in said)])
