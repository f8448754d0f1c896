"""What readers see instead of names: words as titles, and studies by what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mer_core.ami import WEIGHTINGS

if TYPE_CHECKING:
    from mer_core.reproduction import Artifact


def sentence_case(word: str) -> str:
    """Return a word or a name with a capital at its beginning."""
    return f"{word[:1].upper()}{word[1:]}"


def duration(seconds: float) -> str:
    """Return a time to wait in seconds, or in minutes where it is long."""
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def kernel_title(branch: str) -> str:
    """Return a branch of a network, with a sign between height and width of its kernel."""
    return re.sub(r"(?<=\d)x(?=\d)", "×", branch)


def weighting_title(name: str) -> str:
    """Return the title of a weighting."""
    return WEIGHTINGS.get(name).title


def network_title(name: str) -> str:
    """Return the title of a network."""
    from mer_core.models.catalog import model_entry

    return model_entry(name).title


def protocol_title(name: str) -> str:
    """Return the title of a protocol, with datasets by their titles."""
    from mer_core.datasets.catalog import DATASETS
    from mer_core.protocols import CrossDataset, find_protocol

    protocol = find_protocol(name)
    if isinstance(protocol, CrossDataset):
        pair = [DATASETS.get(one).title for one in (protocol.train, protocol.test)]
        return f"Train on {pair[0]}, test on {pair[1]}"
    return sentence_case(protocol.title)


def fold_title(name: str) -> str:
    """Return whom a fold holds out: its dataset by its title, and the person."""
    from mer_core.datasets.catalog import DATASETS

    first, _, rest = name.partition("/")
    return f"{DATASETS.get(first).title} {rest}".strip() if first in DATASETS else name


def artefact_title(artefact: Artifact) -> str:
    """Return what a result shows and where the paper has it; several of one maker stay apart."""
    part = artefact.stem.removeprefix(artefact.maker_name).strip("_")
    title = f"{artefact.title}: {part}" if part else artefact.title
    return sentence_case(f"{artefact.place}: {title}" if artefact.place else title)


@dataclass(frozen=True, kw_only=True)
class StudyParts:
    """Parts of a study's title, as readers see them.

    Attributes:
        network: Its title.
        start: What its weights were before it.
        data: Titles of the datasets.
        protocol: Its title.
        control: Title of what makes the study fail, or "".
        own_name: What tells it from others: the name somebody gave it, or the beginning of its
            digest; "" for studies that ship.
    """

    network: str
    start: str
    data: str
    protocol: str
    control: str
    own_name: str


def study_parts(name: str, definition: Mapping[str, Any]) -> StudyParts:
    """Return the words for the study called `name`."""
    from mer_core.datasets.catalog import DATASETS
    from mer_core.training.controls import CONTROLS
    from mer_core.training.study_folders import shipped_names

    experiment, control = definition["experiment"], definition["control"]
    digest = re.search(r"-([0-9a-f]{8})$", name)
    return StudyParts(
        network=network_title(experiment["model"]) + _images(experiment),
        start="from scratch" if experiment.get("weights", "random") == "random" else "fine-tuned",
        data=" + ".join(DATASETS.get(one["name"]).title for one in experiment["datasets"]),
        protocol=protocol_title(definition["protocol"]),
        control="" if control == "none" else sentence_case(CONTROLS.get(control).title),
        own_name="" if name in shipped_names() else digest[1][:6] if digest else name,
    )


def _images(experiment: Mapping[str, Any]) -> str:
    """Whatever the images of a study have that its network's own have not."""
    from mer_core.models.catalog import model_entry

    weighting = experiment.get("weighting")
    if weighting in (None, model_entry(experiment["model"]).input.weighting):
        return ""
    return f", {weighting_title(weighting).lower()} weights"
