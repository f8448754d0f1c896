"""What a set of weights has ever seen: the ground for refusing to test it on the same people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from mer_core.records import Sample


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The data that weights were trained on, those of the weights they started from included.

    Attributes:
        subjects: Every person seen, as `person_key` names them, sorted.
        data: Digests of the training data, that of the last training first.
        parents: Weights digests of the checkpoints they descend from, nearest first.
    """

    subjects: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()

    @classmethod
    def of(cls, samples: Iterable[Sample], *, data_digest: str) -> Self:
        """The lineage of weights trained from scratch on `samples`."""
        people = {person_key(sample) for sample in samples}
        return cls(subjects=tuple(sorted(people)), data=(data_digest,))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The lineage that `as_dict` wrote."""
        return cls(**{name: tuple(map(str, entries)) for name, entries in values.items()})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the people come from, sorted."""
        return tuple(sorted({subject.partition("/")[0] for subject in self.subjects}))

    def descended_from(self, parent: Lineage, *, weights_digest: str) -> Lineage:
        """This lineage where training started from the weights `weights_digest` of `parent`."""
        return Lineage(
            subjects=tuple(sorted({*self.subjects, *parent.subjects})),
            data=tuple(dict.fromkeys((*self.data, *parent.data))),
            parents=tuple(dict.fromkeys((weights_digest, *parent.parents))),
        )

    def seen(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """The people of `samples` that these weights have seen, sorted."""
        return tuple(sorted({person_key(sample) for sample in samples} & set(self.subjects)))


def person_key(sample: Sample) -> str:
    """The person in a clip as a lineage names them.

    `casme2/sub01` is a person; the synthetic face that bears this name in a twin is another, and
    is called `casme2 (synthetic)/sub01`.
    """
    dataset = f"{sample.dataset} (synthetic)" if sample.synthetic else sample.dataset
    return f"{dataset}/{sample.subject}"
