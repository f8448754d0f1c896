"""Controls: does a study measure expression at all, or something that goes with it?

Each control changes one thing and says what must then happen. `mer study controls` runs them
beside the unchanged study, on the same folds and seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

import torch
from torch import Tensor

from mer_core.errors import SettingsError
from mer_core.protocols import subject_of
from mer_core.records import Sample
from mer_core.registry import Registry
from mer_core.seeding import generator
from mer_core.training.settings import Selection


@dataclass(frozen=True, kw_only=True)
class Control:
    """One change to a study, as data.

    Attributes:
        name: Name on the command line.
        title: Display title.
        expectation: Expected outcome if the study measures what it claims to.
        removes_motion: Whether the expression is taken out of every clip, both sides alike.
        reverses_frames: Whether frames are taken in reversed time.
        shuffles_labels: Whether labels are shuffled within each training subject.
        selection: Replaces the study's epoch selection, or None.
    """

    name: str
    title: str
    expectation: str
    removes_motion: bool = False
    reverses_frames: bool = False
    shuffles_labels: bool = False
    selection: Selection | None = None

    @property
    def changes_clips(self) -> bool:
        """Whether networks see other clips than those of the dataset."""
        return self.removes_motion or self.reverses_frames


def still_clip(sample: Sample) -> Sample:
    """The clip with its expression replaced by its own frames from before onset or after offset.

    Those neutral frames, run back and forth, fill the positions of the expression, so camera
    noise, light, blinks and the face stay as they are, and only the expression is gone.
    """
    first = sample.frame_numbers[0] if sample.onset is None else sample.onset
    last = sample.frame_numbers[-1] if sample.offset is None else sample.offset
    pairs = list(zip(sample.frame_numbers, sample.frames, strict=True))
    before = [path for number, path in pairs if number < first]
    after = [path for number, path in pairs if number > last]
    neutral = max(before, after, key=len) or [sample.expression_frames()[0]]
    there_and_back = neutral + neutral[-2:0:-1]
    numbers = [number for number, _ in pairs if first <= number <= last]
    frames = tuple(islice(cycle(there_and_back), len(numbers)))
    return replace(sample, frames=frames, frame_numbers=tuple(numbers))


def shuffle_within_subjects(labels: Tensor, samples: Sequence[Sample], seed: int) -> Tensor:
    """Labels permuted among the clips of each subject.

    How many clips of each class a subject has stays the same, so nothing is destroyed but the
    link between a clip and its label.
    """
    shuffled = labels.clone()
    draw = generator(seed, "shuffled labels")
    people: dict[str, list[int]] = {}
    for i, sample in enumerate(samples):
        people.setdefault(subject_of(sample), []).append(i)
    for indices in people.values():
        shuffled[indices] = labels[torch.as_tensor(draw.permutation(indices))]
    return shuffled


CONTROLS: Registry[Control] = Registry("control")

for _control in (
    Control(
        name="none",
        title="unchanged",
        expectation="above the controls below",
    ),
    Control(
        name="shuffled-labels",
        title="labels shuffled within training subjects",
        expectation="falls to chance",
        shuffles_labels=True,
    ),
    Control(
        name="motionless",
        title="clips without motion",
        expectation="falls to chance",
        removes_motion=True,
    ),
    Control(
        name="time-reversed",
        title="frames in reversed time",
        expectation="stays, where onset and offset move alike; falls, where their order counts",
        reverses_frames=True,
    ),
    Control(
        name="leak",
        title="best epoch chosen on the test subject",
        expectation="rises, by selection alone: the inflation of a common mistake",
        selection=Selection.TEST,
    ),
):
    CONTROLS.register(_control.name, _control)


def find_control(name: str) -> Control:
    """The control called `name`."""
    return CONTROLS.get(name)


def refuse_test_selection(selection: Selection, control: Control) -> None:
    """Raise where an epoch would be chosen on test data outside the control that shows it."""
    if selection is Selection.TEST and control.selection is not Selection.TEST:
        raise SettingsError(
            "choosing the epoch on the test subject is not an evaluation",
            where="selection",
            remedy="use 'last' or 'inner'; `mer study controls` shows what the leak is worth",
        )
