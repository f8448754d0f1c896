"""The publication, regenerated: each table and figure from data to file, with what made it."""

from mer_core.reproduction.manifest import Artefact, Manifest

__all__ = ["Artefact", "Manifest"]
