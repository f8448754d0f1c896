"""`mer reproduce`: tables and figures of the paper, regenerated."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mer_core.cli.groups import SuggestingGroup
from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.cli.progress import resumable
from mer_core.cli.run_options import executor_options, read_settings, training_options
from mer_core.folders import figures_folder

_LINE = "Regenerate: {}"
_WORKER_BYTES = 2 * 2**30
_ROUNDS = 3


class BuilderGroup(SuggestingGroup):
    """A group with one command per table or figure, besides those written out below."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """`all` first, then everything in the order in which it is made."""
        from mer_core.reproduction.everything import BUILDERS

        return ["all", "redraw", *BUILDERS.names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; one for a builder is made from its name and title."""
        from mer_core.reproduction.everything import BUILDERS

        written = super().get_command(ctx, cmd_name)
        if written is not None or cmd_name not in BUILDERS:
            return written
        return _command(cmd_name, BUILDERS.get(cmd_name).title)


@click.group(cls=BuilderGroup)
def reproduce() -> None:
    """Regenerate tables and figures of the paper, with what made each of them.

    \b
    mer reproduce all --data twin --profile quick
    mer reproduce all --data roots.toml --profile paper
    mer reproduce table1 --existing

    The data are the synthetic study twins, or the roots in a TOML file:

    \b
    [roots]
    casme2 = "/data/CASME2"

    What is there already from the same code, data and settings is kept, and a run that was stopped
    goes on, down to the fold. A dataset without a root is recorded as missing.
    """


_out_option = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=figures_folder,
    show_default="figures, in the checkout or among your results",
    help="Folder for the files and their manifest.",
)


def job_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say from what, how, and where to."""
    options = [
        click.option(
            "--data", default="twin", show_default=True, help="`twin`, or a TOML file of roots."
        ),
        click.option(
            "--method",
            "methods",
            multiple=True,
            help="Row of Tables 1 and 2 to run; repeatable.  [default: all]",
        ),
        click.option(
            "--existing", is_flag=True, help="Take finished studies of any profile; train nothing."
        ),
        click.option(
            "--weights",
            type=click.Choice(["random", "imagenet"]),
            default="random",
            show_default=True,
            help="Weights that ResNet-50 and MobileNet start from.",
        ),
        click.option(
            "--rounds",
            type=click.IntRange(min=0),
            help="Timing rounds of Table 3; 0 leaves speed out.  [default: 3; 0 with --existing]",
        ),
        click.option("--overwrite", is_flag=True, help="Make again what is there already."),
        _out_option,
    ]
    command = training_options(executor_options(command))
    for option in reversed(options):
        command = option(command)
    return command


@reproduce.command("all")
@prints_output
@job_options
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    help="Table or figure to make; repeatable.  [default: all]",
)
def all_command(only: Sequence[str], **choices: Any) -> CommandOutput:
    """Make every table and figure, in the order in which one needs another.

    With --existing, what takes long without any training is left as it is (where networks look,
    controls on generated people, timings); --only names it all the same.

    \b
    JSON keys:
      artefacts   one object each: name, state (made, kept, missing, failed), files,
                  warnings, reason, seconds
      folder      where the files, manifest.json and README.md are
    """
    from mer_core.reproduction.everything import BUILDERS

    quick = [name for name in BUILDERS.names() if not BUILDERS.get(name).lengthy]
    return _reproduced(only or (quick if choices["existing"] else BUILDERS.names()), choices)


def _command(name: str, title: str) -> click.Command:
    @click.command(name, help=f"{_LINE.format(title)}\n\nJSON keys: those of `mer reproduce all`.")
    @prints_output
    @job_options
    def command(**choices: Any) -> CommandOutput:
        return _reproduced([name], choices)

    return command


def _reproduced(names: Sequence[str], choices: dict[str, Any]) -> CommandOutput:
    from mer_core.reproduction.everything import BUILDERS, State, reproduce

    for name in names:
        BUILDERS.get(name)
    outcomes = []
    with resumable(), _executor(choices) as executor:
        job = _job(choices, executor)
        for outcome in reproduce(names, job, choices["out"], force=choices["overwrite"]):
            outcomes.append(outcome)
            job.emit(f"{outcome.name}: {outcome.state}, {outcome.seconds:.0f} s")
    text = table(
        ("Table or figure", "State", "Files", "Seconds"),
        [(o.name, str(o.state), len(o.files), round(o.seconds, 1)) for o in outcomes],
    )
    absent = [f"{o.name}: {o.reason}" for o in outcomes if o.reason]
    warnings = [f"{o.name}: {line}" for o in outcomes for line in o.warnings]
    return CommandOutput(
        document={"artefacts": [asdict(o) for o in outcomes], "folder": choices["out"]},
        text=f"{text}\n\n{choices['out'] / 'README.md'}",
        warnings=[*absent, *warnings],
        refused=all(o.state in (State.MISSING, State.FAILED) for o in outcomes),
    )


def _executor(choices: dict[str, Any]) -> Any:
    from mer_core.cluster import SharedExecutor

    where = {name: choices[name] for name in ("workers", "scheduler", "devices")}
    return SharedExecutor(memory=_WORKER_BYTES, **where)


def _job(choices: dict[str, Any], executor: Any) -> Any:
    from mer_core.reproduction.accuracies import check_methods
    from mer_core.reproduction.job import Job
    from mer_core.reproduction.roots import read_roots

    device = {"device": "cuda"} if choices["devices"] else {}
    job = Job(
        roots=read_roots(choices["data"]),
        profile=choices["profile_name"],
        changes={**device, **read_settings(choices["changes"])},
        seeds=choices["seeds"] or (0,),
        methods=check_methods(choices["methods"]),
        existing=choices["existing"],
        weights=choices["weights"],
        executor=executor,
        rounds=_rounds(choices),
        emit=_ProgressLines(),
    )
    _ = job.settings  # refuses a wrong profile or setting before any work
    return job


def _rounds(choices: dict[str, Any]) -> int:
    if choices["rounds"] is None:
        return 0 if choices["existing"] else _ROUNDS
    return choices["rounds"]


class _ProgressLines:
    """Progress on standard error, with the time since the start."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def __call__(self, line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self.start), 60)
        click.echo(f"mer: [{minutes:3}:{seconds:02}] {line}", err=True)


@reproduce.command()
@prints_output
@_out_option
def redraw(out: Path) -> CommandOutput:
    """Draw tables and figures anew from the numbers that lie in the folder already.

    Nothing is computed and no study is needed; what needs networks or clips stays as it is.

    \b
    JSON keys:
      folder
      redrawn   names of what was drawn
    """
    from mer_core.reproduction.everything import redraw as draw

    names = draw(out)
    return CommandOutput(
        document={"folder": out, "redrawn": names}, text=f"{out}: {', '.join(names) or 'nothing'}"
    )


@reproduce.command()
@prints_output
@_out_option
@click.option(
    "--rounds",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Timing rounds; 0 leaves speed out and takes seconds.",
)
def table3(out: Path, rounds: int) -> CommandOutput:
    """Compare the cost of every network: the paper's Table 3 beside our own figures.

    Writes table3.csv, and table3.md, table3.html and table3.tex for readers.

    \b
    JSON keys:
      files   what was written
      rows    one object per reading of a row of the table: network, model, classes, chosen,
              parameters, printed_parameters (millions), agreement (rounded, truncated, both or
              none), memory_mib, printed_memory, memory_consistent, multiply_adds, printed_speed,
              printed_speed_ratio and speed_ratios (to ResNet-50, by batch), verdict, remark
    """  # noqa: D301 - the backspace tells click to keep the lines below it
    from mer_core.reproduction.everything import TABLE3_BUILDER, save, write_pages
    from mer_core.reproduction.manifest import Manifest
    from mer_core.reproduction.table3 import ledger_table, table3_made

    made, manifest = table3_made(rounds=rounds, progress=_ProgressLines()), Manifest(out)
    rows, files = made.values, save(TABLE3_BUILDER, made, manifest)
    write_pages(manifest)
    frame = ledger_table(rows).frame
    header = [" ".join(filter(None, name)) for name in frame.columns]
    document: dict[str, Any] = {"files": files, "rows": [asdict(row) for row in rows]}
    listing = table(header, frame.values.tolist())
    remarks = "\n".join(
        f"{row.network}, {row.classes} classes: {row.remark}" for row in rows if row.remark
    )
    written = "\n".join(map(str, files))
    return CommandOutput(document=document, text=f"{listing}\n\n{remarks}\n\n{written}")
