"""The publication as the page shows it: its claims, tables, figures and ambiguous passages."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from mer_core.paper.figures import FIGURES, PublishedFigure
from mer_core.paper.findings import Finding, Verdict
from mer_core.paper.tables import SETUPS
from mer_core.reproduction import Artifact
from workbench import address, cached_results, panels, widgets
from workbench.result_tables import result_tables
from workbench.titles import artefact_title, sentence_case

MEANING = {
    Verdict.OK: "the paper's own numbers give what it prints",
    Verdict.ROUNDING: "they do, but for the last digit",
    Verdict.PARTLY: "they bear out one part of the sentence and contradict the other",
    Verdict.MISMATCH: "the paper's numbers contradict each other",
    Verdict.UNVERIFIABLE: "the paper has no numbers to check it against",
}


def draw_claims() -> None:
    """Every numeric claim, recomputed."""
    findings = cached_results.findings()
    counts = Counter(finding.verdict for finding in findings)
    verdicts = widgets.several(
        "Verdicts",
        [str(verdict) for verdict in Verdict],
        key="verdict",
        default=("mismatch",),
        titles=sentence_case,
    )
    kept = [f for f in findings if str(f.verdict) in verdicts] if verdicts else list(findings)
    st.caption(
        f"{len(kept)} of {len(findings)} numeric claims, recomputed where the paper has the "
        "numbers. "
        + "; ".join(f"**{verdict}** ({counts[verdict]}): {MEANING[verdict]}" for verdict in MEANING)
        + "."
    )
    rows = [_row(finding) for finding in kept]
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=420,
        column_order=("claim", "printed", "computed", "verdict", "where"),
        column_config={
            "claim": st.column_config.TextColumn("Claim", width="large"),
            **{name: sentence_case(name) for name in ("printed", "computed", "verdict", "where")},
        },
    )
    if kept:
        named = {f"{finding.claim} ({finding.place})": finding for finding in kept}
        finding = named[widgets.choose("Claim in full", list(named), key="claim")]
        st.markdown(
            f"**{finding.claim}** ({finding.place})\n\n- Printed: {finding.printed}\n"
            f"- Recomputed: {finding.computed or 'cannot be'}"
            + (f", from `{finding.working}`" if finding.working else "")
            + f"\n- Verdict: **{finding.verdict}**; {MEANING[finding.verdict]}"
            + (f"\n- {sentence_case(finding.note)}" if finding.note else "")
        )
    panels.export("claims", table=panels.csv_text(rows), synthetic=False)
    st.caption("The same on the command line: `mer paper audit`.")


def _row(finding: Finding) -> dict[str, str]:
    return {
        "claim": finding.claim,
        "printed": finding.printed,
        "computed": finding.computed,
        "verdict": str(finding.verdict),
        "where": finding.place,
        "note": finding.note,
    }


def draw_tables() -> None:
    """Each table as printed, and as regenerated here."""
    ours = {table.artefact.place: table for table in result_tables()}
    for title, rows in cached_results.paper_tables().items():
        st.header(title, anchor=False)
        st.caption("As printed")
        st.dataframe(
            rows,
            hide_index=True,
            width="stretch",
            height="content",
            column_order=[name for name in rows[0] if any(row[name] for row in rows)],
            column_config={name: _column_title(name) for name in rows[0]},
        )
        place = title.partition(".")[0]
        panels.downloads(place.replace(" ", "_"), table=panels.csv_text(rows), synthetic=False)
        if place not in ours:
            st.info(f"Not regenerated yet: run `mer reproduce {place.replace(' ', '').lower()}`.")
            continue
        st.caption("The paper's and ours")
        ours[place].draw()


def _column_title(name: str) -> str:
    """Return the title of a column of the paper's tables, which is an experiment."""
    return SETUPS[name].title if name in SETUPS else sentence_case(name)


def draw_figures() -> None:
    """Draw every regenerated figure beside what the paper's own shows."""
    artefacts = sorted(cached_results.artefacts(".png"), key=_figures_first)
    if not artefacts:
        st.info("No figure has been regenerated yet: run `mer reproduce all`.")
    if any(artefact.synthetic for artefact, _ in artefacts):
        address.mark_synthetic()
    for artefact, content in artefacts:
        printed = _printed(artefact)
        st.header(artefact.place if printed else artefact_title(artefact), anchor=False)
        ours, theirs = st.columns([3, 1], gap="large") if printed else (st.container(), None)
        with ours:
            st.image(content, output_format="PNG", width="stretch", alt=artefact.title)
            st.caption(f"Ours: {artefact.title}. Made by `{artefact.maker}`.")
        if printed is not None and theirs is not None:
            theirs.markdown(
                f"**In the paper**\n\n{printed.shows}\n\n**In ours**\n\n{printed.differs}"
            )


def _figures_first(entry: tuple[Artifact, bytes]) -> tuple[bool, str]:
    """The paper's figures in their order, then what the paper has no figure of."""
    return _printed(entry[0]) is None, entry[0].place or "~"


def _printed(artefact: Artifact) -> PublishedFigure | None:
    """Return the paper's counterpart of a figure; None for figures that only accompany one."""
    own = artefact.maker_name == artefact.place.lower().replace(". ", "")
    return FIGURES.get(artefact.place) if own else None


def draw_readings() -> None:
    """Passages that can be read in more than one way."""
    st.caption("Passages that can be read in more than one way, and the switch that changes each.")
    topics = cached_results.readings()
    topic = widgets.choose("Topic", list(topics), key="topic", titles=sentence_case)
    for entry in topics[topic]:
        part = panels.lazy_container(st.expander, entry.question, key=entry.id)
        if part.open:
            part.markdown(
                f"**Passage.** {entry.passage}\n\n"
                + "\n".join(f"- `{name}`: {text}" for name, text in entry.choices.items())
                + f"\n\n**Default: `{entry.default}`.** {entry.evidence}"
                + (f"\n\nSwitch: `{entry.switch}`" if entry.switch else "")
            )
