"""Sample tables without files, for tests of splits and scores."""

from __future__ import annotations

from pathlib import Path

from mer_core.records import Prediction, Sample


def sample(dataset: str, subject: str, clip: str, label: str = "positive") -> Sample:
    frames = tuple(Path(f"/data/{dataset}/{subject}/{clip}/img{n}.jpg") for n in (1, 2, 3))
    return Sample(
        dataset=dataset,
        subject=subject,
        clip=clip,
        frames=frames,
        frame_numbers=(1, 2, 3),
        onset=1,
        apex=2,
        offset=3,
        label=label,
    )


def table(clips: dict[str, dict[str, int]]) -> list[Sample]:
    """`{"casme2": {"sub01": 3}}`: dataset -> subject -> number of clips."""
    return [
        sample(dataset, subject, f"EP{n:02}")
        for dataset, subjects in clips.items()
        for subject, count in subjects.items()
        for n in range(count)
    ]


def answers(rows: list[tuple[str, str, str]], dataset: str = "casme2") -> list[Prediction]:
    """`[(subject, truth, predicted)]` as predictions."""
    return [
        Prediction(
            key=f"{dataset}/{subject}/clip{i}",
            subject=subject,
            truth=truth,
            predicted=predicted,
            probabilities={predicted: 1.0},
        )
        for i, (subject, truth, predicted) in enumerate(rows)
    ]
