"""Export of a study: predictions and scores as files, and a script that scores it again."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mer_core.atomic import atomic_path, write_text
from mer_core.errors import MissingToolError, StoreError
from mer_core.protocols.intervals import SCORE_NAMES, SCORE_TITLES
from mer_core.registry import Registry
from mer_core.training.result import StudyResult

EXPORTS: Registry[Callable[[StudyResult, Path], None]] = Registry("export format")


def export_result(
    result: StudyResult, target: Path, *, form: str | None = None, overwrite: bool = False
) -> Path:
    """Write a result to `target`: predictions as CSV or Parquet, scores as Markdown.

    Args:
        result: Result to write.
        target: File to write.
        form: "csv", "parquet" or "md"; by default what the file's name ends in.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The file.

    Raises:
        SettingsError: The form is not known.
        StoreError: The file exists.

    Example:
        >>> export_result(result, folder / "mine.csv").read_text().count("\\n")
        9
    """
    write = EXPORTS.get(form or target.suffix.lstrip("."))
    if target.exists() and not overwrite:
        raise StoreError("the file exists", where=target, remedy="use --overwrite or another name")
    write(result, target)
    return target


def answer_rows(result: StudyResult) -> list[dict[str, Any]]:
    """One row per answer; says on every row whether the clip was synthetic."""
    return [
        {
            "study": result.name,
            "synthetic": result.synthetic,
            "seed": fold.seed,
            "fold": fold.name,
            "key": answer.key,
            "subject": answer.subject,
            "truth": answer.truth,
            "predicted": answer.predicted,
            "correct": answer.correct,
            **{f"p_{name}": answer.probabilities[name] for name in result.classes},
        }
        for fold in result.folds
        for answer in result.answers.get(fold.identity, ())
    ]


def markdown(result: StudyResult) -> str:
    """The scores as one Markdown section."""
    document = result.as_dict()
    lines = [f"## {result.name}", ""]
    if result.synthetic:
        lines += ["**Synthetic data: these figures say nothing about real faces.**", ""]
    if not result.complete:
        lines += [f"Incomplete: {result.completed} of {len(result.folds)} folds.", ""]
    lines += ["| score | value | 95 % interval over subjects |", "|---|---|---|"]
    for name in SCORE_NAMES:
        interval = result.intervals[name] if result.intervals else None
        span = f"{interval.low:.4f} to {interval.high:.4f}" if interval else ""
        lines.append(f"| {SCORE_TITLES[name]} | {_number(result.means[name])} | {span} |")
    lines.append(f"| majority rate | {_number(result.majority_rate)} | |")
    lines += ["", "Rows true, columns predicted, counts over all seeds:", ""]
    lines += ["| | " + " | ".join(result.classes) + " |", "|---" * (len(result.classes) + 1) + "|"]
    for name, row in zip(result.classes, document["confusion"], strict=True):
        lines.append(f"| {name} | " + " | ".join(map(str, row)) + " |")
    return "\n".join([*lines, ""])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _write_csv(result: StudyResult, target: Path) -> None:
    import pandas

    write_text(target, pandas.DataFrame(answer_rows(result)).to_csv(index=False))


def _write_parquet(result: StudyResult, target: Path) -> None:
    import pandas

    if importlib.util.find_spec("pyarrow") is None:
        raise MissingToolError(
            "Parquet needs pyarrow", where=target, remedy="pip install pyarrow, or export csv"
        )
    with atomic_path(target) as partial:
        pandas.DataFrame(answer_rows(result)).to_parquet(partial, index=False)


EXPORTS.register("csv", _write_csv)
EXPORTS.register("parquet", _write_parquet)
EXPORTS.register("md", lambda result, target: write_text(target, markdown(result)))


_SCRIPT = '''"""Scores and confusion matrix of the study {name}, from the answers it keeps.

Run: python {file} [OUT.npy]
"""

import sys

import numpy as np

from mer_core.training.study import Study

result = Study.open({name!r}).result()
print(f"{{result.completed}} of {{len(result.folds)}} folds, classes {{result.classes}}")
for score, value in result.means.items():
    print(f"{{score}}: {{value}}")
np.save(sys.argv[1] if len(sys.argv) > 1 else {array!r}, result.confusion, allow_pickle=False)
'''


def study_script(name: str) -> str:
    """Python source that reads the study `name` and writes its confusion matrix."""
    stem = f"confusion_{name}"
    return _SCRIPT.format(name=name, file=f"{stem}.py", array=f"{stem}.npy")
