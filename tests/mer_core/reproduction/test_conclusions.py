"""The sentences above the tables say what the intervals allow, and no more."""

from mer_core.reproduction.conclusions import (
    controls_conclusion,
    layers_conclusion,
    weightings_conclusion,
)


def control(name, low, high, *, change=None, title=""):
    line = {"kind": "control", "name": name, "title": title, "chance": 0.25}
    value = (low + high) / 2
    ends = dict(zip(("change_low", "change", "change_high"), change or (None,) * 3, strict=True))
    return {**line, "value": value, "low": low, "high": high, **ends}


def identity(name, low):
    return {"kind": "identity", "name": name, "low": low, "chance": 0.06, "change_low": None}


def test_controls_say_whether_there_was_anything_to_take_away():
    lines = [
        control("none", 0.24, 0.40),
        control("motionless", 0.2, 0.3, change=(-0.2, -0.1, -0.02), title="clips without motion"),
        control("time-reversed", 0.3, 0.4, change=(-0.1, 0.0, 0.1), title="frames reversed"),
        identity("full", 0.9),
        identity("linear", 0.05),
    ]
    assert controls_conclusion(lines) == (
        "Unchanged, the network cannot be told from chance: 0.320 (0.240 to 0.400). Changes whose "
        "interval excludes zero, of 2: clips without motion (-0.100). Who is in an image can be "
        "told under Full."
    )
    trained = [control("none", 0.26, 0.40), lines[2], identity("full", 0.9)]
    assert controls_conclusion(trained) == (
        "Unchanged, the network scores above chance: 0.330 (0.260 to 0.400). Changes whose "
        "interval excludes zero, of 1: none. Who is in an image can be told under every weighting."
    )
    worse = controls_conclusion([control("none", 0.05, 0.15), identity("full", 0.01)])
    assert worse.startswith("Unchanged, the network scores below chance")
    assert worse.endswith("can be told under no weighting.")


def test_the_best_weighting_is_not_named_without_those_that_it_cannot_be_told_from():
    def line(name, low, high):
        scores = {"uar": (low + high) / 2, "uar_low": low, "uar_high": high, "uar_chance": 0.25}
        return {"weighting": name, **scores, "identity_low": 0.5, "identity_chance": 0.1}

    lines = [line("full", 0.5, 0.6), line("literal", 0.7, 0.8), line("rank-pooling", 0.75, 0.85)]
    assert weightings_conclusion([*lines, line("linear", 0.2, 0.3)]) == (
        "Expression is recognised above chance under Full, Literal, Rank pooling, best under Rank "
        "pooling, whose interval overlaps with that of Literal; who it is, under every weighting."
    )
    assert "best under Rank pooling; who" in weightings_conclusion([lines[0], lines[2]])
    assert weightings_conclusion([line("linear", 0.2, 0.3)]) == (
        "Expression is recognised above chance under no weighting; who it is, under every "
        "weighting."
    )


def test_layers_above_chance_are_counted_and_default_ones_named():
    lines = [
        {"network": "affectivenet", "low": 1.1, "default": 1},
        {"network": "affectivenet", "low": 1.2, "default": 0},
        {"network": "learnet", "low": 0.9, "default": 1},
    ]
    assert layers_conclusion(lines) == (
        "Of 3 layers 2 lie above chance (1) with the whole 95 % interval, among them the default "
        "layers of AffectiveNet."
    )
