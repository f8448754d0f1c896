"""What the paper's figures show, in words, to be read beside ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PublishedFigure:
    """One figure of Verma, Vipparthi and Singh, arXiv 2104.07569.

    Attributes:
        place: "Fig. 1" to "Fig. 7".
        shows: What is printed.
        differs: What ours does differently, and why.
    """

    place: str
    shows: str
    differs: str


FIGURES = {
    figure.place: figure
    for figure in (
        PublishedFigure(
            place="Fig. 1",
            shows="Three rows: (a) frames of one clip, (b) the motion image of each, which is the "
            "frame times its weight, (c) the affective-motion image. Red boxes mark the regions "
            "that move.",
            differs="The weights are printed, and all motion images share one signed scale.",
        ),
        PublishedFigure(
            place="Fig. 2",
            shows="The whole network from left to right: four parallel branches with kernels of 3, "
            "5, 7 and 11, joined and followed by the multi-scale layers and the classifier.",
            differs="Every box gives its number of maps and their size, computed from the network.",
        ),
        PublishedFigure(
            place="Fig. 3",
            shows="Feature maps of one happy image at each convolution of the four branches, with "
            "red boxes on regions that the authors call expressive.",
            differs="The regions are those that move by the ground truth, not chosen by eye.",
        ),
        PublishedFigure(
            place="Fig. 4",
            shows="Maps of the first level for an angry and a happy image; red boxes where the two "
            "differ.",
            differs="Both images are of one subject, on one scale, and their difference is shown.",
        ),
        PublishedFigure(
            place="Fig. 5",
            shows="Seven confusion matrices (a to g). Cells are shares of all clips: each matrix "
            "sums to 1.",
            differs="Each row is divided by its clips, whose number stands in the cells.",
        ),
        PublishedFigure(
            place="Fig. 6",
            shows="The three strongest maps of ResNet, MobileNet and AffectiveNet for four clips: "
            "disgust in CASME, happiness in CASME II, disgust in CAS(ME)², others in SAMM.",
            differs="Maps are ranked by their response where the face moves; labels say how each "
            "network was trained.",
        ),
        PublishedFigure(
            place="Fig. 7",
            shows="First-layer responses to one disgust image in four variants of the network: "
            "KS-1, KS-2, LFC and AffectiveNet.",
            differs="The label of each network says whether and on what it was trained; ablations "
            "without a finished study are untrained.",
        ),
    )
}
