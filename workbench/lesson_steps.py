"""The steps of the guided path, in their order."""

from __future__ import annotations

from mer_core.lessons import lessons
from workbench.lesson import Lesson
from workbench.lesson_evidence import leak, leave_one_out, summary
from workbench.lesson_face import carries_motion, micro_expression, one_image
from workbench.lesson_network import attribution, kernels, prediction, three_networks

_DRAWN = {
    "micro-expression": micro_expression,
    "one-image": one_image,
    "carries-motion": carries_motion,
    "kernels": kernels,
    "prediction": prediction,
    "three-networks": three_networks,
    "attribution": attribution,
    "leave-one-out": leave_one_out,
    "leak": leak,
    "summary": summary,
}

LESSONS = tuple(Lesson(one.name, one.title, _DRAWN[one.name]) for one in lessons())
