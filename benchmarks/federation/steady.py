"""Load at a constant rate, whatever the gateway does: latencies as clients feel them, waiting for a connection included.

``python -m benchmarks.federation.steady URL --rate 300 --seconds 5 < BODY`` prints the requests, and p50 and p99 in milliseconds.
"""

import argparse
import asyncio
import sys
import time
from urllib.parse import urlsplit

import uvloop


class Line(asyncio.Protocol):
    """One kept connection. A request that is due while the one before is under way waits, and its wait counts.

    It does as little as it can: it shares its core with the subgraphs.
    """

    def __init__(self, url: str, body: bytes) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        head = f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\naccept: application/json\r\n"
        self.request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
        self.latencies: list[float] = []
        self._left = 0

    async def run(self, first: float, interval: float, end: float) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: self, self.host, self.port)
        due = first
        while due < end:
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self._answered = loop.create_future()
            transport.write(self.request)
            await self._answered
            self.latencies.append(time.perf_counter() - due)
            due += interval
        transport.close()

    def data_received(self, data: bytes) -> None:
        if not self._left:
            head, _, body = data.partition(b"\r\n\r\n")
            head = head.lower()
            assert head.startswith(b"http/1.1 200"), head
            self._left = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
            data = body
        self._left -= len(data)
        if not self._left:
            self._answered.set_result(None)


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
