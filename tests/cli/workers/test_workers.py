"""Workers as an operator sees them: real processes, real sockets, real signals."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tests.app.markets import SUPERGRAPH
from tests.cli.processes import TYPENAME, ask, children_of, serving, wait_for_message, wait_until_gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

Served = tuple[subprocess.Popen[str], str]
CONNECTIONS = 8


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings of a gateway with two workers."""
    (tmp_path / "supergraph.graphql").write_text(SUPERGRAPH, encoding="utf-8")
    path = tmp_path / "gateway.yaml"
    write(path)
    return path


def write(config: Path, more: str = "", *, watch: bool = False) -> None:
    workers = f"workers: {{count: 2, drain: 10s, watch: {watch}}}"
    config.write_text(f"supergraph: {{file: supergraph.graphql}}\nlisten: {{port: 0}}\n{workers}\n{more}")


@contextmanager
def served(config: Path) -> Iterator[Served]:
    with serving("--config", str(config)) as running:
        yield running


@dataclass
class Client:
    """Keeps connections as browsers and balancers do: it asks on one until an answer says that it is the last."""

    address: str
    answers: int = 0
    goodbyes: int = 0
    lost: list[str] = field(default_factory=list)
    enough: bool = False

    async def run(self) -> None:
        while not self.enough:
            await self._use_one_connection()

    async def _use_one_connection(self) -> None:
        parts = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            while not self.enough:
                writer.write(request(parts.path))
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length: ")[1].split("\r\n")[0])
                body = await reader.readexactly(length)
                if not head.startswith("http/1.1 200") or body != b'{"data":{"__typename":"Query"}}':
                    self.lost.append(f"{head}{body!r}")
                self.answers += 1
                if "connection: close" in head:
                    self.goodbyes += 1
                    return
        except (OSError, asyncio.IncompleteReadError) as error:
            self.lost.append(repr(error))
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def request(path: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {len(TYPENAME)}\r\n"
    )
    return head.encode() + b"\r\n" + TYPENAME


async def test_no_request_is_lost_when_workers_are_renewed(config: Path) -> None:
    """Clients that never stop asking get every answer, before, during and after; connections end by a word, not by a cut."""
    with served(config) as (process, address):
        before = children_of(process.pid)
        clients = [Client(address) for _ in range(CONNECTIONS)]
        asking = [asyncio.create_task(client.run()) for client in clients]
        for _ in range(2):
            process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(wait_for_message, process, "All workers have been renewed")
        for client in clients:
            client.enough = True
        await asyncio.gather(*asking)
        after = children_of(process.pid)
    assert [client.lost for client in clients] == [[]] * CONNECTIONS
    assert sum(client.goodbyes for client in clients) >= CONNECTIONS
    assert len(before) == len(after) == 2
    assert not before & after


def test_settings_are_read_again(config: Path) -> None:
    """What SIGHUP finds in the file is what the new workers do."""
    with served(config) as (process, address):
        assert ask(address) == {"data": {"__typename": "Query"}}
        write(config, "limits: {tokens: 1}\n")
        process.send_signal(signal.SIGHUP)
        wait_for_message(process, "All workers have been renewed")
        assert "MAX_TOKENS_LIMIT" in str(ask(address))


@pytest.mark.parametrize("way", ["written", "renamed", "linked"])
def test_a_settings_file_that_changes_is_read_again(way: str, config: Path) -> None:
    """However its text is replaced, as editors and Kubernetes do; one that is wrong changes nothing, and the next that is right counts."""
    linked = config.with_name("linked.yaml")
    write(config, watch=True)
    linked.symlink_to(config)

    def replace(more: str) -> None:
        if way == "written":
            write(config, more, watch=True)
            return
        other = config.with_name(f"other-{len(more)}.yaml")
        write(other, more, watch=True)
        if way == "renamed":
            other.replace(config)
        else:
            (new := config.with_name("new-link")).symlink_to(other)
            new.replace(linked)

    with served(linked) as (process, address):
        replace("limits: {dept: 1}\n")
        wait_for_message(process, "limits.depth")
        assert ask(address) == {"data": {"__typename": "Query"}}
        replace("limits: {tokens: 1}\n")
        wait_for_message(process, "All workers have been renewed")
        assert "MAX_TOKENS_LIMIT" in str(ask(address))


def test_a_settings_file_that_changes_waits_for_its_signal(config: Path) -> None:
    """Where nothing else is wished for; what the signal has read is not read again."""
    with served(config) as (process, address):
        write(config, "limits: {tokens: 1}\n", watch=True)
        process.send_signal(signal.SIGHUP)
        wait_for_message(process, "All workers have been renewed")
        before = children_of(process.pid)
        time.sleep(3)
        assert children_of(process.pid) == before
        write(config)
        wait_for_message(process, "All workers have been renewed")
        assert ask(address) == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [("limits: {dept: 1}\n", "limits.depth"), ("documents: {trusted: [nowhere.json]}\n", "nowhere.json")],
)
def test_wrong_settings_change_nothing(wrong: str, told: str, config: Path) -> None:
    """The message says what is wrong, and the workers stay the same, whether the file shows it or only a worker finds it."""
    with served(config) as (process, address):
        before = children_of(process.pid)
        write(config, wrong)
        process.send_signal(signal.SIGHUP)
        assert told in wait_for_message(process, told)
        assert ask(address) == {"data": {"__typename": "Query"}}
        assert children_of(process.pid) >= before


def test_what_needs_a_new_start_is_told(config: Path) -> None:
    """A worker count that has changed stays as it was."""
    with served(config) as (process, _):
        config.write_text(config.read_text().replace("count: 2", "count: 3"))
        process.send_signal(signal.SIGHUP)
        assert "workers.count" in wait_for_message(process, "needs a new start")
        wait_for_message(process, "All workers have been renewed")
        assert len(children_of(process.pid)) == 2


def test_a_worker_that_dies_is_replaced(config: Path) -> None:
    """At once the first time, after a pause when it happens again; the log says why it ended, and requests go on."""
    with served(config) as (process, address):
        victim = min(children_of(process.pid))
        subprocess.run(["kill", "-9", str(victim)], check=True)
        first = wait_for_message(process, f"(process {victim}) ended")
        assert "signal 9; it is replaced at once" in first
        wait_for_message(process, "Serving version")
        successor = max(children_of(process.pid))
        subprocess.run(["kill", "-9", str(successor)], check=True)
        assert "in 0.5 s" in wait_for_message(process, f"(process {successor}) ended")
        assert ask(address) == {"data": {"__typename": "Query"}}


def test_a_killed_parent_takes_its_workers_with_it(config: Path) -> None:
    """Nobody is left on the port."""
    with served(config) as (process, _):
        workers = children_of(process.pid)
        process.kill()
        process.wait()
        wait_until_gone(sorted(workers))


async def test_a_request_in_flight_ends_before_the_gateway_does(config: Path) -> None:
    """After SIGTERM nobody is let in, what has begun is answered, and the exit code is 0."""
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        asked.set()
        await may_answer.wait()
        return web.json_response({"data": {"achievement": {"title": "人工耳蜗"}}})

    application = web.Application()
    application.router.add_post("/graphql", answer)
    async with TestServer(application) as city, ClientSession() as client:
        write(config, f"traffic: {{subgraphs: {{city: {{url: '{city.make_url('/graphql')}'}}}}}}\n")
        with served(config) as (process, address):
            asking = asyncio.create_task(client.post(address, json={"query": '{ achievement(id: "1") { title } }'}))
            await asked.wait()
            process.send_signal(signal.SIGTERM)
            await refuses(address)
            may_answer.set()
            async with await asking as response:
                assert await response.json() == {"data": {"achievement": {"title": "人工耳蜗"}}}
            assert await asyncio.to_thread(process.wait) == 0


async def refuses(address: str) -> None:
    """Return when no more connections are taken."""
    parts = urlsplit(address)
    while True:
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # it stood in line when the door closed
            continue
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def test_a_second_signal_waits_for_nothing(config: Path) -> None:
    """Who presses Ctrl-C twice does not want to wait."""
    with served(config) as (process, _):
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
