"""Load at a constant rate, whatever the gateway does: latencies as clients feel them, waiting for a connection included.

``python -m benchmarks.federation.steady URL --rate 300 --seconds 5 < BODY`` prints the requests, and p50 and p99 in milliseconds.
"""

import argparse
import asyncio
import sys
import time
from urllib.parse import urlsplit

import uvloop


class Line:
    """One kept connection. A request that is due while the one before is under way waits, and its wait counts."""

    def __init__(self, url: str, body: bytes) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        head = f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\naccept: application/json\r\n"
        self.request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
        self.latencies: list[float] = []

    async def run(self, first: float, interval: float, end: float) -> None:
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        due = first
        while due < end:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            writer.write(self.request)
            await read_response(reader)
            self.latencies.append(time.perf_counter() - due)
            due += interval
        writer.close()


async def read_response(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    if b"content-length: " in head:
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
        return
    while size := int(await reader.readline(), 16):  # chunked (RFC 9112, section 7.1)
        await reader.readexactly(size + 2)
    await reader.readline()


async def load(url: str, body: bytes, rate: float, seconds: float, connections: int) -> list[float]:
    lines = [Line(url, body) for _ in range(connections)]
    start = time.perf_counter() + 0.1
    interval = connections / rate
    async with asyncio.TaskGroup() as group:
        for number, line in enumerate(lines):
            group.create_task(line.run(start + interval * number / connections, interval, start + seconds))
    return sorted(latency for line in lines for latency in line.latencies)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("url")
    arguments.add_argument("--rate", type=float, required=True)
    arguments.add_argument("--seconds", type=float, default=5.0)
    arguments.add_argument("--connections", type=int, default=50)
    options = arguments.parse_args()
    body = sys.stdin.buffer.read()
    found = uvloop.run(load(options.url, body, options.rate, options.seconds, options.connections))
    print(len(found), found[len(found) // 2] * 1000, found[len(found) * 99 // 100] * 1000)


if __name__ == "__main__":
    main()
