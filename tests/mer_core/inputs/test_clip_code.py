"""The script that is offered beside an image makes the same image."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mer_core.inputs import synthetic_recording
from mer_core.inputs.clip_code import SyntheticClip, ami_script


@pytest.mark.parametrize("frames", [None, (9, 14)])
def test_the_script_makes_the_same_sum_bit_for_bit(tmp_path, frames):
    clip = SyntheticClip(subject=2, emotion="surprise", seed=1, size=48)
    recording = synthetic_recording(subject=2, emotion="surprise", seed=1, size=48)
    numbers = recording.expression.frame_numbers
    first, last = frames or (numbers[0], numbers[-1])
    image = replace(recording, onset=first, offset=last).image("linear")
    source = ami_script(clip, image, frames=frames, title='a """ clip', synthetic=True)
    assert "Synthetic data" in source
    (tmp_path / "ami.py").write_text(source)
    subprocess.run([sys.executable, "ami.py"], cwd=tmp_path, check=True, timeout=120)
    np.testing.assert_array_equal(np.load(tmp_path / "ami.npy"), image.total)


def test_the_script_refuses_another_clip(tmp_path):
    recording = synthetic_recording(subject=2, emotion="surprise", seed=1, size=48)
    other = SyntheticClip(subject=3, emotion="surprise", seed=1, size=48)
    (tmp_path / "ami.py").write_text(ami_script(other, recording.image("full"), synthetic=True))
    ended = subprocess.run([sys.executable, "ami.py"], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "another clip" in ended.stderr
