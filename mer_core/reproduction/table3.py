"""Table 3, the ledger: what the paper prints of each network's cost beside what we measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import torch

from mer_core.models.catalog import model_entry
from mer_core.models.complexity import Complexity, measure
from mer_core.models.loaded import build_seeded
from mer_core.paper.printed import Printed
from mer_core.paper.published import TABLE3
from mer_core.paper.tables import CostRow
from mer_core.plots.tables import Table
from mer_core.reproduction.job import BuildResult
from mer_core.reproduction.measured import Product, table_files
from mer_core.reproduction.speed import forward_pass, random_batch, side_by_side

PAPER_CLASSES, IMAGENET_CLASSES = 4, 1000
REFERENCE = "resnet50"
BATCHES = (1, 32)
MEBIBYTE = 2**20
_MORE_AT_ONE = 10  # rounds at batch 1, which are short and so more easily disturbed

TITLE = "What each network costs: the paper's figures beside ours"

MEMORY_TOLERANCE = 0.03
"""The memory column is not the size of the weights (8.3 MB printed, 8.7 MiB held), but its ratio
to that size is nearly the same in most rows. A cell counts as consistent within this share of the
ratio in AffectiveNet's own row."""

# Row of the paper -> our readings of it, as (network, classes). The first is the one that counts.
NETWORK_READINGS: dict[str, tuple[tuple[str, int], ...]] = {
    "VGG-16": (("vgg16", IMAGENET_CLASSES), ("vgg16", PAPER_CLASSES)),
    "VGG-19": (("vgg19", IMAGENET_CLASSES), ("vgg19", PAPER_CLASSES)),
    "ResNet-50": (("resnet50", IMAGENET_CLASSES), ("resnet50", PAPER_CLASSES)),
    "MobileNet": (("mobilenet", IMAGENET_CLASSES), ("mobilenet", PAPER_CLASSES)),
    "Af-Net-KS-1": (("affectivenet-ks1", PAPER_CLASSES),),
    "Af-Net-KS-2": (("affectivenet-ks2", PAPER_CLASSES),),
    "Af-Net-LFC": (
        ("affectivenet-lfc", PAPER_CLASSES),
        ("affectivenet-lfc-once", PAPER_CLASSES),
    ),
    "Af-Net-WoMFL": (
        ("affectivenet-womfl", PAPER_CLASSES),
        ("affectivenet-womfl-shallow", PAPER_CLASSES),
    ),
    "Af-Net-3x3": (("affectivenet-3x3", PAPER_CLASSES),),
    "Af-Net-1x1": (
        ("affectivenet-1x1", PAPER_CLASSES),
        ("affectivenet-1x1-all", PAPER_CLASSES),
    ),
    "AffectiveNet-1": (("affectivenet", PAPER_CLASSES),),
}

# What the numbers alone do not say.
REMARKS: dict[tuple[str, int], str] = {
    ("resnet50", IMAGENET_CLASSES): (
        "The paper's 44 MB, and 11.7 M in its text, are ResNet-18's (11,689,512; 44.6 MiB)."
    ),
    ("mobilenet", IMAGENET_CLASSES): "The paper's text says 3.2 M: the same network, 4 classes.",
    ("mobilenet", PAPER_CLASSES): "The paper's text says 3.2 M.",
    ("affectivenet-3x3", PAPER_CLASSES): (
        "No reading of the sentence gives 2.1 M; its memory cell looks swapped with that of 1x1."
    ),
    ("affectivenet", PAPER_CLASSES): "The paper's text says 2.3 M, which rounds.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One reading of one row of Table 3.

    Attributes:
        network: As the paper prints it.
        model: Our name for this reading.
        classes: Size of the head.
        chosen: Whether this is the reading that counts for the row.
        parameters: Ours, trainable.
        printed_parameters: The paper's, in millions.
        agreement: "rounded", "truncated", "rounded and truncated" or "none": how ours becomes
            the paper's digits.
        memory_mib: Ours, the weights as held in memory.
        printed_memory: The paper's megabytes.
        memory_consistent: Whether printed / ours is that of AffectiveNet's row.
        multiply_adds: Ours, of one input.
        printed_speed: The paper's seconds; it does not say of what.
        printed_speed_ratio: The same relative to its ResNet-50.
        speed_ratios: Ours relative to ResNet-50 in one run, by batch size; empty if not timed.
        verdict: In words.
        remark: What the numbers do not say, or "".
    """

    network: str
    model: str
    classes: int
    chosen: bool
    parameters: int
    printed_parameters: Printed
    agreement: str
    memory_mib: float
    printed_memory: Printed
    memory_consistent: bool
    multiply_adds: int
    printed_speed: Printed
    printed_speed_ratio: float
    speed_ratios: dict[int, float]
    verdict: str
    remark: str


Speeds = dict[int, dict[str, float]]
"""Batch size -> network -> seconds per input."""


def ledger(*, speeds: Speeds | None = None) -> tuple[LedgerRow, ...]:
    """Every reading of every row of Table 3, in the paper's order."""
    base = measure(model_entry("affectivenet"), classes=PAPER_CLASSES)
    base_share = _printed("AffectiveNet-1").memory_mb / (base.weight_bytes / MEBIBYTE)
    return tuple(
        _row(row, model, classes, chosen=i == 0, base_share=base_share, speeds=speeds or {})
        for row in TABLE3
        for i, (model, classes) in enumerate(NETWORK_READINGS[row.network])
    )


def measure_speeds(*, rounds: int, progress: Callable[[str], None] | None = None) -> Speeds:
    """Time all networks of the table in turns at every batch size; the best round counts.

    Networks run as they are trained, in float32 and without compilation, each at its own input
    size: 112 x 112, and 224 x 224 for VGG, whose dense layers take nothing else.
    """
    names = list(dict.fromkeys(model for cells in NETWORK_READINGS.values() for model, _ in cells))
    entries = {name: model_entry(name) for name in names}
    networks = {name: build_seeded(entry, PAPER_CLASSES, 0) for name, entry in entries.items()}
    speeds: Speeds = {}
    for batch in BATCHES:
        if progress:
            progress(f"timing {len(names)} networks at batch {batch}, {rounds} rounds")
        runs = {
            name: forward_pass(networks[name], random_batch(entries[name], batch)) for name in names
        }
        timed = side_by_side(runs, rounds=rounds if batch > 1 else rounds * _MORE_AT_ONE)
        speeds[batch] = {name: min(seconds) / batch for name, seconds in timed.items()}
    return speeds


def table3_made(*, rounds: int = 3, progress: Callable[[str], None] | None = None) -> BuildResult:
    """The ledger as a table; its timings differ from run to run."""
    speeds = measure_speeds(rounds=rounds, progress=progress) if rounds else {}
    rows = ledger(speeds=speeds)
    return BuildResult(
        products=(
            Product(suffix=".csv", content=as_csv(rows).encode()),
            *table_files(ledger_table(rows)),
        ),
        data_digest="none: no clip takes part",
        synthetic=False,
        settings={"rounds": rounds, "threads": torch.get_num_threads(), "batches": BATCHES},
        seed=0,
        values=rows,
    )


def ledger_table(rows: Sequence[LedgerRow]) -> Table:
    """The ledger as a reader sees it: parameters, memory and speed, the paper's beside ours."""
    batches = [batch for batch in BATCHES if any(batch in row.speed_ratios for row in rows)]
    frame = pd.DataFrame([_cells(row, batches) for row in rows]).fillna("")
    frame.columns = pd.MultiIndex.from_tuples(list(frame.columns))
    remarks = {row.remark: row for row in rows if row.remark}
    notes = [f"{_reading(row)}: {remark}" for remark, row in remarks.items()]
    return Table(frame=frame, title="Table 3. What the networks cost", notes=[_LEGEND, *notes])


_LEGEND = (
    "Parameters are counted on the network built. Memory is consistent where the paper's figure "
    "stands to our weights as it does in AffectiveNet's own row, within 3 %. The paper does not "
    "say what its seconds measure; ours are forward passes on a CPU, float32, uncompiled, random "
    "weights, all networks timed in turns in one run, per input, relative to ResNet-50. "
    "Indented rows are other readings or other class counts. The CSV file has all fields."
)


def _row(
    paper: CostRow,
    model: str,
    classes: int,
    *,
    chosen: bool,
    base_share: float,
    speeds: Speeds,
) -> LedgerRow:
    cost = measure(model_entry(model), classes=classes)
    agreement = agreement_of(paper.parameters_m, cost.parameters)
    mib = cost.weight_bytes / MEBIBYTE
    consistent = abs(paper.memory_mb / mib / base_share - 1) <= MEMORY_TOLERANCE
    return LedgerRow(
        network=paper.network,
        model=model,
        classes=classes,
        chosen=chosen,
        parameters=cost.parameters,
        printed_parameters=paper.parameters_m,
        agreement=agreement,
        memory_mib=mib,
        printed_memory=paper.memory_mb,
        memory_consistent=consistent,
        multiply_adds=cost.multiply_adds,
        printed_speed=paper.speed_s,
        printed_speed_ratio=paper.speed_s / _printed("ResNet-50").speed_s,
        speed_ratios={
            batch: seconds[model] / seconds[REFERENCE] for batch, seconds in speeds.items()
        },
        verdict=_verdict(cost, agreement, consistent, paper),
        remark=REMARKS.get((model, classes), ""),
    )


def agreement_of(printed: Printed, parameters: int) -> str:
    """How a count becomes the digits the paper prints in millions."""
    millions = Decimal(parameters) / 1_000_000
    ways = [
        way
        for way, holds in (
            ("rounded", printed.is_rounding_of(millions)),
            ("truncated", printed.is_truncation_of(millions)),
        )
        if holds
    ]
    return " and ".join(ways) or "none"


def _verdict(cost: Complexity, agreement: str, consistent: bool, paper: CostRow) -> str:
    millions = f"{cost.parameters / 1e6:.3f} M"
    if agreement == "none":
        first = f"parameters differ: {millions} against {paper.parameters_m}"
    else:
        first = f"parameters agree, {agreement}"
    return f"{first}; memory {'consistent' if consistent else 'differs'}"


def _printed(network: str) -> CostRow:
    return next(row for row in TABLE3 if row.network == network)


def _cells(row: LedgerRow, batches: Sequence[int]) -> dict[tuple[str, str], str]:
    speed = "seconds over ResNet-50's"
    return {
        ("", "network"): row.network if row.chosen else f"\N{EM SPACE}{row.network}",
        ("", "read as"): _reading(row),
        ("parameters", "ours"): f"{row.parameters:,}",
        ("parameters", "paper, M"): str(row.printed_parameters),
        ("parameters", "agrees"): row.agreement,
        ("memory", "ours, MiB"): f"{row.memory_mib:.2f}",
        ("memory", "paper, MB"): str(row.printed_memory),
        ("memory", "agrees"): "consistent" if row.memory_consistent else "differs",
        ("multiply-adds", "ours, M"): f"{row.multiply_adds / 1e6:,.1f}",
        (speed, "paper"): f"{row.printed_speed_ratio:.2f}",
        **{(speed, f"ours, batch {b}"): f"{row.speed_ratios[b]:.2f}" for b in batches},
    }


def _reading(row: LedgerRow) -> str:
    return f"{model_entry(row.model).title}, {row.classes} classes"


def as_csv(rows: Sequence[LedgerRow]) -> str:
    """Every field of every row."""
    frame = pd.DataFrame(
        {
            "network": row.network,
            "model": row.model,
            "classes": row.classes,
            "chosen": row.chosen,
            "parameters": row.parameters,
            "paper_parameters_m": str(row.printed_parameters),
            "agreement": row.agreement,
            "weights_mib": f"{row.memory_mib:.4f}",
            "paper_memory_mb": str(row.printed_memory),
            "memory_consistent": row.memory_consistent,
            "multiply_adds": row.multiply_adds,
            "paper_speed_s": str(row.printed_speed),
            "paper_speed_ratio": f"{row.printed_speed_ratio:.4f}",
            **{
                f"speed_ratio_batch{batch}": f"{row.speed_ratios[batch]:.4f}"
                if batch in row.speed_ratios
                else ""
                for batch in BATCHES
            },
            "verdict": row.verdict,
            "remark": row.remark,
        }
        for row in rows
    )
    return frame.to_csv(index=False, lineterminator="\n")
