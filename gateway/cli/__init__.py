"""The command ``tongfen``. Each command has a file of its own here and is registered below; it reads, calls and prints."""

from typing import Any, Final

import click

from gateway import __version__
from gateway.cli.cache import cache_command
from gateway.cli.compose import compose_command
from gateway.cli.demo import demo_command
from gateway.cli.member import member_command
from gateway.cli.plan import plan_command
from gateway.cli.registry import registry_command
from gateway.cli.serve import serve_command
from gateway.cli.subgraph import subgraph_command
from gateway.cli.supergraph import supergraph_command
from gateway.cli.token import token_command
from gateway.errors import TongfenError

COMMANDS: Final[tuple[click.Command, ...]] = (
    cache_command,
    compose_command,
    demo_command,
    member_command,
    plan_command,
    registry_command,
    serve_command,
    subgraph_command,
    supergraph_command,
    token_command,
)


class CommandGroup(click.Group):
    """A group whose commands end in one clear message, never in a stack trace, when the operator can mend what is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A ``TongfenError`` becomes a message on standard error and exit code 1."""
        try:
            return super().invoke(ctx)
        except TongfenError as error:
            raise click.ClickException(error.message) from error


@click.group(
    cls=CommandGroup,
    commands=list(COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)
@click.version_option(__version__, prog_name="tongfen")
def main() -> None:
    """Tongfen: one GraphQL endpoint over many markets, a federation gateway and composer.

    Exit codes: 0 done, 1 it cannot be done (the reason is on standard error), 2 wrong use.
    """
