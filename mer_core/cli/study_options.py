"""The options that say what a study is about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mer_core.cli.names import DATASET, NETWORK
from mer_core.cli.run_options import read_settings, training_options
from mer_core.errors import SettingsError
from mer_core.protocols import PROTOCOLS, CrossDataset, find_protocol
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.settings import TrainingSettings, profile


def experiment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what is studied."""
    options = [
        click.option(
            "--dataset", "datasets", multiple=True, type=DATASET, help="Dataset; repeatable."
        ),
        click.option("--root", "roots", multiple=True, help="Folder of each dataset, in order."),
        click.option("--twin", is_flag=True, help="Use the synthetic twin of each dataset."),
        click.option("--scheme", help="Label scheme.  [default: the one the protocol implies]"),
        click.option(
            "--protocol",
            default="loso",
            show_default=True,
            help=f"Protocol: {', '.join(PROTOCOLS.names())}, or TRAIN:TEST.",
        ),
        click.option(
            "--model",
            type=NETWORK,
            default="affectivenet",
            show_default=True,
            help="Network; see `mer models`.",
        ),
        click.option(
            "--weights",
            default="random",
            show_default=True,
            help="random, synthetic (shipped, trained on generated faces), imagenet, or a "
            "checkpoint file.",
        ),
        click.option("--weighting", help="Frame weights of accumulated images."),
        click.option(
            "--crop/--no-crop",
            default=None,
            help="Find the face and align it.  [default: where frames are not crops]",
        ),
    ]
    command = training_options(command)
    for option in reversed(options):
        command = option(command)
    return command


def chosen_experiment(choices: dict[str, Any]) -> CatalogExperiment:
    """Return what the options of `experiment_options` describe."""
    protocol = find_protocol(choices["protocol"])
    pair = (protocol.train, protocol.test) if isinstance(protocol, CrossDataset) else ()
    names, roots = choices["datasets"] or pair or ("casme2",), choices["roots"]
    if roots and len(roots) != len(names):
        raise SettingsError(
            f"{len(roots)} roots for {len(names)} datasets", where="--root", remedy="give each one"
        )
    if roots and choices["twin"]:
        raise SettingsError("give either --root or --twin", where="--twin")
    implied = "cross" if pair else "megc3" if choices["protocol"] == "composite" else "paper4"
    return CatalogExperiment(
        datasets=tuple(
            DatasetChoice(
                name=name,
                root=str(Path(roots[i]).expanduser().resolve()) if roots else None,
                twin=choices["twin"],
            )
            for i, name in enumerate(names)
        ),
        scheme=choices["scheme"] or implied,
        model=choices["model"],
        weights=choices["weights"],
        weighting=choices["weighting"],
        crop=choices["crop"],
    )


def chosen_settings(choices: dict[str, Any], devices: tuple[str, ...]) -> TrainingSettings:
    """Return the profile with its changes."""
    device: dict[str, Any] = {"device": "cuda"} if devices else {}
    changes = {**device, **read_settings(choices["changes"])}
    return profile(choices["profile_name"], model=choices["model"], **changes)
