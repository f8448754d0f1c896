"""The AffectiveNet publication as data: its numbers, our readings of it, and their audit.

The paper is "AffectiveNet: Affective-Motion Feature Learning for Micro Expression Recognition"
(Verma, Vipparthi and Singh, 2021, arXiv:2104.07569).

    printed.py        a number with the digits it is printed with
    tables.py         rows of Tables 1 to 3, and the experiments their columns stand for
    confusions.py     the matrices of Fig. 5
    statements.py     numbers in the prose: class counts and sentences
    published.py      all of it, read from `data/` (or a copy): PUBLISHED, TABLE1, TABLE2, TABLE3
    architecture.py   what Eqs. 6 to 16 count to, in parameters
    sizes.py          which test-set sizes make a printed accuracy possible
    findings.py       claim, outcome, verdict
    checks/           how each kind of claim is recomputed from the tables
    audit.py          every numeric claim, stated or implied, against the tables: verdicts
    readings.py       every ambiguous passage, how it is read here, and the switch that changes it
"""
