"""What every HTTP transport must do, over real sockets, in front of servers that behave and servers that do not."""

import asyncio
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.resolvers.subgraph_client.aiohttp_transport import AiohttpTransport
from gateway.resolvers.subgraph_client.lean import LeanTransport, header_block
from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer, HttpTransport, TransportError

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
LIMIT = 1000


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    """A TCP server whose connections ``handler`` serves; gives its URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client went away, as some of these tests want it to.
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}/graphql?a=1"
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
    return head, await reader.readexactly(int(lines[b"content-length"]))


def answering(*answers: bytes, then_close: bool = False) -> Handler:
    """Answer each request on a connection with the next of ``answers``, the last one for ever."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(1_000_000):
            await read_request(reader)
            writer.write(answers[min(number, len(answers) - 1)])
            await writer.drain()
            if then_close:
                return

    return handler


@pytest.fixture(params=[LeanTransport, AiohttpTransport])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[HttpTransport]:
    made: HttpTransport = request.param(limit=2, max_body_bytes=LIMIT)
    yield made
    await made.close()


async def post(
    transport: HttpTransport, url: str, body: bytes = b"{}", *, seconds: float = 20, replayable: bool = True
) -> HttpAnswer:
    deadline = asyncio.get_running_loop().time() + seconds
    headers = {"content-type": "application/json"}
    return await transport.post(url, headers=headers, body=body, deadline=deadline, replayable=replayable)


async def failure_of(transport: HttpTransport, handler: Handler, *, seconds: float = 20) -> Failure:
    async with server(handler) as url:
        with pytest.raises(TransportError) as caught:
            await post(transport, url, seconds=seconds)
    return caught.value.failure


async def test_a_request_arrives_whole_and_its_answer_comes_back(transport: HttpTransport) -> None:
    """Path, query, headers and body are sent as given."""
    seen = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(OK)

    async with server(handler) as url:
        answer = await post(transport, url, b'{"query": "{ a }"}')
    head, body = seen[0]
    assert head.startswith(b"POST /graphql?a=1 HTTP/1.1\r\n")
    assert b"content-type: application/json\r\n" in head.lower()
    assert body == b'{"query": "{ a }"}'
    assert (answer.status, answer.body) == (200, b"{}")
    assert answer.headers["content-type"] == "application/json"


async def test_a_connection_serves_many_requests(transport: HttpTransport) -> None:
    """The second request goes over the first one's connection."""
    connections = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await answering(OK)(reader, writer)

    async with server(handler) as url:
        for _ in range(5):
            await post(transport, url)
    assert connections == 1


async def test_no_more_connections_than_the_limit_are_opened(transport: HttpTransport) -> None:
    """Twenty requests at once share two connections, and each gets its own answer."""
    connections = 0

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            _, body = await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))

    async with server(echo) as url:
        answers = await asyncio.gather(*(post(transport, url, str(number).encode()) for number in range(20)))
    assert [answer.body for answer in answers] == [str(number).encode() for number in range(20)]
    assert connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world",
        b"HTTP/1.0 200 OK\r\n\r\nhello world",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n" + gzip.compress(b"hello world"),
        b"HTTP/1.1 200 OK\r\ncontent-encoding: deflate\r\nconnection: close\r\n\r\n" + zlib.compress(b"hello world"),
    ],
    ids=["chunked", "after 100 Continue", "until the stream ends", "gzip", "deflate"],
)
async def test_every_form_of_body_is_read(transport: HttpTransport, answer: bytes) -> None:
    """Chunked, of known length, until the end of the stream, compressed: the body is the same."""
    async with server(answering(answer, then_close=True)) as url:
        assert (await post(transport, url)).body == b"hello world"


async def test_an_idle_connection_that_the_server_closed_is_not_an_error(transport: HttpTransport) -> None:
    """A replayable request is sent again on a new connection when the kept one turns out to be closed."""
    async with server(answering(OK, then_close=True)) as url:
        for _ in range(5):
            assert (await post(transport, url)).status == 200


async def test_a_request_that_may_not_be_replayed_is_sent_once(transport: HttpTransport) -> None:
    """A server that reads a mutation and closes has seen it once."""
    seen = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        await read_request(reader)
        writer.write(OK)
        await read_request(reader)
        seen += 1

    async with server(handler) as url:
        await post(transport, url)
        assert (await post(transport, url, replayable=False)).status == 200
    assert seen == 0


async def test_a_server_that_never_answers_times_out(transport: HttpTransport) -> None:
    """The deadline ends the wait, and the next request gets a connection of its own."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert await failure_of(transport, silent, seconds=0.05) is Failure.TIMED_OUT


async def test_waiting_for_a_free_connection_counts(transport: HttpTransport) -> None:
    """With all connections busy, a request times out in line and does not stay there."""
    release = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            await release.wait()
            writer.write(OK)

    async with server(slow) as url:
        busy = [asyncio.create_task(post(transport, url)) for _ in range(2)]
        with pytest.raises(TransportError) as caught:
            await post(transport, url, seconds=0.05)
        assert caught.value.failure is Failure.TIMED_OUT
        release.set()
        assert [answer.status for answer in await asyncio.gather(*busy)] == [200, 200]
        assert (await post(transport, url)).status == 200


async def test_a_cancelled_request_frees_its_connection(transport: HttpTransport) -> None:
    """A client that leaves does not leak: the limit of two is free again after two cancelled requests."""

    async def silent_then_ok(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, body = await read_request(reader)
        if body == b"wait":
            await reader.read()
        writer.write(OK)

    async with server(silent_then_ok) as url:
        waiting = [asyncio.create_task(post(transport, url, b"wait")) for _ in range(3)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert (await post(transport, url)).status == 200


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", Failure.CLOSED),
        (b"HTTP/1.1 200 OK\r\ncontent-le", Failure.CLOSED),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", Failure.CLOSED),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", Failure.CLOSED),
        (b"SSH-2.0-OpenSSH_9.6\r\n", Failure.MALFORMED),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", Failure.MALFORMED),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n", Failure.MALFORMED),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc", Failure.MALFORMED),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n", Failure.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001, Failure.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 70_000 + b"\r\n\r\n", Failure.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 100_000), Failure.TOO_LARGE),
    ],
)  # fmt: skip
async def test_a_broken_answer_has_its_name(transport: HttpTransport, answer: bytes, failure: Failure) -> None:
    """Truncated, malformed and oversized answers are told apart, and none of them hangs."""
    assert await failure_of(transport, answering(answer, then_close=True)) is failure


async def test_an_answer_cut_anywhere_never_hangs_and_never_passes(transport: HttpTransport) -> None:
    """The server closes after every possible number of bytes: only the whole answer is an answer."""
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world"
    for length in range(len(whole)):
        assert await failure_of(transport, answering(whole[:length], then_close=True)) is Failure.CLOSED


async def test_an_answer_reset_anywhere_never_hangs_and_never_passes(transport: HttpTransport) -> None:
    """The server's side is torn down after every possible number of bytes: that is a lost connection, whatever had come."""
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world"

    def resetting(length: int) -> Handler:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(reader)
            writer.write(whole[:length])
            await writer.drain()
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        return handler

    for length in range(len(whole)):
        assert await failure_of(transport, resetting(length)) is Failure.CLOSED


async def test_an_answer_that_comes_byte_by_byte_is_whole(transport: HttpTransport) -> None:
    """Where the network cuts an answer makes no difference, known head or not."""
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world"

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            writer.write(whole)
            await read_request(reader)
            for byte in whole:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0)

    async with server(drip) as url:
        bodies = [(await post(transport, url)).body for _ in range(4)]
    assert bodies == [b"hello world"] * 4


async def test_only_the_head_of_an_answer_is_remembered(transport: HttpTransport) -> None:
    """Another body under the same head is another answer, and less than that head announces is none."""
    first = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
    other = first.replace(b"hello", b"world")
    async with server(answering(first, first, other)) as url:
        assert [(await post(transport, url)).body for _ in range(4)] == [b"hello", b"hello", b"world", b"world"]
    async with server(answering(first, first[:-1])) as url:
        assert (await post(transport, url)).body == b"hello"
        with pytest.raises(TransportError) as caught:
            await post(transport, url, seconds=0.05)
        assert caught.value.failure is Failure.TIMED_OUT


async def test_a_half_closed_connection_gets_no_second_request(transport: HttpTransport) -> None:
    """A connection whose other side has said its last is closed, and not used again."""
    more: asyncio.Queue[bytes] = asyncio.Queue()

    async def half_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK)
        writer.write_eof()
        more.put_nowait(await reader.read())

    async with server(half_close) as url:
        for _ in range(3):
            assert (await post(transport, url)).status == 200
            assert await more.get() == b""


async def test_a_large_request_waits_for_a_slow_reader(transport: HttpTransport) -> None:
    """Megabytes go out as fast as they are read, and whole."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        left = int(lines[b"content-length"])
        while left:
            left -= len(await reader.read(min(left, 10_000)))
        writer.write(OK)

    async with server(slow) as url:
        assert (await post(transport, url, b"x" * 5_000_000)).status == 200


TLS = Path(__file__).parent / "tls"


@pytest.mark.parametrize("make", [LeanTransport, AiohttpTransport])
async def test_certificates_are_checked_against_the_given_authorities(
    make: Callable[..., LeanTransport | AiohttpTransport],
) -> None:
    """With our own authority the server is trusted; with those of the system it cannot be reached."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / "server.pem", TLS / "server.key")
    ours = make(limit=2, max_body_bytes=LIMIT, tls=ssl.create_default_context(cafile=TLS / "ca.pem"))
    systems = make(limit=2, max_body_bytes=LIMIT)
    async with await asyncio.start_server(answer_once, "127.0.0.1", 0, ssl=context) as listening:
        url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/graphql"
        assert (await post(ours, url)).body == b"{}"
        with pytest.raises(TransportError) as caught:
            await post(systems, url)
        await ours.close()
        await systems.close()
    assert caught.value.failure is Failure.UNREACHABLE


async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(OK.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
    await writer.drain()
    writer.close()


async def test_a_port_where_nobody_listens_is_unreachable(transport: HttpTransport) -> None:
    """A refused connection is told apart from a lost one."""
    async with server(answering(OK)) as url:
        pass
    with pytest.raises(TransportError) as caught:
        await post(transport, url)
    assert caught.value.failure is Failure.UNREACHABLE


async def test_bytes_that_nobody_asked_for_never_become_an_answer(transport: HttpTransport) -> None:
    """A server that sends two answers to one request loses its connection; the next answer is the right one."""
    extra = OK + b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstale"
    async with server(answering(extra)) as url:
        for _ in range(3):
            assert (await post(transport, url)).body == b"{}"


@pytest.mark.parametrize("value", ["a\r\nx: b", "a\nb", "a\rb", "a\0b"])
def test_a_header_cannot_break_out_of_its_line(value: str) -> None:
    """Header injection is refused before anything is sent."""
    with pytest.raises(ValueError, match="line break"):
        header_block({"authorization": value})
