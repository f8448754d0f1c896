"""The leak never loses, and the images tell who is in them."""

PARAMETERS = {"data": "{roots}", "changes": {"epochs": 1}}


def check(results):
    assert results["synthetic"]
    assert results["measured"] == results["controls"]
    assert results["chance"] == 0.25
    assert results["warnings"] == []
    # Per fold the leak takes the best epoch, the honest study the last: it cannot score less.
    assert results["accuracy"]["leak"] >= results["accuracy"]["none"]
    assert set(results["identity"]) == {"full", "literal", "rank-pooling", "linear"}
    assert results["identity"]["full"] > results["identity_chance"]
