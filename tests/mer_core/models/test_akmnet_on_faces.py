"""AKMNet's report of kept frames on a rendered expression."""

import cv2
import numpy as np
import torch

from mer_core.datasets.synthetic import plan_clip, render_clip, sample_identity
from mer_core.models.akmnet import AKMNet


def test_the_report_names_frames_of_the_clip_and_why_they_were_kept():
    plan = plan_clip(
        identity=sample_identity(3), emotion="surprise", seed=2, frames=6, onset=1, apex=3, offset=5
    )
    frames = render_clip(plan, size=128).frames
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    torch.manual_seed(0)
    report = AKMNet().key_frames(torch.from_numpy(grey[None, :, None] / np.float32(255)))[0]

    assert len(report) == len(report.attention) == len(report.similarity) == 6
    assert all(0 < share < 1 for share in report.attention)
    assert abs(np.mean(report.similarity) - report.threshold) < 1e-6
    assert all(-1 <= value <= 1 for value in report.similarity)
    assert report.kept == tuple(sorted(set(report.kept)))
    assert 0 < len(report.kept) < 6
    assert set(report.kept) <= set(range(6))
    dropped = set(range(6)) - set(report.kept)
    lowest_kept = min(report.similarity[frame] for frame in report.kept)
    assert lowest_kept >= max(report.similarity[frame] for frame in dropped)
