"""A finished study, person by person."""

from __future__ import annotations

import pandas as pd

from mer_core.plots.static import StaticFigure
from mer_core.plots.static.charts import curve_sheet
from mer_core.protocols.selection_bias import simulate_selection_bias
from mer_core.training.result import StudyResult
from mer_core.training.study import Study
from mer_core.training.study_folders import install_shipped_studies, studies_folder


def shipped_study(name: str) -> StudyResult:
    """Return what a study that ships with the package found: every fold and every answer.

    Args:
        name: "affectivenet-fine-tuned", "learnet-fine-tuned" or "learnet-from-scratch".
    """
    install_shipped_studies()
    return Study.open(studies_folder() / name).result()


def answers_frame(result: StudyResult) -> pd.DataFrame:
    """Return one line for each answer: who, which clip, true and predicted class."""
    return pd.DataFrame(
        [
            {
                "subject": one.subject,
                "clip": one.key.rsplit("/", 1)[-1],
                "true": one.truth,
                "predicted": one.predicted,
                "probability": round(one.probabilities[one.predicted], 2),
                "right": one.correct,
            }
            for answers in result.answers.values()
            for one in answers
        ]
    )


def people_frame(result: StudyResult) -> pd.DataFrame:
    """Return clips, right answers and accuracy of every person who was left out."""
    right = answers_frame(result).groupby("subject")["right"]
    columns = {"clips": right.count(), "right": right.sum(), "accuracy": right.mean()}
    return pd.DataFrame(columns).round(2)


def leak_chart(*, people: int, clips: int, classes: int, epochs: int) -> StaticFigure:
    """Draw what guessing networks score, honestly and by whoever keeps the best epoch."""
    found = simulate_selection_bias(subjects=people, clips=clips, classes=classes, epochs=epochs)
    curves = {
        "best epoch kept": found.running,
        "each epoch as it is": found.accuracies.mean(axis=0),
    }
    return curve_sheet(curves, chance=1 / classes)


def leak_words(*, people: int, clips: int, classes: int, epochs: int) -> dict[str, str]:
    """Return what the lesson on leaks says of the same networks."""
    found = simulate_selection_bias(subjects=people, clips=clips, classes=classes, epochs=epochs)
    shares = {"honest": found.honest, "chance": 1 / classes, "leaked": found.leaked}
    return {name: f"{share:.0%}" for name, share in shares.items()}
