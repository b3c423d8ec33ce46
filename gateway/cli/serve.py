"""``tongfen serve``: one gateway over a supergraph that is there, or that is composed at the start."""

import contextlib
import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import uvicorn

from gateway.app import make_app, make_loader
from gateway.cli.bounded_protocol import ConnectionBounds, bounded_protocol
from gateway.errors import TongfenError
from gateway.settings import Limits, Listen, LogLevel, Settings, make_settings, read_settings
from gateway.transport.asgi import AsgiApp

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("serve")
@click.option(
    "--supergraph", type=EXISTING_FILE, help="The supergraph SDL to serve; all other settings are the defaults."
)
@click.option("--config", type=EXISTING_FILE, help="The settings; config/gateway.yaml explains each.")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here; 0 takes any free port.")
@click.option("--host", help="Listen on this address; 0.0.0.0 is all.")
def serve_command(supergraph: Path | None, config: Path | None, port: int | None, host: str | None) -> None:
    """Serve a supergraph as one GraphQL endpoint.

    Options given here go before the settings file.
    """
    overrides = make_overrides(supergraph, port, host)
    if config is not None:
        settings = read_settings(config, overrides=overrides)
    elif supergraph is not None:
        settings = make_settings(overrides, folder=Path.cwd())
    else:
        raise click.UsageError("Say what to serve: --supergraph FILE or --config FILE.")
    serve(settings)


def make_overrides(supergraph: Path | None, port: int | None, host: str | None) -> dict[str, Any]:
    """The settings that the options stand for."""
    listen = {key: value for key, value in {"port": port, "host": host}.items() if value is not None}
    overrides: dict[str, Any] = {"listen": listen}
    if supergraph is not None:
        overrides["supergraph"] = {"file": str(supergraph.absolute()), "compose": {}}
    return overrides


def serve(settings: Settings) -> None:
    """Serve until a signal ends it. Raises TongfenError where the supergraph or the port cannot be had."""
    start_logging(settings.log.level)
    app = make_app(settings, make_loader(settings))
    with open_port(settings.listen) as listening:
        click.echo(f"Serving GraphQL at {address(listening, settings)}")
        run(app, listening, settings.limits)


def open_port(listen: Listen) -> socket.socket:
    """A socket that listens. Raises TongfenError where the port is taken, not allowed, or the address is not ours."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    try:
        return socket.create_server((listen.host, listen.port), family=family, backlog=2048)
    except OSError as error:
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror
        message = f"Cannot listen on {listen.host} port {listen.port}: {reason}. Stop what is there, or choose another: --port N."
        raise TongfenError(message) from error


def address(listening: socket.socket, settings: Settings) -> str:
    """Where a browser on this machine finds the endpoint."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  # not bound, shown
    return f"http://{shown}:{port}{settings.graphql.path}"


def run(app: AsgiApp, listening: socket.socket, limits: Limits) -> None:
    """Answer on the socket until SIGINT or SIGTERM; requests that are running are let finish."""
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(server_config(app, limits)).run(sockets=[listening])


def server_config(app: AsgiApp, limits: Limits) -> uvicorn.Config:
    """The HTTP server as every command runs it."""
    bounds = ConnectionBounds(limits.head_bytes, limits.head_time, limits.reading_time)
    return uvicorn.Config(
        app,
        http=bounded_protocol(bounds),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def start_logging(level: LogLevel) -> None:
    """Write to standard error what is at least this important; of the HTTP server's own chatter only warnings."""
    logging.basicConfig(level=level.value.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    levels: Mapping[str, int] = {"uvicorn": logging.WARNING, "asyncio": logging.WARNING}
    for name, at_least in levels.items():
        logging.getLogger(name).setLevel(at_least)
