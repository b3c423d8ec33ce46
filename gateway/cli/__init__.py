"""The command ``tongfen``. Each command has a file of its own here and is registered below; it reads, calls and prints."""

from importlib import import_module
from typing import Any, Final

import click

from gateway import __version__
from gateway.collection import held_collection
from gateway.errors import TongfenError

COMMANDS: Final = (
    "cache",
    "compose",
    "config",
    "demo",
    "member",
    "plan",
    "registry",
    "serve",
    "subgraph",
    "supergraph",
    "token",
)
"""Each is ``NAME_command`` in ``gateway/cli/NAME.py``, which is imported when it is asked for: ``serve`` must not wait for what others need."""


class CommandGroup(click.Group):
    """A group whose commands end in one clear message, never in a stack trace, when the operator can mend what is wrong."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All there are, in the order of their names."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            with held_collection():  # what is imported stays
                self.add_command(getattr(import_module(f"gateway.cli.{cmd_name}"), f"{cmd_name}_command"))
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A ``TongfenError`` becomes a message on standard error and exit code 1."""
        try:
            return super().invoke(ctx)
        except TongfenError as error:
            raise click.ClickException(error.message) from error


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)
@click.version_option(__version__, prog_name="tongfen")
def main() -> None:
    """Tongfen: one GraphQL endpoint over many markets, a federation gateway and composer.

    Exit codes: 0 done, 1 it cannot be done (the reason is on standard error), 2 wrong use.
    """
