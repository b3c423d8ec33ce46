"""One WebSocket by bare ASGI: JSON messages in and out, and closing it once."""

import asyncio
from typing import Any

import msgspec

from gateway.transport.asgi import Receive, Send
from gateway.transport.websocket.options import Close

MAX_REASON = 120
"""How many bytes a closing reason may be, with some left (RFC 6455, section 5.5)."""


class ClosedError(Exception):
    """The client has closed the connection, or is to be closed with ``code``."""

    def __init__(self, code: Close | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Channel:
    """An accepted WebSocket. Whole messages are sent one after the other, whoever sends them."""

    def __init__(self, receive: Receive, send: Send, *, message_bytes: int) -> None:
        self._receive, self._send = receive, send
        self._message_bytes = message_bytes
        self._is_open = True
        self._sending = asyncio.Lock()

    async def receive(self) -> dict[str, Any]:
        """The next message; raises ClosedError, also for what is no JSON object."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._is_open = False
            raise ClosedError
        text = message.get("text")
        if not isinstance(text, str):
            raise ClosedError(Close.INVALID_MESSAGE, "Messages are JSON, not bytes")
        if len(text) > self._message_bytes:
            raise ClosedError(Close.TOO_BIG, "The message is too long")
        try:
            return msgspec.json.decode(text, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            raise ClosedError(Close.INVALID_MESSAGE, "The message is no JSON object") from None

    async def send(self, message: bytes) -> None:
        """Send a message, if the connection is still open; waits for a client that reads slowly."""
        async with self._sending:
            if self._is_open:
                await self._send({"type": "websocket.send", "text": message.decode()})

    async def close(self, code: Close, reason: str) -> None:
        """Close the connection, once."""
        if self._is_open:
            self._is_open = False
            short = reason.encode()[:MAX_REASON].decode("utf-8", "ignore")
            await self._send({"type": "websocket.close", "code": int(code), "reason": short})
