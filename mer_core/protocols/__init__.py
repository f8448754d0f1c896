"""Who trains, who is tested, and how an answer is scored. Knows no network and no pixel."""

from mer_core.protocols.intervals import Interval, paired_difference, score_intervals
from mer_core.protocols.scores import Absent, Scores, score
from mer_core.protocols.splits import (
    CROSS_PAIRS,
    PROTOCOLS,
    Composite,
    CrossDataset,
    Fold,
    LeaveOneSubjectOut,
    LeaveOneVideoOut,
    Protocol,
    SubjectFolds,
    check_split,
    find_protocol,
    inner_split,
    subject_of,
)

__all__ = [
    "CROSS_PAIRS",
    "PROTOCOLS",
    "Absent",
    "Composite",
    "CrossDataset",
    "Fold",
    "Interval",
    "LeaveOneSubjectOut",
    "LeaveOneVideoOut",
    "Protocol",
    "Scores",
    "SubjectFolds",
    "check_split",
    "find_protocol",
    "inner_split",
    "paired_difference",
    "score",
    "score_intervals",
    "subject_of",
]
