"""The controls are those of the catalogue, and whoever keeps the best epoch beats chance."""

from mer_core.ami import WEIGHTINGS
from mer_core.training.controls import CONTROLS

PARAMETERS = {}


def check(results):
    assert results["synthetic"]
    assert set(results["uar"]) == set(CONTROLS.names())
    assert results["chance"] == 0.25
    assert set(results["identity"]) == set(WEIGHTINGS.names())
    assert results["identity"]["full"] > results["identity_chance"]
    honest, chance, leaked = (int(results["leak"][k][:-1]) for k in ("honest", "chance", "leaked"))
    assert chance == 25
    assert abs(honest - chance) < 10 < leaked - chance
