"""A gateway with a registry as a process of its own, which can be killed."""

import asyncio
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
    """A running process and its address."""

    process: asyncio.subprocess.Process
    address: str

    def memory(self) -> int:
        """How many bytes it has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    async def kill(self) -> None:
        """At once, as by a power cut."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


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
    )
    assert process.stdout
    try:
        line = (await process.stdout.readline()).decode()
        found = re.search(r"(http://\S+)/graphql", line)
        assert found, line
        yield GatewayProcess(process, found[1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def post(client: ClientSession, url: str, query: str, **variables: Any) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of an answer."""
    async with client.post(url, json={"query": query, "variables": variables}) as response:
        return response.status, json.loads(await response.read())
