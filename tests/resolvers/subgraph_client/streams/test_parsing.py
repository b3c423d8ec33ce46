"""Event streams and multipart bodies, however the network cuts them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resolvers.subgraph_client.streams.parsing import read_events, read_parts

Reader = Callable[[AsyncIterator[bytes]], AsyncGenerator[bytes, None]]

JSON = b"content-type: application/json\r\n\r\n"
PARTS = b"preamble\r\n--g\r\n%b{}\r\n--g\r\n%b[1,\r\n\r\n--2]\r\n--g--\r\nepilogue --g--" % (JSON, JSON)
EVENTS = b":\n\nevent: next\r\ndata: 1\r\n\r\nevent: next\rdata: 2\rdata: 3\r\revent: next\ndata:4\n\nevent: complete\n\nevent: next\n\n"
BODIES: dict[str, tuple[bytes, Reader, list[bytes]]] = {
    "parts": (PARTS, lambda chunks: read_parts(chunks, b"g"), [b"{}", b"[1,\r\n\r\n--2]"]),
    "events": (EVENTS, read_events, [b"1", b"2\n3", b"4"]),
}


async def cut(body: bytes, places: list[int]) -> AsyncIterator[bytes]:
    ends = [*sorted(place % len(body) for place in places), len(body)]
    for begin, end in zip([0, *ends], ends, strict=False):
        yield body[begin:end]


@pytest.mark.parametrize("name", BODIES)
@given(places=st.lists(st.integers(0, 1_000), max_size=40))
async def test_what_is_read_does_not_depend_on_the_cuts(name: str, places: list[int]) -> None:
    """In delimiters, line ends and empty chunks too."""
    body, read, expected = BODIES[name]
    assert [each async for each in read(cut(body, places))] == expected


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_byte_by_byte(name: str) -> None:
    """The smallest chunks there are."""
    body, read, expected = BODIES[name]
    assert [each async for each in read(cut(body, list(range(len(body)))))] == expected


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_breaks_off_is_told(name: str) -> None:
    """What was whole before has been read."""
    body, read, expected = BODIES[name]
    reading = read(cut(body[: body.rindex(b"4") if name == "events" else body.index(b"[1")], []))
    assert [await anext(reading) for _ in expected[1:]] == expected[:-1]
    with pytest.raises(EOFError):
        await anext(reading)
