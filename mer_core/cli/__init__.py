"""The `mer` command line: thin calls into the core.

Exit codes: 0 done, 2 refused, 130 interrupted. Warnings and refusals go to standard error.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from typing import Any

import click

from mer_core.cli.groups import LazyGroup, did_you_mean
from mer_core.cli.progress import Interrupted
from mer_core.errors import MerError

# Command -> (module, one line of help). Modules load only when their command runs, so that
# `mer --help` does not wait for PyTorch.
COMMANDS: dict[str, tuple[str, str]] = {
    "workbench": ("mer_core.cli.workbench", "Start the app and open it in a browser."),
    "data": ("mer_core.cli.data", "Check a dataset, and say where each is kept."),
    "synth": ("mer_core.cli.synth", "Write a synthetic twin of a dataset in its own layout."),
    "ami": ("mer_core.cli.ami", "Build the affective-motion image of a clip."),
    "paper": ("mer_core.cli.paper", "Show the paper: tables, claims audit, ambiguous passages."),
    "models": ("mer_core.cli.models", "List the networks and what each costs."),
    "export": ("mer_core.cli.models", "Write a network as ONNX."),
    "predict": ("mer_core.cli.predict", "Say what a network sees in clips of your own."),
    "explain": ("mer_core.cli.explain", "Show what a network looks at in a clip, and why."),
    "pretrain": ("mer_core.cli.pretrain", "Train networks on generated faces; write weights."),
    "study": ("mer_core.cli.study", "Run, resume, show, compare and check studies."),
    "reproduce": ("mer_core.cli.reproduce", "Regenerate tables and figures of the paper."),
    "report": ("mer_core.cli.report", "Bundle tables and figures in one HTML file."),
    "completion": ("mer_core.cli.names", "Print what makes a shell complete names."),
}


def _version(ctx: click.Context, _param: click.Parameter, requested: bool) -> None:
    if not requested or ctx.resilient_parsing:
        return
    import mer_core
    from mer_core.provenance import versions

    found = {name: number for name, number in versions().items() if name != "mer-workbench"}
    click.echo(f"mer {mer_core.__version__}")
    for name, number in found.items():
        click.echo(f"  {name:20} {number}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    homes=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version, and those of Python and the libraries that numbers depend on.",
)
def mer() -> None:
    """Micro-expression recognition: from frames to an image, a network, a score, a reason.

    Every command that answers takes --json and then prints one JSON document on standard output;
    progress, warnings and logs go to standard error. Exit codes: 0 done, 2 refused,
    130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        outcome: Any = mer.main(args=words, prog_name="mer", standalone_mode=False)
    except MerError as error:
        click.echo(f"mer: {error}", err=True)
        return 2
    except click.exceptions.NoArgsIsHelpError as usage:
        click.echo(usage.format_message())
        return 0
    except click.ClickException as error:
        click.echo(f"mer: {_refusal(error)}", err=True)
        return 2
    except Interrupted as stop:
        resume = stop.command or shlex.join(["mer", *words])
        click.echo(f"mer: interrupted; what was finished is kept, to go on: {resume}", err=True)
        return 130
    except (click.Abort, KeyboardInterrupt):
        click.echo("mer: interrupted", err=True)
        return 130
    return outcome if isinstance(outcome, int) else 0


def _refusal(error: click.ClickException) -> str:
    """Say in one line what click refuses, what was probably meant, and where help is."""
    message = " ".join(error.format_message().rstrip(".").split())
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    written = re.search(r"'([^']*)' is not one of", message)
    if isinstance(kind, click.Choice) and written:
        message += did_you_mean(written[1], map(str, kind.choices))
    context = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context else ""
    return f"{message}{hint}"
