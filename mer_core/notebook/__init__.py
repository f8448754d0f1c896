"""What notebooks need besides the core: pictures that answer to sliders, and results at hand.

    from mer_core import notebook as nb

    nb.explore(draw, emotion=nb.EMOTIONS, weighting=nb.WEIGHTINGS)   # sliders and menus
    nb.pictures({"first": clip.frames[0], "last": clip.frames[-1]})  # a row of pictures
    nb.question("one-image")                                         # from the lessons of the app
    nb.Results().scores(1)                                           # the paper's table and ours

Nothing here computes: what is shown comes from the rest of the core.
"""

from mer_core.notebook.choices import EMOTIONS, METHODS, NETWORKS, PEOPLE, WEIGHTINGS
from mer_core.notebook.clips import (
    cut,
    dataset_frame,
    exclusions,
    labels_of,
    sample_of,
    weight_chart,
    weight_sums,
)
from mer_core.notebook.explorer import Explorer, explore
from mer_core.notebook.lessons import answer, question
from mer_core.notebook.networks import (
    answer_frame,
    channel_view,
    cost_frame,
    key_frame_chart,
    key_frames,
    look,
    scores_frame,
    untrained,
)
from mer_core.notebook.pictures import clip_strip, fields, maps, pictures
from mer_core.notebook.results import CROSSINGS, Results, ScoreSheet
from mer_core.notebook.studies import answers_frame, people_frame, shipped_study

__all__ = [
    "CROSSINGS",
    "EMOTIONS",
    "METHODS",
    "NETWORKS",
    "PEOPLE",
    "WEIGHTINGS",
    "Explorer",
    "Results",
    "ScoreSheet",
    "answer",
    "answer_frame",
    "answers_frame",
    "channel_view",
    "clip_strip",
    "cost_frame",
    "cut",
    "dataset_frame",
    "exclusions",
    "explore",
    "fields",
    "key_frame_chart",
    "key_frames",
    "labels_of",
    "look",
    "maps",
    "people_frame",
    "pictures",
    "question",
    "sample_of",
    "scores_frame",
    "shipped_study",
    "untrained",
    "weight_chart",
    "weight_sums",
]
