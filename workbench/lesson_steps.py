"""The steps of the guided path, in their order."""

from __future__ import annotations

from workbench.lesson import Lesson
from workbench.lesson_evidence import leak, leave_one_out, summary
from workbench.lesson_face import carries_motion, micro_expression, one_image
from workbench.lesson_network import attribution, kernels, prediction, three_networks

LESSONS = (
    Lesson("micro-expression", "What is a micro-expression?", micro_expression),
    Lesson("one-image", "One image from many frames", one_image),
    Lesson("carries-motion", "Which weighting carries the motion?", carries_motion),
    Lesson("kernels", "Why four kernel sizes?", kernels),
    Lesson("prediction", "What does it predict?", prediction),
    Lesson("three-networks", "Three networks, one clip", three_networks),
    Lesson("attribution", "Reading an attribution", attribution),
    Lesson("leave-one-out", "Leave one subject out", leave_one_out),
    Lesson("leak", "How a leak fools you", leak),
    Lesson("summary", "What to take home", summary),
)
