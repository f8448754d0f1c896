"""The paper's own numbers, recomputed, as frames."""

from __future__ import annotations

from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd

from mer_core.notebook.markup import Card, as_html
from mer_core.paper.architecture import VARIANTS, count_parameters
from mer_core.paper.audit import audit, tally
from mer_core.paper.checks.pooling import own_accuracies
from mer_core.paper.findings import Finding, Verdict
from mer_core.paper.printed import best_sizes, fit_size
from mer_core.paper.published import load_published
from mer_core.paper.readings import TOPICS, readings
from mer_core.paper.tables import TITLES, titled

VERDICTS = [str(verdict) for verdict in Verdict]
"""What recomputing a claim can show."""


class Audit:
    """Every numeric claim of the paper, recomputed from its own numbers.

    Args:
        folder: Numbers in place of those in print; "" takes these.
    """

    def __init__(self, folder: str = "") -> None:
        self.published = load_published(Path(folder) if folder else None)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All claims, in the order of the paper."""
        return audit(self.published)

    @property
    def counts(self) -> pd.DataFrame:
        """Number of claims with each verdict; what is stated and what is implied apart."""
        counted = {
            str(basis): {str(verdict): n for verdict, n in each.items()}
            for basis, each in tally(self.findings).items()
        }
        return pd.DataFrame(counted).T.rename_axis("claims")

    def claims(self, basis: str, verdict: str) -> pd.DataFrame:
        """Return the claims that are stated or implied, and have a verdict."""
        columns = ["claim", "printed", "computed", "working", "place", "note"]
        lines = [
            [titled(str(getattr(one, column))) for column in columns]
            for one in self.findings
            if one.basis == basis and one.verdict == verdict
        ]
        return pd.DataFrame(lines, columns=columns).set_index("claim")

    @property
    def sizes(self) -> pd.DataFrame:
        """Sizes of test sets of which the printed accuracies are fractions."""
        lines = []
        for dataset in self.published.datasets:
            for cross in (True, False):
                cells = own_accuracies(self.published, dataset.name, cross=cross)
                lines.append(
                    {
                        "test set": TITLES[dataset.name],
                        "accuracies": "cross-dataset" if cross else "person-independent",
                        "with the stated size": str(fit_size(cells, dataset.total)),
                        "with the best size": str(best_sizes(cells)[0]),
                    }
                )
        return pd.DataFrame(lines).set_index("test set")

    @property
    def best_sizes(self) -> dict[str, int]:
        """Dataset -> the size that fits most cross-dataset accuracies."""
        return {
            one.name: best_sizes(own_accuracies(self.published, one.name, cross=True))[0].size
            for one in self.published.datasets
        }

    @property
    def parameter_counts(self) -> dict[str, int]:
        """Row of Table 3 and how it is read -> parameters by Eqs. 6 to 16."""
        return {
            f"{row}, {reading}": count_parameters(variant)
            for row, readings in VARIANTS.items()
            for reading, variant in readings.items()
        }

    @property
    def parameters(self) -> pd.DataFrame:
        """The same beside what Table 3 prints."""
        lines = [
            (name, f"{count:,}", str(self.published.cost(name.split(",")[0]).parameters_m))
            for name, count in self.parameter_counts.items()
        ]
        names = ["reading", "parameters", "Table 3, millions"]
        return pd.DataFrame(lines, columns=names).set_index("reading")

    @property
    def readings(self) -> Card:
        """Passages that can be read in several ways, and how they are read here, by topic."""
        return Card("".join(_folded(topic, is_open=topic == TOPICS[0]) for topic in TOPICS))


def _folded(topic: str, *, is_open: bool) -> str:
    """Return the passages of one topic as a table that can be folded away."""
    entries = [entry for entry in readings() if entry.topic == topic]
    lines = [(e.passage, e.question, e.choices[e.default]) for e in entries]
    frame = pd.DataFrame([map(titled, line) for line in lines])
    frame.columns = ["passage", "question", "read here as"]
    title = f"{escape(topic.capitalize())}: {len(entries)} passages"
    return (
        f"<details{' open' * is_open}><summary><b>{title}</b></summary>"
        f"{as_html(frame.set_index('passage'))}</details>"
    )
