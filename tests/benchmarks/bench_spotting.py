"""Spotting on people of the synthetic cohort: error of the apex, and false alarms at rest."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from mer_core.datasets.synthetic import Nuisances, plan_clip, render_clip, sample_identity
from mer_core.datasets.synthetic.cohort import CohortSettings, cohort_clips
from mer_core.flow.spotting import STILL
from mer_core.inputs import Recording
from mer_core.inputs.apex import estimated_apex
from mer_core.inputs.cohort import cohort_recording
from mer_core.records import Clip

PEOPLE = 10
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


def main() -> None:
    """Prints errors in frames and shares of clips; `quick` leaves the long recordings out."""
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
