"""A subgraph that speaks the HTTP callback protocol, as a server of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, TCPConnector, web
from aiohttp.test_utils import TestServer

PROTOCOL = {"subscription-protocol": "callback/1.0"}
Post = Mapping[str, Any]


class Emitter:
    """Answers each subscription with these posts, each on a connection of its own, and notes the status of each."""

    def __init__(self, posts: Sequence[Post], *, answer: Any = None, status: int = 200) -> None:
        self._posts, self._answer, self._status = posts, answer or {"data": None}, status
        self.asked: list[Any] = []
        self.accepts: list[str] = []
        self.statuses: list[int] = []
        self.done = asyncio.Event()
        self._emitting: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append(asked)
        self.accepts.append(request.headers["accept"])
        task = asyncio.create_task(self._emit(asked["extensions"]["subscription"]))
        self._emitting.add(task)
        return web.json_response(self._answer, status=self._status, headers=PROTOCOL)

    async def close(self) -> None:
        for task in self._emitting:
            task.cancel()
        await asyncio.gather(*self._emitting, return_exceptions=True)

    async def _emit(self, subscription: Mapping[str, Any]) -> None:
        async with ClientSession(connector=TCPConnector(force_close=True)) as client:
            for post in self._posts:
                about = {
                    "kind": "subscription",
                    "id": subscription["subscriptionId"],
                    "verifier": subscription["verifier"],
                }
                async with client.post(
                    subscription["callbackUrl"], json={**about, **post}, headers=PROTOCOL
                ) as response:
                    assert response.headers.get("subscription-protocol") == "callback/1.0"
                    self.statuses.append(response.status)
        self.done.set()


@asynccontextmanager
async def emitting(emitter: Emitter) -> AsyncIterator[str]:
    """The address of the subgraph, while it answers."""
    application = web.Application()
    application.router.add_post("/graphql", emitter.answer)
    async with TestServer(application) as server:
        yield str(server.make_url("/graphql"))
        await emitter.close()
