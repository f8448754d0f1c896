"""A picture that follows sliders and menus, and the choices they offer; one picture without them.

A notebook that runs shows controls above whatever a function draws. On a page, on GitHub, and
wherever nothing answers to a slider, the drawing for the first choices stands alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any

from mer_core.ami import WEIGHTINGS as _WEIGHTINGS
from mer_core.attribution import METHODS as _METHODS
from mer_core.datasets.synthetic import EMOTIONS as _EMOTIONS
from mer_core.errors import MerError
from mer_core.models.catalog import compared_models, model_entry
from mer_core.models.shipped import shipped_weights
from mer_core.notebook.markup import as_html
from mer_core.paper.checks.accuracy import ABLATIONS as ABLATED
from mer_core.reproduction.cells import NETWORKS as NETWORKS_OF_ROWS

Choices = Mapping[str, Any] | Sequence[Any] | range | tuple[int, int]
"""Title -> value, a sequence of values, a range of numbers, or the ends of an interval in it."""

_WIDGET = "application/vnd.jupyter.widget-view+json"


class Explorer:
    """A function and what its arguments may be; use `explore` to make one.

    Args:
        draw: Returns what is shown; defaults of its arguments are what stands there first.
        choices: Argument -> what it may be.
    """

    def __init__(self, draw: Callable[..., Any], choices: Mapping[str, Choices]) -> None:
        self.draw, self.choices = draw, choices
        defaults = inspect.signature(draw).parameters
        self.first: dict[str, Any] = {}
        for name, offered in choices.items():
            given = defaults[name].default
            values = _values(offered)
            fallback = values[0] if values else offered
            self.first[name] = fallback if given is inspect.Parameter.empty else given

    def render(self, **changes: Any) -> str:
        """Return what is shown for the first choices, or for those that differ from them."""
        chosen = {**self.first, **changes}
        alt = self._label_choices(chosen)
        try:
            return as_html(self.draw(**chosen), alt=f"Shown for {alt}")
        except MerError as error:
            return f"<p>{escape(str(error))}</p>"

    @cached_property
    def widget(self) -> Any:
        """Controls with the drawing below them; it is drawn again when one of them moves."""
        import ipywidgets

        controls = {name: self._control(name) for name in self.choices}
        page = ipywidgets.HTML(self.render())

        def redraw(_change: object) -> None:
            page.value = self.render(**{name: box.value for name, box in controls.items()})

        for box in controls.values():
            box.observe(redraw, "value")
        row = ipywidgets.Layout(flex_flow="row wrap")
        return ipywidgets.VBox([ipywidgets.Box(list(controls.values()), layout=row), page])

    def _control(self, name: str) -> Any:
        import ipywidgets

        offered, first = self.choices[name], self.first[name]
        about = {
            "description": _label(name),
            "style": {"description_width": "initial"},
            "layout": ipywidgets.Layout(width="auto", min_width="15em", margin="2px 12px 2px 0"),
        }
        if isinstance(first, tuple):
            low, high = offered
            return ipywidgets.IntRangeSlider(
                value=first, min=low, max=high, continuous_update=False, **about
            )
        if isinstance(offered, range):
            return ipywidgets.IntSlider(
                value=first,
                min=offered[0],
                max=offered[-1],
                step=offered.step,
                continuous_update=False,
                **about,
            )
        options = list(offered.items()) if isinstance(offered, Mapping) else list(offered)
        return ipywidgets.Dropdown(options=options, value=first, **about)

    def _label_choices(self, chosen: Mapping[str, Any]) -> str:
        """Return choices as a reader knows them."""
        return ", ".join(
            f"{_label(name).lower()} {self._title(name, value)}" for name, value in chosen.items()
        )

    def _title(self, name: str, value: Any) -> str:
        offered = self.choices[name]
        if isinstance(value, tuple):
            return f"{value[0]} to {value[1]}"
        pairs = offered.items() if isinstance(offered, Mapping) else ()
        return next((title for title, own in pairs if own == value), str(value))

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        """Return controls for those who can show them, and the first drawing for all others."""
        chosen = escape(self._label_choices(self.first))
        note = f"<p><small>Shown: {chosen}. In JupyterLab these are controls.</small></p>"
        still = {"text/html": self.widget.children[-1].value + note}
        view = self.widget._repr_mimebundle_() or {}
        return {**{kind: view[kind] for kind in view if kind == _WIDGET}, **still}


def explore(draw: Callable[..., Any], **choices: Choices) -> Explorer:
    """Show what `draw` returns, under controls for its arguments.

    Args:
        draw: Callback that gets one value for each argument. Defaults of its arguments come first.
        **choices: Argument -> a mapping of titles to values or a sequence of values (a menu), a
            `range` (a slider), or the two ends of an interval of whole numbers (a slider with two
            handles, whose value is a pair).

    Returns:
        What a notebook shows as controls, and pages without them as one picture.

    Example:
        >>> explore(lambda side=2: f"area {side**2}", side=range(1, 5)).render(side=3)
        '<p>area 9</p>'
    """
    return Explorer(draw, choices)


def _values(offered: Choices) -> Sequence[Any]:
    if isinstance(offered, Mapping):
        return list(offered.values())
    found: Iterable[Any] = offered
    return list(found) if not isinstance(offered, tuple) else ()


def _label(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


PEOPLE = range(1, 13)
"""Numbers of generated people."""

EMOTIONS = {name.capitalize(): name for name in _EMOTIONS}
"""Title -> emotion that a generated person can show."""

WEIGHTINGS = {entry.title: entry.name for entry in _WEIGHTINGS}
"""Title -> frame weighting."""

NETWORKS = {
    model_entry(name).title: name
    for name in dict.fromkeys(shipped.card.model for shipped in shipped_weights())
}
"""Title -> network whose trained weights ship."""

METHODS = {
    _METHODS.get(name).title: name
    for name in (
        "grad-cam",
        "saliency",
        "input-x-gradient",
        "integrated-gradients",
        "guided-backprop",
        "occlusion",
    )
}


PARTS = {
    "First convolution": "first",
    "EncapFeat f1": "f1",
    "EncapFeat f2": "f2",
    "Refinement": "refine",
}
"""Title -> last part of the names of AffectiveNet's layers, which all its branches have."""

STRONGEST = -1
"""In place of a channel: the three that respond most where the face moves."""

CHANNELS = {"the three strongest": STRONGEST, **{str(number): number for number in range(64)}}
"""Title -> channel; a layer that has fewer counts on from its first."""

COMPARED = tuple(entry.name for entry in compared_models())
"""Networks that are set beside each other on one clip."""

OWN_ROWS = ("ResNet-50", "MobileNet", "AffectiveNet-1")
"""Rows of the accuracy tables that the paper ran itself, but for the ablations."""

ABLATION_ROWS = ("AffectiveNet-1", *ABLATED)
"""The full network and its six ablations, as Table 1 names them."""

ABLATIONS = {
    row: NETWORKS_OF_ROWS[row]
    for row in ABLATION_ROWS
    if model_entry(NETWORKS_OF_ROWS[row]).branches()
}
"""Row -> network with parallel branches."""
