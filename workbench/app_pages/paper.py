"""Which of the paper's numbers hold, and what are ours?"""

from __future__ import annotations

import streamlit as st

from mer_core.paper.findings import Verdict
from workbench import address, cached

address.begin_page("Paper", "Which of the paper's numbers hold, and what are ours beside them?")
audit, tables, figures, readings = st.tabs(["Claims", "Tables", "Figures", "Readings"])

with audit:
    verdicts = address.several(
        "Verdicts", [str(verdict) for verdict in Verdict], key="verdict", default=("mismatch",)
    )
    findings = cached.findings()
    kept = [f for f in findings if str(f.verdict) in verdicts] if verdicts else list(findings)
    st.caption(f"{len(kept)} of {len(findings)} numeric claims, each recomputed from the paper.")
    st.dataframe(
        [
            {
                "claim": finding.claim,
                "printed": str(finding.printed),
                "computed": str(finding.computed),
                "verdict": str(finding.verdict),
                "where": finding.place,
                "note": finding.note,
            }
            for finding in kept
        ],
        hide_index=True,
        width="stretch",
        height=520,
        column_config={"claim": st.column_config.TextColumn(width="large")},
    )

with tables:
    for title, rows in cached.paper_tables().items():
        st.subheader(title)
        st.dataframe(rows, hide_index=True, width="stretch")

with figures:
    artefacts = cached.artefacts()
    if not artefacts:
        st.info("No figure has been regenerated yet: run `mer reproduce all`.")
    for artefact, content in artefacts:
        st.image(
            content,
            width="content",
            caption=f"{artefact.place or 'Figure'}: {artefact.title}. Made by {artefact.maker}"
            f"{', synthetic data' if artefact.synthetic else ''}.",
            alt=artefact.title,
        )

with readings:
    st.caption("Passages that can be read in more than one way, and the switch that changes each.")
    topics = cached.readings()
    topic = address.choose("Topic", list(topics), key="topic")
    for entry in topics[topic]:
        with st.expander(entry.question):
            st.markdown(
                f"**Passage.** {entry.passage}\n\n"
                + "\n".join(f"- **{name}**: {text}" for name, text in entry.choices.items())
                + f"\n\n**Default: {entry.default}.** {entry.evidence}\n\n`{entry.switch}`"
            )
address.share()
