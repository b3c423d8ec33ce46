"""A market as a process: ``python -m subgraphs.NAME --port N --database URL``.

It says nothing unless something is wrong, and stops at once on SIGINT and SIGTERM.
"""

import logging
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import click
import uvicorn
from sqlalchemy import MetaData
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine

from subgraphs.kit.app import Chore, create_app
from subgraphs.kit.context import Clock, clock_from, system_clock
from subgraphs.kit.courier import Courier, HttpRecipient, Outbox
from subgraphs.kit.database import open_database
from subgraphs.kit.events import Events
from subgraphs.kit.registration import register
from subgraphs.kit.schema import MarketSchema
from subgraphs.kit.tokens import read_tokens

MOMENT: Final = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])
NOW: Final = click.option(
    "--now", type=MOMENT, help="What time it is, with its zone, as for data of the past; else the machine's."
)
CORE: Final = click.Option(
    ["--core"],
    metavar="URL",
    help="Tell core, which answers here, of what is new; the token is MARKET_NEWS_TOKEN of the environment.",
)
REGISTRY: Final = click.option(
    "--registry", metavar="URL", help="Register here; the token is TONGFEN_TOKEN of the environment."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One server of a market: of all its data, or of one ``partition``."""

    name: str
    kind: str
    """Whose it is, for people who look at the registry: ``province``, ``city``, ``industry``."""
    schema: MarketSchema
    metadata: MetaData
    database: str
    port: int
    host: str = "127.0.0.1"
    partition: str = ""
    now: datetime | None = None
    registry: str | None = None
    url: str | None = None
    """Where the gateway reaches it, if that is not where it listens."""
    outbox: Outbox | None = None
    core: str | None = None
    """Where core answers, whom the outbox's news is for."""
    chores: Sequence[Chore] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.partition}".rstrip()


def serve_command(
    name: str,
    schema: MarketSchema,
    metadata: MetaData,
    *,
    kind: str,
    outbox: Outbox | None = None,
    chores: Sequence[Chore] = (),
) -> click.Command:
    """The command that serves a market of a kind. With an outbox it can be told where core is."""

    @click.command(name=name, help=f"Serve the {name} market's subgraph.")
    @click.option("--port", type=click.IntRange(0, 65535), required=True, help="Port to listen on; 0 takes a free one.")
    @click.option("--database", required=True, metavar="URL", help="sqlite+aiosqlite:///FILE or postgresql+asyncpg://…")
    @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
    @click.option(
        "--partition", default="", help="The part of the data that is served here, as one of the subgraph's members."
    )
    @NOW
    @REGISTRY
    @click.option("--url", help="Where the gateway reaches it; without it where it listens.")
    def serve(
        port: int,
        database: str,
        host: str,
        partition: str,
        now: datetime | None,
        registry: str | None,
        url: str | None,
        core: str | None = None,
    ) -> None:
        serve_market(
            Market(
                name=name,
                kind=kind,
                schema=schema,
                metadata=metadata,
                database=database,
                port=port,
                host=host,
                partition=partition,
                now=now,
                registry=registry,
                url=url,
                outbox=outbox,
                core=core,
                chores=chores,
            )
        )

    if outbox is not None:
        serve.params.append(CORE)
    return serve


def serve_market(market: Market) -> None:
    """Serve until a signal stops it, and register it meanwhile. Raises ``click.ClickException`` where it cannot be served."""
    logging.basicConfig(level=logging.WARNING, format=f"{market}: %(levelname)s %(message)s")
    server = _Server(_configure(market))
    server.stop_on_signals()
    with _listen(market) as listener:
        address = f"http://{market.host}:{listener.getsockname()[1]}/graphql"
        if market.port == 0:  # whoever left the choice to us must hear of it
            click.echo(f"{market} listens on {address}")
        if market.registry:
            register(
                name=market.name,
                kind=market.kind,
                partition=market.partition,
                url=market.url or address,
                sdl=market.schema.as_str(),
                registry=market.registry,
            )
        server.run(sockets=[listener])


def _configure(market: Market) -> uvicorn.Config:
    try:
        engine = open_database(market.database)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise click.ClickException(f"{market} cannot open its database: {error}") from error
    clock = system_clock if market.now is None else clock_from(market.now)
    try:
        app = create_app(
            market.schema,
            market.metadata,
            engine,
            clock=clock,
            tokens=read_tokens(os.environ),
            chores=(*market.chores, *_delivery(market)),
            redis_url=os.environ.get("MARKET_REDIS"),
        )
    except (ValueError, ModuleNotFoundError) as error:
        raise click.ClickException(f"{market} cannot tell events by MARKET_REDIS: {error}") from error
    return uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2)


def _delivery(market: Market) -> Iterator[Chore]:
    if market.outbox is None or market.core is None:
        return
    outbox, core = market.outbox, HttpRecipient(market.core)

    async def deliver(database: AsyncEngine, events: Events, _clock: Clock) -> None:
        await Courier(outbox, database, events, core).run()

    yield deliver


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


def _listen(market: Market) -> socket.socket:
    family = socket.AF_INET6 if ":" in market.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((market.host, market.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"{market} cannot listen on {market.host}:{market.port}: {error.strerror}."
        ) from error
    return listener
