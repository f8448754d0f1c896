"""What notebooks need besides the core: pictures that answer to sliders, and results at hand.

    from mer_core import notebook as nb

    nb.explore(draw, emotion=nb.EMOTIONS, weighting=nb.WEIGHTINGS)   # sliders and menus
    nb.pictures({"first": clip.frames[0], "last": clip.frames[-1]})  # a row of pictures
    nb.question("one-image")                                         # from the lessons of the app
    nb.Results().table(1)                                            # the paper's tables and ours

Nothing here computes: what is shown comes from the rest of the core.
"""

from mer_core.notebook.choices import (
    EMOTIONS,
    METHODS,
    NETWORKS,
    PEOPLE,
    WEIGHTINGS,
    layer_choices,
)
from mer_core.notebook.explorer import Explorer, explore
from mer_core.notebook.lessons import answer, question
from mer_core.notebook.pictures import channels, clip_strip, fields, maps, pictures
from mer_core.notebook.results import Results, ScoreSheet, shipped_study

__all__ = [
    "EMOTIONS",
    "METHODS",
    "NETWORKS",
    "PEOPLE",
    "WEIGHTINGS",
    "Explorer",
    "Results",
    "ScoreSheet",
    "answer",
    "channels",
    "clip_strip",
    "explore",
    "fields",
    "layer_choices",
    "maps",
    "pictures",
    "question",
    "shipped_study",
]
