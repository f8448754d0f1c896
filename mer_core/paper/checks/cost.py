"""Table 3: against the sentences about it, against Eqs. 6 to 16, and within itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from statistics import median

from mer_core.paper.architecture import STANDARD_PARAMETERS, VARIANTS, count_parameters
from mer_core.paper.findings import Basis, Check, Claim, Outcome, Verdict, compare, equal
from mer_core.paper.printed import Printed
from mer_core.paper.published import Published
from mer_core.paper.statements import Statement
from mer_core.paper.tables import CostRow, place

BASELINES = ("VGG-16", "VGG-19", "ResNet-50", "MobileNet")
ABLATIONS = tuple(name for name in VARIANTS if name.startswith("Af-Net-"))


def _parameters(published: Published, statement: Statement) -> Outcome:
    network, printed = statement.subject, Printed(statement.printed)
    cell = published.cost(network).parameters_m
    if printed.decimal == cell.decimal:
        return Outcome(computed=str(cell), verdict=Verdict.OK, working="Table 3", note="")
    counts = _exact_counts(network)
    for count in counts.values():
        million = Decimal(count).scaleb(-6)
        if Verdict.MISMATCH not in (compare(printed, million), compare(cell, million)):
            return Outcome(
                computed=str(cell),
                verdict=Verdict.ROUNDING,
                working="Table 3",
                note=f"{count:,} by Eqs. 6 to 16 rounds to the one and is cut to the other",
            )
    matches = [
        f"{printed} fits {name} with {classes} classes ({count:,})"
        for name, by_classes in STANDARD_PARAMETERS.items()
        for classes, count in by_classes.items()
        if printed.is_rounding_of(Decimal(count).scaleb(-6))
    ]
    note = "; ".join([*matches, statement.remark]).strip("; ")
    return Outcome(computed=str(cell), verdict=Verdict.MISMATCH, working="Table 3", note=note)


def _exact_counts(network: str) -> Mapping[str, int]:
    readings = VARIANTS.get(network, {})
    return {reading: count_parameters(variant) for reading, variant in readings.items()}


def _memory(published: Published, statement: Statement) -> Outcome:
    cell = published.cost(statement.subject).memory_mb
    verdict = equal(cell.decimal == Printed(statement.printed).decimal)
    return Outcome(computed=str(cell), verdict=verdict, working="Table 3", note=statement.remark)


def _fewest_parameters(published: Published, statement: Statement) -> Outcome:
    costs = {name: published.cost(name).parameters_m for name in (statement.subject, *BASELINES)}
    return _smallest(statement, costs)


def _least_memory(published: Published, statement: Statement) -> Outcome:
    costs = {name: published.cost(name).memory_mb for name in (statement.subject, *BASELINES)}
    return _smallest(statement, costs)


def _smallest(statement: Statement, costs: Mapping[str, Printed]) -> Outcome:
    least = min(costs, key=costs.__getitem__)
    return Outcome(
        computed=f"least is {least}, {costs[least]}",
        verdict=equal(least == statement.subject),
        working=", ".join(f"{name} {cost}" for name, cost in costs.items()),
    )


def _less_time(published: Published, statement: Statement) -> Outcome:
    mine = published.cost(statement.subject)
    smaller_not_faster = [
        row.network
        for row in published.table3
        if row.network in ABLATIONS and row.parameters_m < mine.parameters_m
        if row.speed_s > 0.95 * mine.speed_s
    ]
    small, large = published.cost("ResNet-50"), published.cost("VGG-16")
    note = (
        f"what the seconds measure is not stated; ResNet-50 ({small.parameters_m} M, "
        f"{small.speed_s} s) is listed beside VGG-16 ({large.parameters_m} M, {large.speed_s} s)"
    )
    if smaller_not_faster:
        note += f"; smaller yet as slow: {', '.join(smaller_not_faster)}"
    return Outcome(computed="", verdict=Verdict.UNVERIFIABLE, note=note)


SENTENCES: Mapping[str, Check] = {
    "parameters": _parameters,
    "memory": _memory,
    "fewest parameters": _fewest_parameters,
    "least memory": _least_memory,
    "less time": _less_time,
}

# Megabytes per million parameters may stray this far from the column's median.
_STRAY = 0.15


def implied_claims(published: Published) -> Iterator[Claim]:
    """Table 3 follows from the networks' definitions, and its memory from its parameters."""
    for row in published.table3:
        yield Claim(
            id=f"table3/parameters/{row.network}",
            claim=f"Parameters of {row.network} by its definition, in millions",
            printed=str(row.parameters_m),
            place=place(3, row.network, "# Parameters"),
            compute=partial(_by_definition, network=row.network),
            basis=Basis.IMPLIED,
        )
        yield Claim(
            id=f"table3/memory/{row.network}",
            claim=f"Memory of {row.network} is in proportion to its parameters",
            printed=str(row.memory_mb),
            place=place(3, row.network, "# Memory"),
            compute=partial(_in_proportion, network=row.network),
            basis=Basis.IMPLIED,
        )
    yield Claim(
        id="table3/memory-order",
        claim="The ablation with 3x3 filters takes more memory than the one with 1x1 filters",
        printed=" and ".join(str(published.cost(f"Af-Net-{k}").memory_mb) for k in ("3x3", "1x1")),
        place="Table 3, rows Af-Net-3x3 and Af-Net-1x1, column # Memory",
        compute=_memory_order,
        basis=Basis.IMPLIED,
    )
    yield Claim(
        id="table3/speed",
        claim="Seconds in the column Speed",
        printed=" to ".join(
            str(extreme(published.table3, key=lambda row: row.speed_s).speed_s)
            for extreme in (min, max)
        ),
        place="Table 3, column Speed",
        compute=_speed,
        basis=Basis.IMPLIED,
    )


def _by_definition(published: Published, network: str) -> Outcome:
    printed = published.cost(network).parameters_m
    counts = _exact_counts(network) or {"1000 classes": STANDARD_PARAMETERS[network][1000]}
    verdicts = {
        reading: compare(printed, Decimal(count).scaleb(-6)) for reading, count in counts.items()
    }
    chosen, *others = counts  # the reading that the catalogue builds comes first
    notes = ["cut, not rounded"] * (verdicts[chosen] is Verdict.ROUNDING)
    notes += [f"{name}: {counts[name]:,}, {_FIT[verdicts[name]]}" for name in others]
    return Outcome(
        computed=f"{counts[chosen]:,}",
        verdict=verdicts[chosen],
        working=chosen,
        note="; ".join(notes),
    )


_FIT = {
    Verdict.OK: "which rounds to it",
    Verdict.ROUNDING: "which is cut to it",
    Verdict.MISMATCH: "which does not fit",
}


def _in_proportion(published: Published, network: str) -> Outcome:
    rates = {row.network: row.memory_mb / row.parameters_m for row in published.table3}
    usual, row = median(rates.values()), published.cost(network)
    strays = abs(rates[network] / usual - 1) > _STRAY
    return Outcome(
        computed=f"{usual * row.parameters_m:.3g}",
        verdict=equal(not strays),
        working=f"{usual:.2f} MB per million, the median of the column",
        note=_stray_note(row, rates[network]) if strays else "",
    )


def _stray_note(row: CostRow, rate: float) -> str:
    # 4 bytes a parameter; the other rows lie a little below in units of 2**20 bytes.
    matches = [
        name
        for name, counts in STANDARD_PARAMETERS.items()
        if abs(counts[1000] * 4 / 2**20 / row.memory_mb - 1) < 0.03
    ]
    fits = f"; fits {matches[0]} with 32-bit weights" if matches else ""
    return f"{rate:.2f} MB per million{fits}"


def _memory_order(published: Published) -> Outcome:
    larger, smaller = published.cost("Af-Net-3x3"), published.cost("Af-Net-1x1")
    difference = larger.memory_mb.decimal - smaller.memory_mb.decimal
    return Outcome(
        computed=f"{difference:+} MB",
        verdict=equal(difference > 0),
        working=f"{larger.memory_mb} - {smaller.memory_mb}",
        note="" if difference > 0 else "the two cells look swapped",
    )


def _speed(published: Published) -> Outcome:
    return Outcome(
        computed="",
        verdict=Verdict.UNVERIFIABLE,
        note="neither hardware nor what is timed is stated",
    )
