"""The publication, regenerated: each table and figure from data to file, with what made it.

`everything.py` lists them in order. An `ArtifactBuilder` (job.py) says what a result depends on,
and makes files from a `Job`, the order that names data and settings.

    roots.py            which data: the study twins, or a list of roots
    cells.py            a cell of Table 1 or 2 as a study, found again or trained
    held_out.py         a clip, and a network that has not seen its person
    accuracies.py       Tables 1 and 2, with the rows of score_rows.py
    confusions.py       Fig. 5
    table3.py           Table 3, with the timings of speed.py
    architecture.py     Fig. 2
    frames_figure.py    Fig. 1
    feature_figures.py  Figs. 3, 4, 6 and 7
    class_counts.py     Section 4.1
    claim_verdicts.py   every numeric claim, on paper and on data
    controls.py         the controls, and what each frame weighting is worth
    attention_table.py  where networks look, by localisation.py and its parts
    measured.py         records of results, measured cells, and the files that are drawn from them
    manifest.py         files of results, what made each, and the page over them
    review.py           what was reproduced, what was not, and why
    report.py           the same as one HTML file
"""

from mer_core.reproduction.manifest import Artifact, Manifest

__all__ = ["Artifact", "Manifest"]
