"""``tongfen serve``: one gateway over a supergraph that is there, or that is composed at the start."""

import logging
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from gateway.app import Peers, make_app, make_loader
from gateway.cli.workers import Plan, Ports, Supervisor, WatchedFile, count_workers
from gateway.settings import Listen, Log, LogFormat, Settings, make_settings, read_settings
from gateway.telemetry.logs import TEXT_FORMAT, JsonFormatter
from gateway.telemetry.metrics import retire
from gateway.transport.asgi import AsgiApp

LOG = logging.getLogger("gateway.workers")

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("serve")
@click.option(
    "--supergraph", type=EXISTING_FILE, help="The supergraph SDL to serve; all other settings are the defaults."
)
@click.option("--config", type=EXISTING_FILE, help="The settings; config/gateway.yaml explains each.")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here; 0 takes any free port.")
@click.option("--host", help="Listen on this address; 0.0.0.0 is all.")
@click.option("--workers", type=click.IntRange(1), help="How many processes answer; without it one for each core.")
def serve_command(
    supergraph: Path | None, config: Path | None, port: int | None, host: str | None, workers: int | None
) -> None:
    """Serve a supergraph as one GraphQL endpoint.

    Options given here go before the settings file. SIGHUP reads the settings again and renews the workers one by one, and with
    workers.watch so does a change of the file; SIGTERM lets requests in flight end.
    """
    overrides = make_overrides(supergraph, port, host, workers)
    if config is not None:
        serve(lambda: read_settings(config, overrides=overrides), WatchedFile(config))
    elif supergraph is not None:
        serve(lambda: make_settings(overrides, folder=Path.cwd()))
    else:
        raise click.UsageError("Say what to serve: --supergraph FILE or --config FILE.")


def make_overrides(supergraph: Path | None, port: int | None, host: str | None, workers: int | None) -> dict[str, Any]:
    """The settings that the options stand for."""
    listen = {key: value for key, value in {"port": port, "host": host}.items() if value is not None}
    overrides: dict[str, Any] = {"listen": listen}
    if workers is not None:
        overrides["workers"] = {"count": workers}
    if supergraph is not None:
        overrides["supergraph"] = {"file": str(supergraph.absolute()), "compose": {}}
    return overrides


def serve(read: Callable[[], Settings], file: WatchedFile | None = None) -> None:
    """Serve until a signal ends it. ``read`` gives the settings, now and whenever they are read again; ``file`` is where they stand.

    Raises TongfenError where the settings are wrong, or the supergraph or the port cannot be had.
    """
    settings = read()
    start_logging(settings.log)
    plan = make_plan(settings, file)
    ports = Ports(settings.listen, count_workers(settings.workers.count))
    where = f"Serving GraphQL at {address(ports.address, settings)}"
    with tempfile.TemporaryDirectory(prefix="tongfen-") as name:
        folder = Path(name)
        supervisor = Supervisor(
            ports, plan, folder=folder, renew=lambda: renew(read, settings, file), on_end=partial(retire, folder)
        )
        supervisor.run(on_listening=lambda: click.echo(where))


def make_plan(settings: Settings, file: WatchedFile | None) -> Plan:
    """What workers are made of. A supergraph in a file is read here, once for all of them. Raises TongfenError."""
    loader = make_loader(settings)

    def make_worker(peers: Peers) -> AsgiApp:
        return make_app(settings, loader, peers=peers)

    return Plan(
        make_worker,
        settings.limits,
        start_seconds=settings.workers.start,
        drain_seconds=settings.workers.drain,
        has_changed=file.has_changed if file is not None and settings.workers.watch else None,
    )


def renew(read: Callable[[], Settings], first: Settings, file: WatchedFile | None) -> Plan:
    """A plan from settings that are read again. Raises TongfenError. What cannot change while the port is open is said."""
    if file is not None:
        file.has_changed()  # what it holds now is seen
    settings = read()
    plan = make_plan(settings, file)
    start_logging(settings.log)
    for name in ("listen", "workers.count"):
        before, now = (look_up(each, name) for each in (first, settings))
        if before != now:
            LOG.warning("%s has changed; that needs a new start", name)
    return plan


def look_up(settings: Settings, dotted: str) -> object:
    found: object = settings
    for name in dotted.split("."):
        found = getattr(found, name)
    return found


def address(listen: Listen, settings: Settings) -> str:
    """Where a browser on this machine finds the endpoint."""
    host = listen.host
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  # not bound, shown
    return f"http://{shown}:{listen.port}{settings.graphql.path}"


def start_logging(settings: Log) -> None:
    """Write to standard error what is at least this important; of the HTTP server's own chatter only warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if settings.format is LogFormat.JSON else logging.Formatter(TEXT_FORMAT))
    logging.basicConfig(level=settings.level.value.upper(), handlers=[handler], force=True)
    levels: Mapping[str, int] = {"uvicorn": logging.WARNING, "asyncio": logging.WARNING}
    for name, at_least in levels.items():
        logging.getLogger(name).setLevel(at_least)
