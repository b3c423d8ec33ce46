"""Subscriptions whose events the subgraph posts to the gateway: Apollo's HTTP callback protocol, version 1.0.

The subgraph is asked once, and gets an address. It tries the address (``check``), posts each event there (``next``), shows now and then that it is
alive (``check``), and says when there is no more (``complete``).
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, Literal

import aiohttp
import msgspec

from gateway.resolvers.subgraph_client.http_client import encode_request
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.resolvers.subgraph_client.streams.target import RawEvents, StreamTarget, lost, refused, unreachable
from gateway.resolvers.subgraph_client.streams.whole import read_whole

PROTOCOL: Final[Mapping[str, str]] = {"subscription-protocol": "callback/1.0"}
ACCEPTED: Final = "application/json;callbackSpec=1.0"

WAITING: Final = 100
"""How many events of one subscription wait to be read; whoever posts one more waits as well."""

NO_CONTENT: Final = 204
ACCEPTED_STATUS: Final = 202
BAD_REQUEST: Final = 400
NOT_FOUND: Final = 404
"""What tells the subgraph to stop: nobody waits for this subscription (any more)."""


class Message(msgspec.Struct):
    """What a subgraph posts."""

    kind: Literal["subscription"]
    action: Literal["check", "next", "complete"]
    id: str
    verifier: str
    payload: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[dict[str, Any]] | None = None


DECODER: Final = msgspec.json.Decoder(Message)


class Callback:
    """One subscription that waits for what is posted."""

    def __init__(self, address: str) -> None:
        self.id, self.verifier = secrets.token_hex(16), secrets.token_urlsafe(24)
        self.url = f"{address}/{self.id}"
        self._posted: deque[Message] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._is_closed = False

    async def put(self, message: Message) -> bool:
        """Let a message wait, as soon as there is room; False where nobody waits for it any more."""
        while len(self._posted) >= WAITING and not self._is_closed:
            self._room.clear()
            await self._room.wait()
        if self._is_closed:
            return False
        self._posted.append(message)
        self._news.set()
        return True

    async def next(self) -> Message:
        """What was posted first and is not read yet."""
        while not self._posted:
            self._news.clear()
            await self._news.wait()
        self._room.set()
        return self._posted.popleft()

    def close(self) -> None:
        """Nobody reads any more: whoever waits for room is told."""
        self._is_closed = True
        self._room.set()

    def is_known_to(self, message: Message) -> bool:
        """Whether who posts this has got the secret."""
        return message.id == self.id and secrets.compare_digest(message.verifier.encode(), self.verifier.encode())


class CallbackBook:
    """The subscriptions of this process that wait for callbacks. ``address`` is where subgraphs post them, but for the subscription's id."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._waiting: dict[str, Callback] = {}

    def open(self) -> Callback:
        """A new subscription, which waits until it is closed."""
        callback = Callback(self._address)
        self._waiting[callback.id] = callback
        return callback

    def close(self, callback: Callback) -> None:
        """It waits no longer: its subgraph is told so when it posts again."""
        self._waiting.pop(callback.id, None)
        callback.close()

    async def take(self, id_: str, body: bytes) -> int:
        """Take what was posted for a subscription; gives the HTTP status that answers it. An event waits until there is room for it.

        Whether anybody waits is looked at first: an empty body asks for no more than that.
        """
        callback = self._waiting.get(id_)
        if callback is None:
            return NOT_FOUND
        try:
            message = DECODER.decode(body)
        except (msgspec.DecodeError, RecursionError):
            return BAD_REQUEST
        if not callback.is_known_to(message) or not await callback.put(message):
            return NOT_FOUND
        return ACCEPTED_STATUS if message.action == "complete" else NO_CONTENT


async def callback_events(
    session: aiohttp.ClientSession, target: StreamTarget, request: SubgraphRequest, book: CallbackBook
) -> RawEvents:
    """See ``RawEvents``. A subgraph that shows no sign of life for three heartbeats is gone."""
    callback = book.open()
    try:
        refusal = await _begin(session, target, request, callback)
        if refusal is not None:
            yield refusal
            return
        while True:
            try:
                async with asyncio.timeout(3 * target.heartbeat):
                    message = await callback.next()
            except TimeoutError:
                raise lost(request.subgraph) from None
            if message.action == "next":
                yield bytes(message.payload)
            elif message.action == "complete":
                if message.errors:
                    yield msgspec.json.encode({"data": None, "errors": message.errors})
                return
    finally:
        book.close(callback)


async def _begin(
    session: aiohttp.ClientSession, target: StreamTarget, request: SubgraphRequest, callback: Callback
) -> bytes | None:
    """Ask for the events; gives the subgraph's answer where that refuses the operation. Raises ``SubgraphError``."""
    subscription = {
        "callbackUrl": callback.url,
        "subscriptionId": callback.id,
        "verifier": callback.verifier,
        "heartbeatIntervalMs": int(target.heartbeat * 1000),
    }
    body = msgspec.json.decode(encode_request(request)) | {"extensions": {"subscription": subscription}}
    headers = {**request.headers, "content-type": "application/json", "accept": ACCEPTED, **PROTOCOL}
    try:
        async with (
            asyncio.timeout(target.timeout),
            session.post(
                target.url, data=msgspec.json.encode(body), headers=headers, allow_redirects=False
            ) as response,
        ):
            text = await read_whole(response, target, request.subgraph)
    except TimeoutError:
        raise refused(request.subgraph, "it did not begin in time") from None
    except (aiohttp.ClientError, OSError) as error:
        raise unreachable(request.subgraph) from error
    return _refusal(request, response, text)


def _refusal(request: SubgraphRequest, response: aiohttp.ClientResponse, text: bytes) -> bytes | None:
    try:
        answer = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        answer = None
    if isinstance(answer, dict) and answer.get("errors"):
        return text
    if not response.ok or not isinstance(answer, dict):
        raise refused(
            request.subgraph, f"it answered with HTTP status {response.status}, and not as one that calls back"
        )
    return None
