"""Every figure of the paper is described once, under the place that our figures are made for."""

from mer_core.paper.figures import FIGURES
from mer_core.reproduction.everything import BUILDERS


def test_the_seven_figures_are_described():
    assert list(FIGURES) == [f"Fig. {i}" for i in range(1, 8)]
    assert all(place == figure.place for place, figure in FIGURES.items())


def test_every_maker_of_a_figure_has_its_description():
    places = {one.paper_reference for one in BUILDERS if one.paper_reference.startswith("Fig.")}
    assert places == set(FIGURES)
