"""Write an answer's payloads as they come into one HTTP response, and signs of life between them."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Final

from gateway.resolvers.messages import GraphQLStream, Incremental
from gateway.transport.asgi import Send
from gateway.transport.streaming.carriers import EVENTS_IN, Carrier

Header = tuple[bytes, bytes]

OK: Final = 200


@dataclass(frozen=True, slots=True)
class Form:
    """How payloads are written: what comes first, around each, at the end; and what a heartbeat is, None where there is none.

    Of each payload so many bytes are ``left_out`` at its beginning.
    """

    content_type: bytes
    first: bytes
    before: bytes
    after: bytes
    last: bytes
    heartbeat: bytes | None
    left_out: int = 0


EVENTS: Final = Form(
    b"text/event-stream; charset=utf-8",
    b":\n\n",
    b"event: next\ndata: ",
    b"\n\n",
    b"event: complete\ndata: \n\n",
    b":\n\n",
)
"""graphql-sse, distinct connections mode. JSON in one line needs no more than one ``data`` field."""

PART: Final = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"

WRAPPED: Final = Form(
    b'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0',
    b"--graphql",
    PART + b'{"payload":',
    b"}\r\n--graphql",
    b"--\r\n",
    PART + b"{}\r\n--graphql",
)
"""Each delimiter follows its part at once: a client need not wait for the next one to know that a part is whole."""


def parts_type(incremental: Incremental | None) -> bytes:
    """The content type of bare parts, in this form of incremental delivery if any."""
    spec = b"; " + incremental.value.encode("ascii") if incremental is not None else b""
    return b'multipart/mixed; boundary="-"' + spec


COUNTED: Final = {
    carrier: Form(
        parts_type(form),
        b"---",
        PART + b'{"hasNext":true,',
        b"\r\n---",
        PART + b'{"hasNext":false}\r\n-----\r\n',
        None,
        left_out=len(b"{"),
    )
    for form, carrier in EVENTS_IN.items()
}


def form_of(carrier: Carrier, incremental: Incremental | None) -> Form:
    """How a carrier writes payloads."""
    if carrier is Carrier.EVENTS:
        return EVENTS
    if carrier is Carrier.WRAPPED_PARTS:
        return WRAPPED
    if carrier in COUNTED:
        return COUNTED[carrier]
    return Form(parts_type(incremental), b"---", PART, b"\r\n---", b"--\r\n", None)


async def send_stream(
    send: Send, stream: GraphQLStream, carrier: Carrier, headers: Iterable[Header], *, heartbeat: float
) -> None:
    """Send the response to its end; every ``heartbeat`` seconds without a payload something that says nothing.

    Deferred answers need none: they are bounded in time.
    """
    form = form_of(carrier, stream.incremental)
    own = (
        (b"content-type", form.content_type),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"accept"),
        (b"x-content-type-options", b"nosniff"),
    )
    named = ((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in stream.headers.items())
    await send({"type": "http.response.start", "status": OK, "headers": [*own, *named, *headers]})
    if form.first:
        await send({"type": "http.response.body", "body": form.first, "more_body": True})
    async with contextlib.aclosing(with_pulse(stream.payloads, heartbeat)) as payloads:
        async for payload in payloads:
            body = form.before + payload[form.left_out :] + form.after if payload is not None else form.heartbeat
            if body is not None:
                await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": form.last})


async def with_pulse(payloads: AsyncGenerator[bytes, None], seconds: float) -> AsyncGenerator[bytes | None, None]:
    """The payloads, and None whenever none has come for so long. Closing it closes them."""
    step: asyncio.Task[bytes | None] | None = None
    async with contextlib.aclosing(payloads):
        try:
            while True:
                step = asyncio.create_task(_next(payloads))
                while not (await asyncio.wait((step,), timeout=seconds))[0]:
                    yield None
                payload = step.result()
                if payload is None:
                    return
                yield payload
        finally:
            if step is not None and not step.done():
                step.cancel()
                await asyncio.wait((step,))


async def _next(payloads: AsyncGenerator[bytes, None]) -> bytes | None:
    return await anext(payloads, None)


async def single(body: bytes) -> AsyncGenerator[bytes, None]:
    """The payloads of an answer that came whole, for a client that takes nothing but streams."""
    yield body
