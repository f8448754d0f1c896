"""The `mer` command line: thin calls into the core.

Exit codes: 0 done, 1 done with warnings, 2 refused. A refusal is one line on standard error.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from mer_core.errors import MerError

# Command -> (module, one line of help). Modules load only when their command runs, so that
# `mer --help` does not wait for PyTorch.
COMMANDS: dict[str, tuple[str, str]] = {
    "workbench": ("mer_core.cli.workbench", "Start the app and open it in a browser."),
    "data": ("mer_core.cli.data", "Check a dataset, and say where each is kept."),
    "synth": ("mer_core.cli.synth", "Write a synthetic twin of a dataset in its own layout."),
    "ami": ("mer_core.cli.ami", "Build the affective-motion image of a clip."),
    "paper": ("mer_core.cli.paper", "The publication: tables, claims audit, ambiguous passages."),
    "models": ("mer_core.cli.models", "List the networks and what each costs."),
    "export": ("mer_core.cli.models", "Write a network as ONNX."),
    "explain": ("mer_core.cli.explain", "Show what a network looks at in a clip, and why."),
    "pretrain": ("mer_core.cli.pretrain", "Train networks on generated faces; write weights."),
    "study": ("mer_core.cli.study", "Run, resume, show, compare and check studies."),
    "reproduce": ("mer_core.cli.reproduce", "Regenerate tables and figures of the paper."),
    "report": ("mer_core.cli.report", "Bundle tables and figures in one HTML file."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the module of `cmd_name` and returns the command called like it."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        return getattr(importlib.import_module(module), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists commands without importing them."""
        if not COMMANDS:
            return
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mer-workbench", prog_name="mer")
def mer() -> None:
    """Micro-expression recognition: from frames to an image, a network, a score, a reason.

    Every command takes --json and then prints one JSON document on standard output; progress
    and logs go to standard error. Exit codes: 0 done, 1 done with warnings, 2 refused.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits with its code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    try:
        outcome: Any = mer.main(
            args=None if arguments is None else list(arguments),
            prog_name="mer",
            standalone_mode=False,
        )
    except MerError as error:
        click.echo(f"mer: {error}", err=True)
        return 2
    except click.exceptions.NoArgsIsHelpError as request:
        click.echo(request.format_message())
        return 0
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f"; see `{context.command_path} --help`" if context else ""
        message = " ".join(error.format_message().rstrip(".").split())
        click.echo(f"mer: {message}{hint}", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("mer: interrupted; what was finished is kept", err=True)
        return 130
    return outcome if isinstance(outcome, int) else 0
