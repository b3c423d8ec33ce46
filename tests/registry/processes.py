"""A gateway with a registry as a process of its own, which can be killed."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientSession

ROOT = Path(__file__).parents[2]


@dataclass
class GatewayProcess:
    """A running gateway, its workers included, and its address."""

    process: asyncio.subprocess.Process
    address: str

    def memory(self) -> int:
        """How many bytes its processes have in memory, those that they share counted once for each."""
        pids = [self.process.pid, *children_of(self.process.pid)]
        return sum(resident(pid) for pid in pids)

    async def kill(self) -> None:
        """All of it at once, as by a power cut."""
        os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()


def children_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children]


def resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) * 1024 if found else 0


def write_settings(folder: Path, database_url: str, **registry: Any) -> Path:
    """The settings file of a gateway that serves the environment production of an open registry."""
    made = {
        "database": database_url,
        "open": True,
        "poll": "100ms",
        "networks": ["127.0.0.0/8"],
        "publishes_per_minute": 1_000_000,
        "usage": {"flush": "100ms"},
        "health": {"enabled": False},
    }
    path = folder / "gateway.yaml"
    settings = {
        "supergraph": {"registry": "production", "last_good": str(folder / "last-good.graphql")},
        "registry": made | registry,
        "workers": {"count": 2},
        "log": {"level": "error"},
    }
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


@asynccontextmanager
async def gateway_process(settings: Path) -> AsyncIterator[GatewayProcess]:
    """Start it, wait until it listens, and kill it at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gateway", "serve", "--workers", "1", "--config", str(settings), "--port", "0"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout
    try:
        line = (await process.stdout.readline()).decode()
        found = re.search(r"(http://\S+)/graphql", line)
        assert found, line
        yield GatewayProcess(process, found[1])
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def post(client: ClientSession, url: str, query: str, **variables: Any) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of an answer."""
    async with client.post(url, json={"query": query, "variables": variables}) as response:
        return response.status, json.loads(await response.read())
