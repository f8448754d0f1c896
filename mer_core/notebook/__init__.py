"""What notebooks need besides the core: pictures that answer to sliders, and results at hand.

    from mer_core import notebook as nb

    nb.explore(draw, emotion=nb.EMOTIONS, weighting=nb.WEIGHTINGS)   # sliders and menus
    nb.pictures({"first": clip.frames[0], "last": clip.frames[-1]})  # a row of pictures
    nb.question("one-image")                                         # from the lessons of the app
    nb.Results().scores(1)                                           # the paper's table and ours

Nothing here computes: what is shown comes from the rest of the core.
"""

from mer_core.inputs.recording import clip_facts
from mer_core.notebook.audit import VERDICTS, Audit
from mer_core.notebook.clips import (
    cut,
    dataset_frame,
    exclusions,
    keeps_face,
    labels,
    motion_words,
    people_chart,
    sample_of,
    titles,
    weight_chart,
    weight_sums,
)
from mer_core.notebook.explorer import (
    ABLATION_ROWS,
    ABLATIONS,
    CHANNELS,
    COMPARED,
    EMOTIONS,
    METHODS,
    NETWORKS,
    OWN_ROWS,
    PARTS,
    PEOPLE,
    WEIGHTINGS,
    Explorer,
    explore,
)
from mer_core.notebook.lessons import answer, question
from mer_core.notebook.markup import table
from mer_core.notebook.networks import (
    agreement_words,
    answer_frame,
    channel_view,
    cost_frame,
    field_words,
    guess_maps,
    guess_words,
    inspect,
    key_frame_chart,
    key_frame_strip,
    key_frames,
    layer_of,
    predictions_frame,
    scores_frame,
    share_chart,
    untrained,
)
from mer_core.notebook.pictures import clip_strip, fields, maps, pictures
from mer_core.notebook.results import CROSSINGS, DATA_VERDICTS, Results, ScoreSheet, plain
from mer_core.notebook.studies import (
    answers_frame,
    leak_chart,
    leak_words,
    people_frame,
    shipped_study,
)

__all__ = [
    "ABLATIONS",
    "ABLATION_ROWS",
    "CHANNELS",
    "COMPARED",
    "CROSSINGS",
    "DATA_VERDICTS",
    "EMOTIONS",
    "METHODS",
    "NETWORKS",
    "OWN_ROWS",
    "PARTS",
    "PEOPLE",
    "VERDICTS",
    "WEIGHTINGS",
    "Audit",
    "Explorer",
    "Results",
    "ScoreSheet",
    "agreement_words",
    "answer",
    "answer_frame",
    "answers_frame",
    "channel_view",
    "clip_facts",
    "clip_strip",
    "cost_frame",
    "cut",
    "dataset_frame",
    "exclusions",
    "explore",
    "field_words",
    "fields",
    "guess_maps",
    "guess_words",
    "inspect",
    "keeps_face",
    "key_frame_chart",
    "key_frame_strip",
    "key_frames",
    "labels",
    "layer_of",
    "leak_chart",
    "leak_words",
    "maps",
    "motion_words",
    "people_chart",
    "people_frame",
    "pictures",
    "plain",
    "predictions_frame",
    "question",
    "sample_of",
    "scores_frame",
    "share_chart",
    "shipped_study",
    "table",
    "titles",
    "untrained",
    "weight_chart",
    "weight_sums",
]
