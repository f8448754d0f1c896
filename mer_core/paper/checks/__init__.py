"""The sums behind the audit, by what they are about.

    accuracy.py   gains, "outperforms", ablations; majority rates and emotion letters
    cost.py       parameters, memory, speed
    datasets.py   class counts, labels, participants
    figure5.py    confusion matrices against accuracies and class shares
    pooling.py    whether accuracies are fractions of the test-set sizes

Each has `SENTENCES`, how its kinds of sentence in `data/statements.csv` are recomputed, and
`implied_claims`, what else must hold if the paper's numbers belong together.
"""
