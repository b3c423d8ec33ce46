"""One HTTP exchange by bare ASGI, and a service that remembers what it was asked."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.asgi import AsgiApp, Message

ANSWER = GraphQLResponse(b'{"data":{"hello":"world"}}', executed=True)


@dataclass
class FakeService:
    """Answers every request with ``answer``, or raises ``failure``."""

    answer: GraphQLResponse = ANSWER
    failure: Exception | None = None
    asked: list[GraphQLRequest] = field(default_factory=list)

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        self.asked.append(request)
        if self.failure:
            raise self.failure
        return self.answer


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the only error."""
        (error,) = self.json["errors"]
        return str(error["extensions"]["code"])


async def exchange(
    app: AsgiApp,
    method: str = "POST",
    path: str = "/graphql",
    *,
    query_string: str = "",
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    chunks: Sequence[bytes] = (b"",),
    leaves: bool = False,
) -> Response | None:
    """Send one request and take its response; None if there was none. A client that ``leaves`` does not end its body."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query_string.encode("ascii"),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    incoming: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": leaves or index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]
    answered = asyncio.Event()
    sent: list[Message] = []

    async def receive() -> Message:
        if incoming:
            return incoming.pop(0)
        if not leaves:
            await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            answered.set()

    await app(scope, receive, send)
    if not sent:
        return None
    start, *bodies = sent
    received = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Response(start["status"], received, b"".join(message.get("body", b"") for message in bodies))


async def post(app: AsgiApp, body: object, *, accept: str | None = None, **headers: str) -> Response:
    """POST a body as JSON; bytes go as they are. Header names are written with underscores."""
    named = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if accept is not None:
        named["accept"] = accept
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = await exchange(app, headers={name: value for name, value in named.items() if value}, chunks=[data])
    assert response is not None
    return response
