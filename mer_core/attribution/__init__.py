"""Why a network answered as it did."""

from mer_core.attribution.base import Method, Parameter, Resolution
from mer_core.attribution.catalog import DEFAULT_METHOD, METHODS, Offer, list_methods
from mer_core.attribution.engine import explain

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "Method",
    "Offer",
    "Parameter",
    "Resolution",
    "explain",
    "list_methods",
]
