"""Many members of a partitioned market as one program: it is loaded once, and a process is forked for each member.

They share the memory of what was loaded, so that eleven cost little more than three would. Each has its own port, database
and end: one that fails leaves the others as they are. None outlives the program.
"""

import contextlib
import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NoReturn

import click
from sqlalchemy import MetaData

from subgraphs.kit.courier import Outbox
from subgraphs.kit.registration import register
from subgraphs.kit.schema import MarketSchema
from subgraphs.kit.serve import CORE, NOW, REGISTRY, Market, serve_market

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


def members_command(
    name: str, schema: MarketSchema, metadata: MetaData, *, kind: str, outbox: Outbox | None = None
) -> click.Command:
    """The command that serves members of a market of a kind, a process each.

    On standard output it tells in a line of JSON of each member that is started (``partition``, ``pid``), and of each that
    ends (``code`` too, negative for a signal).
    """

    @click.command(name=name, help=f"Serve members of the {name} market's subgraph, a process each.")
    @click.option(
        "--member",
        "members",
        type=(str, click.IntRange(1, 65535), str),
        multiple=True,
        required=True,
        metavar="PARTITION PORT DATABASE",
        help="One member; may be given again for others.",
    )
    @NOW
    @REGISTRY
    def serve(
        members: tuple[tuple[str, int, str], ...], now: datetime | None, registry: str | None, core: str | None = None
    ) -> None:
        markets = [
            Market(
                name=name,
                kind=kind,
                schema=schema,
                metadata=metadata,
                database=database,
                port=port,
                partition=partition,
                now=now,
                registry=registry,
                outbox=outbox,
                core=core,
            )
            for partition, port, database in members
        ]
        sys.exit(serve_members(markets))

    if outbox is not None:
        serve.params.append(CORE)
    return serve


def serve_members(markets: Iterable[Market]) -> int:
    """Serve each market in a process of its own until all have ended; 0 comes out where that was wished by a signal.

    The subgraph that they are members of is registered too, once, as the first of them has it.
    """
    gc.collect()
    gc.freeze()  # what is loaded by now is garbage of nobody, and its memory stays shared
    leash, held = os.pipe()
    running = {_fork(market, leash, held): market for market in markets}
    stopping = _pass_on_signals(running)
    _register_subgraph(next(iter(running.values())))
    while running:
        pid, status = os.wait()
        _tell(running.pop(pid), pid, os.waitstatus_to_exitcode(status))
    return 0 if stopping.is_set() else 1


def _fork(market: Market, leash: int, held: int) -> int:
    pid = os.fork()
    if pid == 0:
        os.close(held)
        _run(market, leash)
    _tell(market, pid)
    return pid


def _run(market: Market, leash: int) -> NoReturn:
    """Be a member: whatever comes of it, this process ends here, and does nothing of what its parent was about to do."""
    code = 1
    try:
        threading.Thread(target=_end_with_the_leash, args=(leash,), daemon=True).start()
        serve_market(market)
        code = 0
    except click.ClickException as error:
        error.show()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_with_the_leash(leash: int) -> None:
    """Wait until the system closes the other end, as it does when the program has ended in whatever way."""
    os.read(leash, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _pass_on_signals(running: dict[int, Market]) -> threading.Event:
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopping.set()
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    for number in _STOPPING:
        signal.signal(number, stop)
    return stopping


def _register_subgraph(first: Market) -> None:
    logging.basicConfig(level=logging.WARNING, format=f"{first.name}: %(levelname)s %(message)s")
    if first.registry:
        url = f"http://{first.host}:{first.port}/graphql"
        register(name=first.name, kind=first.kind, url=url, sdl=first.schema.as_str(), registry=first.registry)


def _tell(market: Market, pid: int, code: int | None = None) -> None:
    ended = {} if code is None else {"code": code}
    click.echo(json.dumps({"partition": market.partition, "pid": pid, **ended}))
