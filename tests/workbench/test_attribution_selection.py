"""Forms from declarations: each kind of parameter becomes a widget with its own limits."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def drawn() -> None:
    """A page of its own, as AppTest runs it."""
    import streamlit as st

    from mer_core.attribution import Parameter
    from workbench.attribution_selection import parameter_form

    st.session_state["found"] = parameter_form(
        [
            Parameter(name="steps", title="Steps", kind="int", default=8, low=1, high=20),
            Parameter(name="noise", title="Noise", kind="float", default=0.1, low=0.0, high=0.5),
            Parameter(name="on", title="On", kind="bool", default=True),
            Parameter(name="way", title="Way", kind="choice", default="b", choices=("a", "b")),
        ],
        key="form",
    )


def test_defaults_are_those_declared():
    app = AppTest.from_function(drawn, default_timeout=60).run()
    assert not app.exception
    assert app.session_state["found"] == {"steps": 8, "noise": 0.1, "on": True, "way": "b"}


def test_widgets_give_what_is_set_in_the_declared_type():
    app = AppTest.from_function(drawn, default_timeout=60).run()
    app.number_input(key="form.steps").set_value(3)
    app.number_input(key="form.noise").set_value(0.25)
    app.toggle(key="form.on").set_value(False)
    app.selectbox(key="form.way").set_value("a").run()
    assert app.session_state["found"] == {"steps": 3, "noise": 0.25, "on": False, "way": "a"}
    assert type(app.session_state["found"]["steps"]) is int


def test_an_address_out_of_bounds_is_brought_back():
    app = AppTest.from_function(drawn, default_timeout=60)
    app.query_params["form.steps"] = "9999"
    app.query_params["form.way"] = "../c"
    app.run()
    assert not app.exception
    assert app.session_state["found"]["steps"] <= 20
    assert app.session_state["found"]["way"] == "b"
