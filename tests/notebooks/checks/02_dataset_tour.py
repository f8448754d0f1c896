"""Rows of a sheet are kept or excluded, each with a reason, and classes count the kept."""

PARAMETERS = {"data": "{roots}"}

OURS = {"CASME-I": "casme", "CASME-II": "casme2", "CASME^2": "casme-squared", "SAMM": "samm"}


def check(results):
    assert results["synthetic"]
    for name, rows in results["rows"].items():
        assert results["kept"][name] + results["excluded"][name] == rows
    for paper, name in OURS.items():
        # The scheme leaves out words without a class (fear in CASME), and adds nothing.
        assert 0 < results["classes"][paper] <= results["kept"][name]
    assert results["classes"]["CASME-II"] == results["kept"]["casme2"]
    # Section 4.1 sums to these; the paper states 187 and 251 for the first two.
    assert results["paper"] == {"CASME-I": 186, "CASME-II": 254, "CASME^2": 345, "SAMM": 159}
