"""``tongfen registry``: a registry's first start, and whether its audit log is as it was written."""

import asyncio
from datetime import timedelta
from pathlib import Path

import click

from gateway.cli.registry_client import Connection, connected
from gateway.errors import TongfenError
from gateway.registry.access import create_token
from gateway.registry.model import Right
from gateway.registry.store import open_database
from gateway.settings import read_settings

CONFIG = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("registry", no_args_is_help=True)
def registry_command() -> None:
    """The registry itself. Exit codes: 0 done, 1 it cannot be done, 2 wrong use."""


@registry_command.command("init")
@click.option("--config", type=CONFIG, help="The gateway's settings.")
@click.option(
    "--database", help="The database, where there are no settings: sqlite+aiosqlite:///FILE or postgresql+asyncpg://…"
)
@click.option("--name", default="admin", show_default=True, help="What the history calls the administrator.")
@click.option("--days", type=click.IntRange(1), help="How long the token is good; without it until it is revoked.")
def init(config: Path | None, database: str | None, name: str, days: int | None) -> None:
    """Make the tables and the administrator's token, and print the token. It is shown this once.

    This works on the database itself, and only while it has no token: whoever can write into the database may do this.
    """
    url = database or (read_settings(config).registry.database if config else None)
    if url is None:
        raise click.UsageError("Say where the registry is: --config FILE with registry.database, or --database URL.")
    click.echo(asyncio.run(make_first_token(url, name, days)))
    click.echo(f"This is the token of {name}, with all rights. It is not shown again.", err=True)


async def make_first_token(url: str, name: str, days: int | None) -> str:
    """The administrator's token. Raises TongfenError where there are tokens already, or no database."""
    database = open_database(url)
    try:
        await database.prepare()
        expires = database.now() + timedelta(days=days) if days else None
        _, secret = await create_token(
            database, name=name, rights={Right.ADMIN}, created_by="init", expires_at=expires, only_first=True
        )
        return secret
    finally:
        await database.close()


@registry_command.command("verify")
@connected
def verify(connection: Connection) -> None:
    """Check the whole audit log: that no entry was changed or left out."""
    report = connection.ask("{ auditReport { entries head brokenAt } }")["auditReport"]
    if report["brokenAt"] is not None:
        raise TongfenError(f"Entry {report['brokenAt']} of the audit log is not as it was written.")
    click.echo(f"All {report['entries']} entries are as they were written. The last one's hash is {report['head']}.")
