"""A clip of a study and the network that never saw its subject, for `mer explain --study`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mer_core.errors import SettingsError

if TYPE_CHECKING:
    from mer_core.inputs import Recording
    from mer_core.inputs.clip_code import ClipCode
    from mer_core.records import Sample
    from mer_core.training.experiment import CatalogExperiment


@dataclass(frozen=True, kw_only=True)
class HeldOutClip:
    """A clip of a study, with the network that never saw its subject.

    Attributes:
        sample: The clip.
        experiment: Experiment of the study, which says how its networks see clips.
        weights: File of the network's weights.
    """

    sample: Sample
    experiment: CatalogExperiment
    weights: Path

    def open(self, crop: bool | None = None) -> tuple[Recording, ClipCode]:
        """Open the clip as the study saw it; return it with the code that does so again.

        Args:
            crop: Whether to find and align the face; as in the study by default.
        """
        from mer_core.inputs import sample_recording
        from mer_core.inputs.clip_code import DatasetClip

        sample, stabilise = self.sample, self.experiment.stabilise
        crop = self.experiment.crop if crop is None else crop
        choice = next(one for one in self.experiment.datasets if one.name == sample.dataset)
        code = DatasetClip(
            dataset=sample.dataset,
            root=Path(choice.open().root).resolve(),
            subject=sample.subject,
            clip=sample.clip,
            options=choice.options,
            crop=crop,
            stabilise=stabilise,
        )
        return sample_recording(sample, crop=crop, stabilise=stabilise), code


def find_held_out(name: str, clip: Path) -> HeldOutClip:
    """Find the fold of a study that held the subject of the clip in a folder out.

    Raises:
        SettingsError: The clip is none of the study's, its fold kept no weights, or the study's
            control changed what its networks saw.
    """
    from mer_core.training.controls import find_control
    from mer_core.training.experiment import CatalogExperiment
    from mer_core.training.study import Study

    study = Study.open(name)
    control = find_control(study.control)
    if control.changes_clips:
        raise SettingsError(
            f"the networks of this study saw other clips: {control.title}",
            where=name,
            remedy="name a study without this control",
        )
    place = clip.resolve()
    result, experiment = study.result(), study.experiment
    for sample in study.table.samples:
        if sample.frames[0].resolve().parent != place:
            continue
        fold = result.fold_of(sample.key)
        path = study.weights_path(fold) if fold else None
        if path and path.is_file() and isinstance(experiment, CatalogExperiment):
            return HeldOutClip(sample=sample, experiment=experiment, weights=path)
    raise SettingsError(
        "no finished fold of this study held this clip out and kept its weights",
        where=name,
        remedy="give the folder of one of its clips, or a checkpoint with --weights",
    )
