"""What the route for callbacks reads, and of whom."""

import asyncio
from typing import Any

import pytest

from gateway.transport.callbacks import callback_route

PIECE = b"x" * 10


class Desk:
    """Knows one subscription, and takes what is posted for it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def knows(self, process: str, id_: str) -> bool:
        return (process, id_) == ("7", "known")

    async def take(self, process: str, id_: str, body: bytes) -> int:
        self.taken.append(body)
        return 204


@pytest.mark.parametrize(
    ("id_", "pieces", "status", "received"), [("known", 3, 204, 3), ("known", 9, 413, 4), ("other", 9, 404, 0)]
)
async def test_only_what_is_waited_for_is_read(id_: str, pieces: int, status: int, received: int) -> None:
    """And no more of it than the limit."""
    messages = [{"type": "http.request", "body": PIECE, "more_body": more > 0} for more in reversed(range(pieces))]
    desk = Desk()
    assert await post(desk, id_, messages) == (status, received)
    assert desk.taken == ([PIECE * 3] if status == 204 else [])


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """408, after the time for bodies."""
    assert await post(Desk(), "known", [{"type": "http.request", "body": b"{", "more_body": True}]) == (408, 1)


async def post(desk: Desk, id_: str, messages: list[dict[str, Any]]) -> tuple[int, int]:
    """The status of the answer, and how many of the messages were received for it."""
    sent: list[Any] = []
    left = list(messages)

    async def receive() -> dict[str, Any]:
        return left.pop(0) if left else await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    route = callback_route("/callback", desk, limit=30, seconds=0.05)
    scope = {"type": "http", "method": "POST", "headers": [], "path_params": {"process": "7", "id": id_}}
    async with asyncio.timeout(20):
        await route.app(scope, receive, send)
    assert (b"subscription-protocol", b"callback/1.0") in sent[0]["headers"]
    return sent[0]["status"], len(messages) - len(left)
