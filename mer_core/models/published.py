"""Weights that others published: a local file first, the hub second, never a silent substitute."""

from __future__ import annotations

from pathlib import Path

from mer_core.errors import WeightsError
from mer_core.folders import data_folder
from mer_core.models.entry import ModelEntry


def local_file(entry: ModelEntry) -> Path:
    """Where a copy of the published weights is looked for before the network is asked."""
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
    return here if here.is_file() else _from_hub(entry.published.hub_id, here)


def _from_hub(hub_id: str, instead: Path) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(hf_hub_download(hub_id, "model.safetensors", etag_timeout=5))
    except (OSError, HfHubHTTPError) as error:
        raise WeightsError(
            f"the published weights are not here and the hub cannot be reached "
            f"({type(error).__name__})",
            where=f"{hub_id}/model.safetensors",
            remedy=f"connect to the network, or put that file at {instead}",
        ) from error
