"""A request for one attribution map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mer_core.provenance import canonical_json

if TYPE_CHECKING:
    from mer_core.attribution.base import Value


@dataclass(frozen=True, kw_only=True)
class AttributionRequest:
    """What one method is asked; see `mer_core.attribution.explain`."""

    method: str
    target: str | None = None
    layer: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """One string for caches."""
        return canonical_json([self.method, self.target, self.layer, dict(self.parameters)])
