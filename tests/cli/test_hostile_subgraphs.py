"""Subgraphs that do wrong, behind a whole gateway: their own fields fail, and nobody else notices."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from gateway.schema import Subgraph, compose
from tests.cli.hostile_subgraph import ANSWER, MISDEEDS, HostileSubgraph, Misdeed, cut
from tests.cli.processes import children_of, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

GOOD: Final = {"data": {"good": "a"}}
AT_ONCE: Final = 10
"""How many requests meet a misdeed at the same time."""

MAX_GROWTH: Final = 150_000_000
"""Bytes by which a worker may grow at its peak: a bounded body (1 MB) for each request, and what libraries take on first use."""

MALFORMED: Final = "SUBREQUEST_MALFORMED_RESPONSE"
HTTP_ERROR: Final = "SUBREQUEST_HTTP_ERROR"
CODES: Final = {name: MALFORMED if name == "html" else HTTP_ERROR for name in MISDEEDS}


@dataclass(frozen=True)
class World:
    """A gateway with one worker, in front of a good subgraph and a hostile one."""

    client: ClientSession
    address: str
    worker: int
    hostile: HostileSubgraph

    async def ask(self, query: str) -> Any:
        async with self.client.post(self.address, json={"query": query}) as response:
            assert response.status == 200
            return await response.json()

    async def suffer(self, misdeed: Misdeed) -> list[str]:
        """The codes of the errors of some requests at once, while the good subgraph is asked again and again."""
        self.hostile.misdeed = misdeed
        suffering = [asyncio.create_task(self.ask("{ good bad }")) for _ in range(AT_ONCE)]
        while not all(task.done() for task in suffering):
            assert await self.ask("{ good }") == GOOD
        answers = await asyncio.gather(*suffering)
        assert [answer["data"] for answer in answers] == [{"good": "a", "bad": None}] * AT_ONCE
        return [error["extensions"]["code"] for answer in answers for error in answer["errors"]]

    def peak(self) -> int:
        """Bytes that the worker has had in memory at most."""
        lines = Path(f"/proc/{self.worker}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    async def until_nothing_is_open(self, files: int) -> None:
        """The gateway has no connection to the hostile subgraph, and no more files than before: of connections that are kept, to clients
        and to the good subgraph, there may be one more for each request at once."""
        files += 3 * AT_ONCE
        async with asyncio.timeout(20):
            while self.hostile.open or self.files() > files:  # noqa: ASYNC110  # a process tells nobody
                await asyncio.sleep(0.05)

    def files(self) -> int:
        return len(list(Path(f"/proc/{self.worker}/fd").iterdir()))


@asynccontextmanager
async def world(folder: Path, transport: str) -> AsyncIterator[World]:
    hostile = HostileSubgraph()
    application = web.Application()
    application.router.add_post("/graphql", answer)
    async with TestServer(application) as good, hostile.listening() as bad:
        composed = compose(
            [
                Subgraph("good", str(good.make_url("/graphql")), "type Query { good: String }"),
                Subgraph("bad", bad, "type Query { bad: String }"),
            ]
        )
        (folder / "supergraph.graphql").write_text(composed.supergraph_sdl or "")
        settings = {
            "supergraph": {"file": "supergraph.graphql"},
            "listen": {"port": 0},
            "workers": {"count": 1},
            "traffic": {
                "transport": transport,
                "share_requests": False,
                "response_bytes": 1_000_000,
                "breaker": {"enabled": False},
                "subgraphs": {"bad": {"timeout": "1s"}},
            },
        }
        config = folder / "gateway.yaml"
        config.write_text(json.dumps(settings))
        with serving("--config", str(config)) as (process, address):
            (worker,) = children_of(process.pid)
            async with ClientSession() as client:
                yield World(client, address, worker, hostile)


async def answer(_: web.Request) -> web.Response:
    return web.json_response(GOOD)


@pytest.mark.parametrize("transport", ["lean", "aiohttp"])
async def test_misdeeds_harm_nobody_else(transport: str, tmp_path: Path) -> None:
    """Each is that field's error. Memory stays within its bounds, and no connection, task or file is left behind."""
    async with world(tmp_path, transport) as meeting:
        await meeting.suffer(MISDEEDS["close"])
        before, files = meeting.peak(), meeting.files()
        found = {name: set(await meeting.suffer(misdeed)) for name, misdeed in MISDEEDS.items()}
        assert found == {name: {code} for name, code in CODES.items()}
        await meeting.until_nothing_is_open(files)
        assert meeting.peak() - before < MAX_GROWTH


@pytest.mark.parametrize("transport", ["lean", "aiohttp"])
async def test_an_answer_that_breaks_off_anywhere_harms_nobody_else(transport: str, tmp_path: Path) -> None:
    """Before, in and behind its head, and in its body."""
    async with world(tmp_path, transport) as meeting:
        await meeting.suffer(MISDEEDS["close"])
        files = meeting.files()
        for position in range(0, len(ANSWER), 7):
            assert set(await meeting.suffer(cut(position))) == {HTTP_ERROR}, position
        await meeting.until_nothing_is_open(files)
