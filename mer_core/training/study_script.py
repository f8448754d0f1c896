"""A short Python script that scores a study of this machine again."""

from __future__ import annotations

_SCRIPT = '''"""Scores and confusion matrix of the study {name}, from the answers it keeps.

Run: python {file} [OUT.npy]
"""

import sys

import numpy as np

from mer_core.training.study import Study

result = Study.open({name!r}).result()
print(f"{{result.completed}} of {{len(result.folds)}} folds, classes {{result.classes}}")
for score, value in result.means.items():
    print(f"{{score}}: {{value}}")
np.save(sys.argv[1] if len(sys.argv) > 1 else {array!r}, result.confusion, allow_pickle=False)
'''


def study_script(name: str) -> str:
    """Python source that reads the study `name` and writes its confusion matrix."""
    stem = f"confusion_{name}"
    return _SCRIPT.format(name=name, file=f"{stem}.py", array=f"{stem}.npy")
