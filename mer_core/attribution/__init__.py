"""Why a network answered as it did."""

from mer_core.attribution.catalog import DEFAULT_METHOD, METHODS, MethodAvailability, list_methods
from mer_core.attribution.engine import explain
from mer_core.attribution.method import Method, Parameter, Resolution

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "Method",
    "MethodAvailability",
    "Parameter",
    "Resolution",
    "explain",
    "list_methods",
]
