"""Spotting on people of the synthetic cohort and on the twins: errors in frames, false alarms."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from mer_core import open_dataset
from mer_core.datasets.catalog import DATASETS
from mer_core.datasets.synthetic import Nuisances, plan_clip, render_clip, sample_identity
from mer_core.datasets.synthetic.cohort import CohortSettings, cohort_clips
from mer_core.datasets.synthetic.twins import demo_twin
from mer_core.flow.spotting import STILL
from mer_core.inputs import Recording, sample_recording
from mer_core.inputs.apex import estimated_apex
from mer_core.inputs.cohort import cohort_recording
from mer_core.records import Clip

PEOPLE = 10
TWINS = ("casme", "casme2", "casme-squared", "samm", "smic")
SECONDS, RATE = 10, 60


def clips(*, motionless: bool = False) -> list[Recording]:
    """The clips of a few unseen people, also without their expression and all else equal."""
    settings, found = CohortSettings(), []
    for person in range(PEOPLE):
        for index, clip in enumerate(cohort_clips(settings, "unseen", person)):
            still = replace(clip.plan, action_units={}, asymmetry={})
            shown = replace(clip, plan=still) if motionless else clip
            found.append(cohort_recording(shown, index=index))
    return found


def at_rest(person: int) -> Recording:
    """A long recording of somebody who does nothing but sway and blink."""
    plan = plan_clip(
        identity=sample_identity(9000 + person),
        emotion="neutral",
        seed=person,
        frames=SECONDS * RATE,
        fps=float(RATE),
        nuisances=Nuisances(sway=0.5, noise=1.5, blink=0.15),
    )
    drawn = render_clip(plan, size=128)
    clip = Clip(f"person {person} at rest", drawn.frames, tuple(range(len(drawn.frames))), RATE)
    return Recording(clip=clip, subject="", label="")


def on_twins() -> None:
    """Prints, for each demo twin, how far the proposed interval and the estimated apex are off."""
    print("twin            clips   proposed   onset   offset     apex   the middle")
    for info in map(DATASETS.get, TWINS):
        proposed, away = 0, {name: [] for name in ("onset", "offset", "apex", "middle")}
        samples = open_dataset(info.name, demo_twin(info.name)).samples
        for sample in samples:
            recording = sample_recording(sample)
            for found in recording.curve.candidates()[:1]:
                proposed += 1
                for name in ("onset", "offset"):
                    away[name].append(abs(getattr(found, name) - getattr(sample, name)))
            assert recording.truth is not None  # SMIC's sheet has no apex; the twin knows it
            apex = recording.clip.frame_numbers[recording.truth.apex]
            numbers = recording.expression.frame_numbers
            estimated = estimated_apex(recording.expression, recording.face)
            away["apex"].append(abs(estimated - apex))
            away["middle"].append(abs(numbers[len(numbers) // 2] - apex))
        errors = "   ".join(f"{np.mean(values):6.2f}" for values in away.values())
        print(f"{info.title:14} {len(samples):6} {proposed / len(samples):10.0%}   {errors}")


def main() -> None:
    """Prints errors in frames and shares of clips; `quick` leaves the long recordings out."""
    on_twins()
    away, guess = [], []
    for recording in clips():
        numbers = recording.expression.frame_numbers
        assert recording.apex is not None
        away.append(estimated_apex(recording.expression, recording.face) - recording.apex)
        guess.append(numbers[len(numbers) // 2] - recording.apex)
    print(f"{len(away)} synthetic clips of {PEOPLE} people; error of the apex in frames")
    print("            mean   median   within 2   worst")
    for name, errors in (("estimated", np.abs(away)), ("the middle", np.abs(guess))):
        near = (errors <= 2).mean()
        print(
            f"{name:10} {errors.mean():5.2f} {np.median(errors):8.1f} {near:10.0%} "
            f"{errors.max():7d}"
        )
    for what, motionless in (("with", False), ("without", True)):
        peaks = np.array([one.curve.values.max() for one in clips(motionless=motionless)])
        print(
            f"{what:7} an expression {(peaks >= STILL).mean():.1%} of {len(peaks)} clips move by "
            f"{STILL} % of the distance between the eyes or more; median {np.median(peaks):.2f} %"
        )
    if "quick" in sys.argv:
        return
    found = [len(at_rest(person).curve.candidates()) for person in range(6)]
    minutes = len(found) * SECONDS / 60
    print(f"{minutes:.0f} minute at rest: {sum(found) / minutes:.1f} false candidates a minute")


if __name__ == "__main__":
    main()
