"""Ten thousand clients at one worker, a process of its own: those who ask are answered, and those who do not are let go."""

import asyncio
import resource
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.app.markets import SUPERGRAPH
from tests.cli.processes import ask, children_of, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

CONNECTIONS = min(10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500)
AT_ONCE = 100
BEGUN = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-"
MEGABYTES = 200


async def test_idle_connections_cost_a_file_each_and_harm_nobody(tmp_path: Path) -> None:
    """Others are answered meanwhile; memory is bounded; a head that does not come whole in time gives its file back."""
    (tmp_path / "supergraph.graphql").write_text(SUPERGRAPH, encoding="utf-8")
    config = tmp_path / "gateway.yaml"
    config.write_text(
        "supergraph: {file: supergraph.graphql}\nlisten: {port: 0}\nworkers: {count: 1}\nlimits: {head_time: 3s}\n"
    )
    with serving("--config", str(config)) as (process, address):
        await asyncio.to_thread(ask, address)
        (worker,) = children_of(process.pid)
        before = open_files(worker)
        clients = []
        for _ in range(CONNECTIONS // AT_ONCE):
            clients += await asyncio.gather(*(connect(address) for _ in range(AT_ONCE)))
        for _, writer in clients:
            writer.write(BEGUN)
        assert await asyncio.to_thread(ask, address) == {"data": {"__typename": "Query"}}
        assert memory(worker) < MEGABYTES
        async with asyncio.timeout(60):
            await asyncio.gather(*(until_closed(reader) for reader, _ in clients))
        assert await asyncio.to_thread(ask, address) == {"data": {"__typename": "Query"}}
        assert open_files(worker) <= before + 2
        for _, writer in clients:
            writer.transport.abort()


async def connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def until_closed(reader: asyncio.StreamReader) -> None:
    try:
        assert await reader.read() == b""
    except ConnectionError:
        return


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
