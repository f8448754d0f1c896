"""`mer completion`: commands, options and names completed by the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete commands, options and names.

    Datasets, networks, attribution methods and studies are completed too. Load it from your
    shell's start-up file:

    \b
    bash   eval "$(mer completion bash)"      in ~/.bashrc
    zsh    eval "$(mer completion zsh)"       in ~/.zshrc
    fish   mer completion fish | source       in ~/.config/fish/config.fish

    There is no --json: the answer is a script.
    """
    from mer_core.cli import mer

    found = get_completion_class(shell)
    assert found is not None  # click knows all three
    click.echo(found(mer, {}, "mer", "_MER_COMPLETE").source())
