"""Logs that programs read, with the ids of the request, and a line for each request. Nothing of what clients send or get is in them."""

import logging
import traceback
from collections.abc import Awaitable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Final

import msgspec

from gateway.telemetry.requests import CURRENT, CurrentRequest, read_request
from gateway.transport.asgi import AsgiApp, Message, Receive, Scope, Send

ACCESS: Final = logging.getLogger("gateway.access")

TEXT_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """A line of JSON for each record. Of an exception it has the type and where it came from, not its message: that may hold a client's data."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if request := CURRENT.get():
            entry["request_id"] = request.id
            if request.trace_id:
                entry["trace_id"] = request.trace_id
        entry |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0]:
            entry["exception"] = record.exc_info[0].__qualname__
            frames = traceback.extract_tb(record.exc_info[2])
            entry["stack"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return msgspec.json.encode(entry).decode()


class Logged:
    """An ASGI application around another one: log lines know their request, and clients are told its id (``x-request-id``).

    With ``access`` there is a line for each response: method, path, status, milliseconds and bytes. Neither the address's query nor the
    client is in it.
    """

    def __init__(self, app: AsgiApp, *, access: bool) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = read_request(scope["headers"])
        token = CURRENT.set(request)
        sending = _Sending(send, request)
        began = perf_counter()
        try:
            await self._app(scope, receive, sending.send)
        finally:
            if self._access:
                log_access(scope, sending, perf_counter() - began)
            CURRENT.reset(token)


class _Sending:
    """Sends a response with its request's id, and remembers its status and size."""

    def __init__(self, send: Send, request: CurrentRequest) -> None:
        self._send = send
        self._header = (b"x-request-id", request.id.encode("ascii"))
        self.status = 0
        self.size = 0

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], self._header]}
        else:
            self.size += len(message.get("body", b""))
        return self._send(message)


def log_access(scope: Scope, sending: _Sending, seconds: float) -> None:
    """Write the line of one response; status 0 is a client that left before it."""
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": sending.status,
        "milliseconds": round(seconds * 1000, 3),
        "bytes": sending.size,
    }
    ACCESS.info("%s %s %d", scope["method"], scope["path"], sending.status, extra={"fields": fields})
