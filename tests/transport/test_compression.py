"""Responses are compressed where the client asks and the body is worth it."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import brotli
import pytest
import zstandard

from gateway.resolvers.messages import GraphQLResponse
from gateway.transport.asgi import AsgiApp, Receive, Scope, Send
from gateway.transport.compression import THREAD_BYTES, Compressing, Compression, choose_coding
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint
from tests.transport.exchange import FakeService, exchange, post

DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}
LONG = json.dumps({"data": {"names": ["长三角技术市场"] * 400}}).encode()


def app_of(body: bytes = LONG, options: Compression | None = None) -> AsgiApp:
    service = FakeService(GraphQLResponse(body, executed=True))
    return Compressing(GraphQLEndpoint(service, options=EndpointOptions()), options or Compression())


@pytest.mark.parametrize("coding", sorted(DECOMPRESS))
@pytest.mark.parametrize("times", [1, 1 + THREAD_BYTES // len(LONG) + 1])
async def test_a_long_body_is_compressed(coding: str, times: int) -> None:
    """In the coding that was asked for, with its own length, and it is the same body again, however long."""
    body = b"[" + b",".join([LONG] * times) + b"]"
    response = await post(app_of(body), {"query": "{ a }"}, accept_encoding=coding)
    assert response.headers["content-encoding"] == coding
    assert response.headers["content-length"] == str(len(response.body))
    assert len(response.body) < len(body) / 10
    assert DECOMPRESS[coding](response.body) == body


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("*;q=0", None),
        ("gzip;q=0", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("deflate", None),
        ("gzip;q=2", None),
        ("", None),
        ("gzip;q=0.001", "gzip"),
    ],
)
def test_the_client_says_what_it_likes(accept: str, chosen: str | None) -> None:
    """By weights; of equally liked ones the gateway takes its own favourite."""
    assert choose_coding(accept, ("zstd", "br", "gzip")) == chosen


@pytest.mark.parametrize(("body", "accept"), [(LONG, ""), (LONG, "deflate"), (b'{"data":{}}', "gzip")])
async def test_what_is_not_asked_for_or_not_worth_it_stays(body: bytes, accept: str) -> None:
    """A client that asks for nothing, for something else, or gets a short answer."""
    response = await post(app_of(body), {"query": "{ a }"}, accept_encoding=accept)
    assert "content-encoding" not in response.headers
    assert response.body == body


@pytest.mark.parametrize("accept", ["", "gzip"])
async def test_caches_are_told_that_the_answer_depends_on_it(accept: str) -> None:
    """Whether compressed or not."""
    response = await post(app_of(), {"query": "{ a }"}, accept_encoding=accept)
    assert response.headers["vary"] == "accept, accept-encoding"


async def test_errors_are_compressed_as_well() -> None:
    """A long refusal is a body like others."""
    response = await post(app_of(options=Compression(min_bytes=1)), b"{", accept_encoding="gzip")
    assert response.status == 400
    assert "errors" in json.loads(gzip.decompress(response.body))


async def respond(headers: list[tuple[bytes, bytes]], *bodies: bytes) -> Any:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for index, body in enumerate(bodies):
            await send({"type": "http.response.body", "body": body, "more_body": index < len(bodies) - 1})

    return await exchange(Compressing(app, Compression()), headers={"accept-encoding": "gzip"})


async def test_a_stream_is_left_alone() -> None:
    """Its pieces must leave as they come."""
    response = await respond([(b"content-type", b"application/json")], LONG, LONG)
    assert response.body == LONG + LONG
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    "header",
    [(b"content-encoding", b"br"), (b"cache-control", b"private, no-transform"), (b"content-type", b"image/png")],
)
async def test_what_must_not_be_compressed_is_not(header: tuple[bytes, bytes]) -> None:
    """What is compressed already, what nobody may transform, and what is no text."""
    headers = [(b"content-type", b"application/json"), header]
    assert (await respond(headers, LONG)).body == LONG


async def test_levels_are_obeyed() -> None:
    """A higher level makes a shorter body."""
    text = json.dumps([{"id": str(number * 7919 % 1000), "name": f"n{number * 31 % 97}"} for number in range(2000)])
    for name in ("zstd", "br", "gzip"):
        low, high = (Compression(**{f"{name}_level": level}) for level in (1, 9))
        sizes = [
            len((await post(app_of(text.encode(), options), {"query": "{ a }"}, accept_encoding=name)).body)
            for options in (low, high)
        ]
        assert sizes[0] > sizes[1], name
