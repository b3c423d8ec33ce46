"""A market as a process: ``python -m subgraphs.NAME --port N --database URL``.

It says nothing unless something is wrong, and stops at once on SIGINT and SIGTERM.
"""

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import click
import uvicorn
from sqlalchemy import MetaData
from sqlalchemy.exc import ArgumentError

from subgraphs.kit.app import create_app
from subgraphs.kit.context import Clock, clock_from, system_clock
from subgraphs.kit.database import open_database
from subgraphs.kit.registration import register
from subgraphs.kit.schema import MarketSchema
from subgraphs.kit.tokens import read_tokens

MOMENT: Final = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])


def serve_command(name: str, schema: MarketSchema, metadata: MetaData) -> click.Command:
    """The command that serves a market."""

    @click.command(name=name, help=f"Serve the {name} market's subgraph.")
    @click.option("--port", type=click.IntRange(0, 65535), required=True, help="Port to listen on; 0 takes a free one.")
    @click.option("--database", required=True, metavar="URL", help="sqlite+aiosqlite:///FILE or postgresql+asyncpg://…")
    @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
    @click.option(
        "--now", type=MOMENT, help="What time it is, with its zone, as for data of the past; else the machine's."
    )
    @click.option("--registry", metavar="URL", help="Register here; the token is TONGFEN_TOKEN of the environment.")
    @click.option("--url", help="Where the gateway reaches it; without it where it listens.")
    def serve(port: int, database: str, host: str, now: datetime | None, registry: str | None, url: str | None) -> None:
        clock = system_clock if now is None else clock_from(now)

        def when_listening(address: str) -> None:
            if registry:
                register(name=name, url=url or address, sdl=schema.as_str(), registry=registry)

        _serve(name, schema, metadata, database=database, host=host, port=port, clock=clock, tell=when_listening)

    return serve


def _serve(
    name: str,
    schema: MarketSchema,
    metadata: MetaData,
    *,
    database: str,
    host: str,
    port: int,
    clock: Clock,
    tell: Callable[[str], None],
) -> None:
    logging.basicConfig(level=logging.WARNING, format=f"{name}: %(levelname)s %(message)s")
    try:
        engine = open_database(database)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise click.ClickException(f"{name} cannot open its database: {error}") from error
    config = uvicorn.Config(
        create_app(schema, metadata, engine, clock=clock, tokens=read_tokens(os.environ)),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    server.stop_on_signals()
    with _listen(name, host, port) as listener:
        address = f"http://{host}:{listener.getsockname()[1]}/graphql"
        if port == 0:  # whoever left the choice to us must hear of it
            click.echo(f"{name} listens on {address}")
        tell(address)
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn's server, which a signal stops at any time and which then ends like any program that has done its work."""

    def stop_on_signals(self) -> None:
        """Take the signals from now on: they may come before the server has begun."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing more to capture, and nothing to raise again afterwards."""
        yield


def _listen(name: str, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise click.ClickException(f"{name} cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener
