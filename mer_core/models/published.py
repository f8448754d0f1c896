"""Weights that others published: a local file first, the hub second, never a silent substitute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from mer_core.errors import CheckpointError, WeightsError
from mer_core.folders import data_folder
from mer_core.models.entry import ModelEntry, PublishedWeights

_FILE = "model.safetensors"


def local_file(entry: ModelEntry) -> Path:
    """Return the file where a copy of the published weights is sought before downloading."""
    return data_folder() / "published" / f"{entry.name}.safetensors"


def published_file(entry: ModelEntry) -> Path:
    """The safetensors file of the weights published for `entry`.

    Raises `WeightsError` where none are published, or where they are neither in the local file
    nor reachable on the hub.
    """
    if entry.published is None:
        raise WeightsError(
            f"nobody publishes trained weights of {entry.title}",
            remedy="use random weights or a checkpoint",
        )
    here = local_file(entry)
    return here if here.is_file() else _from_hub(entry.published, here)


def _from_hub(published: PublishedWeights, instead: Path) -> Path:
    # The hub's client takes half a second to import and only this function needs it.
    from huggingface_hub import (
        get_hf_file_metadata,
        hf_hub_download,
        hf_hub_url,
        try_to_load_from_cache,
    )

    name, revision = published.hub_id, published.revision
    cached = try_to_load_from_cache(name, _FILE, revision=revision)
    if isinstance(cached, str):
        return Path(cached)
    try:
        # One question before the download, which would retry for half a minute offline.
        get_hf_file_metadata(hf_hub_url(name, _FILE, revision=revision), timeout=5)
        return Path(hf_hub_download(name, _FILE, revision=revision))
    except Exception as error:  # the client picks its HTTP library, and with it the exceptions
        raise WeightsError(
            f"published weights are not on this machine and the hub cannot be reached "
            f"({type(error).__name__})",
            where=f"{name}/{_FILE}",
            remedy=f"connect to the network, or put that file at {instead}",
        ) from error


def restore_backbone(network: nn.Module, file: Path, *, classifier: str) -> None:
    """Copy everything but the classifier from a hub file, whose names are the network's own.

    Args:
        network: The network as the publisher's library builds it.
        file: Safetensors.
        classifier: Prefix of the tensors that belong to the published classes, not to ours.
    """
    try:
        published = load_file(file)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"not a whole safetensors file ({error})", where=file) from error
    own = network.state_dict()
    backbone = {name: value for name, value in published.items() if _is_ours(name, classifier)}
    wrong = _mismatches(own, backbone, classifier)
    if wrong:
        raise CheckpointError(
            f"not the published weights of this network: {', '.join(wrong[:3])}", where=file
        )
    network.load_state_dict({**own, **backbone})


def _is_ours(name: str, classifier: str) -> bool:
    # Batch counters play no part at a fixed momentum and older files lack them.
    return not name.startswith(classifier) and not name.endswith("num_batches_tracked")


def _mismatches(
    own: Mapping[str, Tensor], backbone: Mapping[str, Tensor], classifier: str
) -> list[str]:
    expected = {name: value for name, value in own.items() if _is_ours(name, classifier)}
    return [
        name
        for name in sorted(expected.keys() | backbone.keys())
        if name not in expected
        or name not in backbone
        or expected[name].shape != backbone[name].shape
    ]
