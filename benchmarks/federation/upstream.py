"""The four subgraphs over HTTP, from memory: each request is computed once and answered from a dict ever after.

It must never be the limit of what is measured behind it, so it speaks HTTP/1.1 straight over asyncio.
``python -m benchmarks.federation.upstream --port 4201 --latency 4`` serves ``/accounts`` and the others on one port.
"""

import argparse
import asyncio
import json
from typing import Final, cast

import httptools
import uvloop
from graphql import GraphQLSchema, graphql_sync

from benchmarks.federation.market import FAULTS, SUBGRAPHS, subgraph_schema

SCHEMAS: Final[dict[bytes, GraphQLSchema]] = {}
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n%scontent-length: %d\r\n\r\n%s"
ANSWERS: Final[dict[tuple[bytes, bytes], bytes]] = {}


def answer(path: bytes, body: bytes) -> bytes:
    known = ANSWERS.get((path, body))
    if known is None:
        request = json.loads(body)
        result = graphql_sync(
            SCHEMAS[path],
            request["query"],
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
        )
        text = json.dumps(result.formatted).encode()
        known = ANSWERS[path, body] = HEAD % (Connection.headers, len(text), text)
    return known


class Connection(asyncio.Protocol):
    """One keep-alive connection. Answers leave in the order of their requests."""

    latency: float = 0.0
    headers: bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpRequestParser(self)
        self.loop = asyncio.get_running_loop()
        self.path, self.body = b"", b""

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.path, self.body = b"", b""

    def on_url(self, url: bytes) -> None:
        self.path += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        response = answer(self.path, self.body)
        if self.latency:
            self.loop.call_later(self.latency, self.transport.write, response)
        else:
            self.transport.write(response)


async def serve(port: int, latency_ms: float) -> None:
    Connection.latency = latency_ms / 1000
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--latency", type=float, default=0.0, help="milliseconds before each answer")
    arguments.add_argument("--fault", choices=list(FAULTS), default="", help="what is wrong in the answers")
    arguments.add_argument("--max-age", type=int, default=0, help="seconds for which answers may be kept")
    options = arguments.parse_args()
    SCHEMAS.update({f"/{name}".encode(): subgraph_schema(name, options.fault) for name in SUBGRAPHS})
    if options.max_age:
        Connection.headers = b"cache-control: public, max-age=%d\r\n" % options.max_age
    uvloop.run(serve(options.port, options.latency))


if __name__ == "__main__":
    main()
