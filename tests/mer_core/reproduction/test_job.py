"""What is said of a study while it runs."""

from mer_core.reproduction.job import SILENCE, StudyLines
from mer_core.training.events import (
    EpochFinished,
    FoldFailed,
    FoldFinished,
    InputsBuilt,
    Progress,
)


def progress(done: int = 0, eta: float | None = None) -> Progress:
    return Progress(total=8, done=done, failed=0, running=2, elapsed=1.0, eta=eta)


def epoch(number: int) -> EpochFinished:
    return EpochFinished(
        progress=progress(), name="s01", epoch=number, epochs=12, loss=1.0, accuracy=0.5
    )


def fold(done: int, eta: float | None) -> FoldFinished:
    return FoldFinished(
        progress=progress(done, eta), seed=0, name="s01", right=3, n_test=4, seconds=2.0
    )


class Heard:
    """Lines, on a clock that only a test moves."""

    def __init__(self) -> None:
        self.now, self.lines = 0.0, []
        self.tell = StudyLines(self.lines.append, "AKMNet, CASME-II", clock=lambda: self.now)

    def at(self, seconds: float, event) -> list[str]:
        self.now = seconds
        self.tell(event)
        said = [line.removeprefix("AKMNet, CASME-II: ") for line in self.lines]
        self.lines.clear()
        return said


def test_each_fold_is_told_with_the_time_left():
    heard = Heard()
    assert heard.at(1, fold(1, 420)) == ["fold 1 of 8, about 7 min left"]
    assert heard.at(2, fold(2, None)) == ["fold 2 of 8"]
    failed = FoldFailed(progress=progress(), seed=0, name="s02", error="no memory")
    assert heard.at(3, failed) == ["fold s02 failed: no memory"]


def test_inputs_are_told_once_they_are_made():
    heard = Heard()
    assert heard.at(1, InputsBuilt(progress=progress(), built=95, total=96)) == []
    assert heard.at(2, InputsBuilt(progress=progress(), built=96, total=96)) == ["96 inputs"]


def test_an_epoch_is_told_only_after_a_long_silence():
    heard = Heard()
    assert heard.at(SILENCE - 1, epoch(1)) == []
    assert heard.at(SILENCE, epoch(2)) == ["epoch 2 of 12 of fold s01"]
    assert heard.at(SILENCE + 1, epoch(3)) == []
    assert heard.at(2 * SILENCE - 1, fold(1, None)) == ["fold 1 of 8"]
    assert heard.at(2 * SILENCE + 1, epoch(4)) == []
    assert heard.at(3 * SILENCE, epoch(5)) == ["epoch 5 of 12 of fold s01"]
