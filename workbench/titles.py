"""What readers see instead of names: words as titles, and studies by what they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mer_core.ami import WEIGHTINGS
from mer_core.errors import MerError

if TYPE_CHECKING:
    from mer_core.reproduction import Artefact
    from mer_core.training.result import StudyResult


def sentence_case(word: str) -> str:
    """Return a word or a name with a capital at its beginning."""
    return f"{word[:1].upper()}{word[1:]}"


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


def artefact_title(artefact: Artefact) -> str:
    """Return what a result shows and where the paper has it; several of one maker stay apart."""
    stem = artefact.file.split(".")[0].removesuffix("_synthetic")
    part = stem.removeprefix(artefact.maker_name).strip("_")
    title = f"{artefact.title}: {part}" if part else artefact.title
    return sentence_case(f"{artefact.place}: {title}" if artefact.place else title)


def study_title(name: str, result: StudyResult | None = None) -> str:
    """Return what a study is: network, data and protocol, with the last of its name apart."""
    from mer_core.datasets.catalog import DATASETS
    from workbench import cached_results

    try:
        definition = (result or cached_results.study_result(name)).definition
    except MerError:
        return name  # damaged, or written at this moment
    experiment = definition["experiment"]
    data = " + ".join(DATASETS.get(one["name"]).title for one in experiment["datasets"])
    control = "" if definition["control"] == "none" else f", control: {definition['control']}"
    protocol = protocol_title(definition["protocol"])
    tail = name.rsplit("-", 1)[-1][:6]
    return f"{network_title(experiment['model'])} on {data}: {protocol}{control} · {tail}"
