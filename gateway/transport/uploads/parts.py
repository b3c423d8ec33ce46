"""The parts of a multipart/form-data body (RFC 7578), one after another as they come."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.transport.asgi import ClientLeftError, Message, Receive


@dataclass(frozen=True, slots=True)
class Begin:
    """A part begins. ``filename`` is empty for a part that is no file."""

    field: str
    filename: str
    content_type: str


class End:
    """A part has ended."""


Event = Begin | bytes | End


async def read_parts(receive: Receive, content_type: str, *, seconds: float) -> AsyncGenerator[Event, None]:
    """What a body holds: each part's beginning, its bytes in pieces, its end. So many ``seconds`` may pass between two pieces.

    Raises RequestError for what is no such body or stands still, and ClientLeftError.
    """
    listener = _Listener()
    parser = open_parser(content_type, listener)
    more = True
    while more:
        message = await _receive(receive, seconds)
        if message["type"] != "http.request":
            raise ClientLeftError
        more = message.get("more_body", False)
        try:
            parser.write(message.get("body", b""))
        except FormParserError as error:
            raise RequestError(f"The request's body is not multipart/form-data: {error}.") from error
        for event in listener.take():
            yield event
    if not listener.is_whole:
        raise RequestError("The request's body ends before its last boundary.")


async def _receive(receive: Receive, seconds: float) -> Message:
    try:
        async with asyncio.timeout(seconds):
            return await receive()
    except TimeoutError:
        text = f"No more of the request's body came for {seconds:g} seconds."
        raise RequestError(text, code=codes.REQUEST_TIMEOUT, status=408) from None


def open_parser(content_type: str, listener: "_Listener") -> MultipartParser:
    """A parser that tells ``listener`` what comes. Raises RequestError for a content type without a usable boundary."""
    _, options = parse_options_header(content_type.encode("latin-1"))
    boundary = options.get(b"boundary")
    if not boundary:
        raise RequestError("The content type multipart/form-data has no boundary.")
    try:
        return MultipartParser(
            boundary,
            {
                "on_header_field": listener.on_header_field,
                "on_header_value": listener.on_header_value,
                "on_header_end": listener.on_header_end,
                "on_headers_finished": listener.on_headers_finished,
                "on_part_data": listener.on_part_data,
                "on_part_end": listener.on_part_end,
                "on_end": listener.on_end,
            },
        )
    except FormParserError as error:
        raise RequestError(f"The content type's boundary is not one: {error}.") from error


class _Listener:
    """Makes events of what the parser calls."""

    def __init__(self) -> None:
        self.is_whole = False
        self._events: list[Event] = []
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""

    def take(self) -> list[Event]:
        """What has happened since it was asked last."""
        events, self._events = self._events, []
        return events

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        field, filename = (options.get(name, b"").decode("utf-8", "replace") for name in (b"name", b"filename"))
        content_type = self._headers.get(b"content-type", b"").decode("latin-1")
        self._events.append(Begin(field, filename, content_type))
        self._headers = {}

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def on_part_end(self) -> None:
        self._events.append(End())

    def on_end(self) -> None:
        self.is_whole = True
