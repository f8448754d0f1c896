"""The options that say how folds are trained and where they run; they load nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import click

from mer_core.errors import SettingsError


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how folds are trained."""
    options = [
        click.option(
            "--profile",
            "profile_name",
            default="standard",
            show_default=True,
            help="Training settings to start from: quick, standard or paper.",
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
