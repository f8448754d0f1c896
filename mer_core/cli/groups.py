"""Groups of commands: imported when they are asked for, suggested when they are mistyped."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable, Mapping

import click
from click.shell_completion import CompletionItem


class SuggestingGroup(click.Group):
    """A group that names the nearest command when it is asked for one that does not exist."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with, or say which was probably meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            names = self.list_commands(ctx)
            ctx.fail(f"there is no command {name!r}{did_you_mean(name, names)}")
        return super().resolve_command(ctx, args)


class LazyGroup(SuggestingGroup):
    """A group whose commands are imported when they are asked for.

    Args:
        homes: Command -> module that defines it under the same name, and one line of help. The
            help is here so that a list of commands imports none of them.
    """

    def __init__(
        self, *args: object, homes: Mapping[str, tuple[str, str]], **settings: object
    ) -> None:
        super().__init__(*args, **settings)  # type: ignore[arg-type]
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return names in the order in which a newcomer meets them."""
        return list(self.homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of `cmd_name` and return the command called like it."""
        if cmd_name not in self.homes:
            return None
        module, _ = self.homes[cmd_name]
        return getattr(importlib.import_module(module), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.homes.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands without importing them."""
        return [
            CompletionItem(name, help=line)
            for name, (_, line) in self.homes.items()
            if name.startswith(incomplete)
        ]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return " (did you mean ...?)" where one of `names` is near, and nothing otherwise."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
