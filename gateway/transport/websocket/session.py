"""One client on one WebSocket, from ``connection_init`` to the end: operations side by side, each with an id."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.endpoint import GraphQLService
from gateway.transport.parameters import Parameters, check_asked
from gateway.transport.websocket.channel import Channel, ClosedError
from gateway.transport.websocket.options import Close, Dialect, WebSocketOptions

LOG: Final = logging.getLogger(__name__)

Admit = Callable[[GraphQLRequest], Awaitable[object]]
"""Looks at the headers of a connection's requests; raises RequestError where they would all be refused."""


class Session:
    """Serves one connection. ``headers`` are those of the handshake."""

    def __init__(
        self,
        channel: Channel,
        dialect: Dialect,
        service: GraphQLService,
        headers: Mapping[str, str],
        options: WebSocketOptions,
        admit: Admit | None = None,
    ) -> None:
        self._channel, self._dialect, self._service = channel, dialect, service
        self._headers, self._options, self._admit = headers, options, admit
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._is_ready = False

    async def run(self) -> None:
        """Serve until the client leaves or breaks the protocol; leaves nothing under way."""
        pinging: asyncio.Task[None] | None = None
        try:
            await self._initialise()
            pinging = asyncio.create_task(self._ping())
            while True:
                await self._take(await self._channel.receive())
        except ClosedError as closed:
            if closed.code is not None:
                await self._channel.close(closed.code, closed.reason)
        finally:
            tasks = [*self._under_way.values(), *([pinging] if pinging else ())]
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)

    async def _initialise(self) -> None:
        """Wait for ``connection_init``, and acknowledge it."""
        try:
            async with asyncio.timeout(self._options.init_seconds):
                while not self._is_ready:
                    await self._take(await self._channel.receive())
        except TimeoutError:
            raise ClosedError(Close.INIT_TIMEOUT, "Connection initialisation timeout") from None

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "connection_init":
            await self._acknowledge(message.get("payload"))
        elif kind == "ping" and not self._dialect.is_legacy:
            await self._channel.send(b'{"type":"pong"}')
        elif kind == self._dialect.start:
            self._start(message)
        elif kind == self._dialect.stop:
            await self._stop(str(message.get("id")))
        elif kind == "connection_terminate" and self._dialect.is_legacy:
            raise ClosedError(Close.GOING_AWAY, "Terminated by the client")
        elif kind != "pong":
            raise ClosedError(Close.INVALID_MESSAGE, f"Invalid message type {str(kind)[:40]!r}")

    async def _acknowledge(self, payload: Any) -> None:
        if self._is_ready:
            raise ClosedError(Close.TOO_MANY_INITS, "Too many initialisation requests")
        self._headers = {**self._headers, **read_headers_of(payload, self._options.init_headers)}
        if self._admit is not None:
            try:
                await self._admit(GraphQLRequest("", headers=self._headers))
            except RequestError:
                raise ClosedError(Close.FORBIDDEN, "Forbidden") from None
        self._is_ready = True
        await self._channel.send(b'{"type":"connection_ack"}')
        if self._dialect.is_legacy:
            await self._channel.send(b'{"type":"ka"}')

    def _start(self, message: dict[str, Any]) -> None:
        if not self._is_ready:
            raise ClosedError(Close.UNAUTHORIZED, "Unauthorized")
        name = message.get("id")
        if not isinstance(name, str) or not name:
            raise ClosedError(Close.INVALID_MESSAGE, "The operation has no id")
        if name in self._under_way:
            raise ClosedError(Close.SUBSCRIBER_EXISTS, f"Subscriber for {name} already exists")
        try:
            parameters = msgspec.convert(message.get("payload"), Parameters)
        except msgspec.ValidationError as error:
            raise ClosedError(Close.INVALID_MESSAGE, f"Invalid payload: {error}") from None
        task = asyncio.create_task(self._answer(name, parameters))
        self._under_way[name] = task

    async def _stop(self, name: str) -> None:
        task = self._under_way.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))

    async def _answer(self, name: str, parameters: Parameters) -> None:
        """Answer one operation, to its end."""
        try:
            if len(self._under_way) > self._options.operations:
                raise RequestError(
                    "The connection has too many operations under way.", code=codes.REQUEST_CONCURRENCY_LIMITED
                )
            await self._send_answer(name, parameters)
        except RequestError as error:
            await self._fail(name, msgspec.json.encode(error.errors))
        except Exception:
            LOG.exception("an operation over a WebSocket failed by a fault of the gateway")
            await self._channel.close(Close.INTERNAL_ERROR, "Internal server error")
        finally:
            if self._under_way.get(name) is asyncio.current_task():
                del self._under_way[name]

    async def _send_answer(self, name: str, parameters: Parameters) -> None:
        check_asked(parameters, parameters.document_id)
        answer = await self._service.stream(self._make_request(parameters))
        if isinstance(answer, GraphQLResponse):
            if not answer.executed:
                errors = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])["errors"]
                return await self._fail(name, bytes(errors))
            await self._send(name, self._dialect.event, answer.body)
        else:
            async with contextlib.aclosing(answer.payloads) as payloads:
                async for payload in payloads:
                    await self._send(name, self._dialect.event, payload)
        self._under_way.pop(name, None)  # the client may use the id anew as soon as it hears of the end
        return await self._send(name, "complete")

    def _make_request(self, parameters: Parameters) -> GraphQLRequest:
        return GraphQLRequest(
            query=parameters.query or "",
            document_id=parameters.document_id,
            operation_name=parameters.operation_name or None,
            variables=parameters.variables or {},
            extensions=parameters.extensions or {},
            headers=self._headers,
            subscriptions=True,
        )

    async def _fail(self, name: str, errors: bytes) -> None:
        """The operation was not executed. The older protocol has one error where the newer one has a list."""
        self._under_way.pop(name, None)
        if self._dialect.is_legacy:
            first, *_ = msgspec.json.decode(errors, type=list[msgspec.Raw])
            errors = bytes(first)
        await self._send(name, "error", errors)

    async def _send(self, name: str, kind: str, payload: bytes | None = None) -> None:
        rest = b',"payload":%b' % payload if payload is not None else b""
        await self._channel.send(b'{"id":%b,"type":"%b"%b}' % (msgspec.json.encode(name), kind.encode(), rest))

    async def _ping(self) -> None:
        message = b'{"type":"%b"}' % self._dialect.keep_alive.encode()
        while True:
            await asyncio.sleep(self._options.keep_alive)
            await self._channel.send(message)


def read_headers_of(payload: Any, names: frozenset[str]) -> dict[str, str]:
    """The entries of an initialisation's payload that count as headers; some clients put them under ``headers``."""
    if not isinstance(payload, dict):
        return {}
    nested = payload.get("headers")
    entries = {**(nested if isinstance(nested, dict) else {}), **payload}
    found = {name.lower(): value for name, value in entries.items() if isinstance(value, str)}
    return {name: value for name, value in found.items() if name in names}
