"""What a table lets its readers conclude, and what not, in the sentences above it.

Each follows from the intervals in the table's own lines, as its CSV file has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mer_core.ami import WEIGHTINGS
from mer_core.models.catalog import model_entry
from mer_core.plots.tables import range_text

Lines = Sequence[Mapping[str, Any]]


def controls_conclusion(lines: Lines) -> str:
    """Return what the controls show and what they cannot, from the lines of the CSV file."""
    controls = [line for line in lines if line["kind"] == "control"]
    plain = next(line for line in controls if line["name"] == "none")
    score = f"{plain['value']:.3f} ({range_text(plain['low'], plain['high'], form='.3f')})"
    verdict = "cannot be told from chance"
    if plain["low"] > plain["chance"]:
        verdict = "scores above chance"
    elif plain["high"] < plain["chance"]:
        verdict = "scores below chance"
    sentences = [f"Unchanged, the network {verdict}: {score}."]
    changed = [line for line in controls if line["change_low"] is not None]
    differ = [
        f"{line['title']} ({line['change']:+.3f})"
        for line in changed
        if not line["change_low"] <= 0 <= line["change_high"]
    ]
    if changed:
        named = ", ".join(differ) or "none"
        sentences.append(f"Changes whose interval excludes zero, of {len(changed)}: {named}.")
    known = [line for line in lines if line["kind"] == "identity"]
    shown = [WEIGHTINGS.get(one["name"]).title for one in known if one["low"] > one["chance"]]
    if known:
        sentences.append(f"Who is in an image can be told under {_listed(shown, known)}.")
    return " ".join(sentences)


def images_of(weighting: str) -> str:
    """Name the images of a weighting, within a sentence."""
    return f"{WEIGHTINGS.get(weighting).title.lower()} weights"


def weightings_conclusion(lines: Lines) -> str:
    """Return under which weightings expression and identity can be told at all."""
    above = {
        score: [
            WEIGHTINGS.get(line["weighting"]).title
            for line in lines
            if line[f"{score}_low"] > line[f"{score}_chance"]
        ]
        for score in ("uar", "identity")
    }
    best = max(lines, key=lambda line: line["uar"])
    rivals = [line for line in lines if line["uar_high"] >= best["uar_low"] and line is not best]
    lead = WEIGHTINGS.get(best["weighting"]).title
    if rivals:
        names = ", ".join(WEIGHTINGS.get(line["weighting"]).title for line in rivals)
        lead += f", whose interval overlaps with that of {names}"
    best_of = f", best under {lead}" if above["uar"] else ""
    return (
        f"Expression is recognised above chance under {_listed(above['uar'], lines)}{best_of}; "
        f"who it is, under {_listed(above['identity'], lines)}."
    )


def _listed(weightings: Sequence[str], lines: Lines) -> str:
    if not weightings:
        return "no weighting"
    return "every weighting" if len(weightings) == len(lines) else ", ".join(weightings)


def layers_conclusion(lines: Lines) -> str:
    """Return how many layers answer the motion better than chance, and which default layers."""
    above = [line for line in lines if line["low"] > 1]
    titles = [model_entry(line["network"]).title for line in above if line["default"]]
    return (
        f"Of {len(lines)} layers {len(above)} lie above chance (1) with the whole 95 % interval, "
        f"among them the default layers of {', '.join(titles) or 'no network'}."
    )
