"""The options that say what a study is about and where it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from mer_core.cli.names import DATASET, NETWORK
from mer_core.errors import SettingsError
from mer_core.protocols import PROTOCOLS, CrossDataset, find_protocol
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.settings import PROFILES, TrainingSettings, profile


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
        click.option(
            "--profile",
            "profile_name",
            type=click.Choice(PROFILES.names()),
            default="standard",
            show_default=True,
            help="Training settings to start from.",
        ),
        click.option(
            "--set",
            "changes",
            multiple=True,
            metavar="NAME=VALUE",
            help="Training setting to change; repeatable.",
        ),
        click.option(
            "--seed",
            "seeds",
            multiple=True,
            type=int,
            help="Seed; repeatable, one repeat each.  [default: 0]",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def executor_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where folds run."""
    options = [
        click.option(
            "--workers", type=click.IntRange(1), help="Number of processes; 1 stays in this one."
        ),
        click.option(
            "--scheduler", metavar="tcp://...", help="Address of a running Dask scheduler."
        ),
        click.option(
            "--gpu",
            "devices",
            multiple=True,
            help="GPU to use, one process each; repeatable, also for several folds on one GPU.",
        ),
    ]
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


def read_settings(changes: Sequence[str]) -> dict[str, Any]:
    """Return settings written as NAME=VALUE."""
    found: dict[str, Any] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise SettingsError(f"{change!r} is not NAME=VALUE", where="--set")
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
