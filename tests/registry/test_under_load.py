"""Traffic goes on while sub-markets publish, well and badly: no request fails, no answer is wrong, and memory comes back.

``REGISTRY_PUBLISHES=200`` makes it long.
"""

import asyncio
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from tests.app.markets import CITY as CITY_SCHEMA
from tests.app.markets import HEALTHCARE as HEALTH_SCHEMA
from tests.app.markets import subgraph, url_of
from tests.registry.gateways import PUBLISH
from tests.registry.markets import CITY, CONFLICTING, HEALTH, WITHOUT_TITLE
from tests.registry.processes import GatewayProcess, gateway_process, post, write_settings

PUBLISHES = int(os.environ.get("REGISTRY_PUBLISHES", "24"))
CONNECTIONS = 50
QUERY = '{ achievement(id: "330100-A-000001") { title indication } }'
ANSWER = {"data": {"achievement": {"title": "人工耳蜗", "indication": "hearing loss"}}}
MEMORY_SHARE = 1.25
"""How much more memory may be in use after all of it than after the first few: allocators do not give everything back."""


@dataclass
class Traffic:
    """Clients that ask again and again, and check every answer."""

    running: bool = True
    answers: int = 0
    slowest: float = 0.0
    wrong: list[object] = field(default_factory=list)

    async def ask(self, client: ClientSession, url: str) -> None:
        while self.running:
            began = time.perf_counter()
            status, answer = await post(client, url, QUERY)
            self.slowest = max(self.slowest, time.perf_counter() - began)
            self.answers += 1
            if (status, answer) != (200, ANSWER):
                self.wrong.append((status, answer))


def proposal(number: int, url: str) -> tuple[str, dict[str, str]]:
    """What comes as the n-th: something good, something that does not compose, or something that breaks the clients."""
    if number % 3 == 0:
        wider = HEALTH.replace("indication: String", f"indication: String area{number}: Int")
        return "PUBLISHED", {"name": "healthcare", "url": url, "sdl": wider}
    if number % 3 == 1:
        return "REFUSED", {"name": "carbon", "url": url, "sdl": CONFLICTING}
    return "REFUSED", {"name": "city", "url": url, "sdl": WITHOUT_TITLE}


async def publish(client: ClientSession, gateway: GatewayProcess, subgraph_input: dict[str, str]) -> str:
    _, answer = await post(client, f"{gateway.address}/registry", PUBLISH, subgraphs=[subgraph_input])
    return str(answer["data"]["publish"]["outcome"])


async def until_answered(client: ClientSession, gateway: GatewayProcess) -> None:
    """Every worker has what was published when the port says that it is ready."""
    async with asyncio.timeout(60):
        while (await client.get(f"{gateway.address}/health/ready")).status != 200:  # noqa: ASYNC110
            await asyncio.sleep(0)
        while (await post(client, f"{gateway.address}/graphql", QUERY))[1] != ANSWER:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_no_request_notices_what_is_published(tmp_path: Path) -> None:
    """50 connections; a third of the publishes is good, a third does not compose, a third would break the clients."""
    settings = write_settings(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/registry.db")
    async with (
        subgraph(CITY_SCHEMA) as city,
        subgraph(HEALTH_SCHEMA) as health,
        gateway_process(settings) as gateway,
        ClientSession(connector=TCPConnector(limit=0)) as client,
    ):
        first = [
            {"name": "city", "url": url_of(city), "sdl": CITY},
            {"name": "healthcare", "url": url_of(health), "sdl": HEALTH},
        ]
        await post(client, f"{gateway.address}/registry", PUBLISH, subgraphs=first)
        await until_answered(client, gateway)
        traffic = Traffic()
        async with asyncio.TaskGroup() as asking:
            for _ in range(CONNECTIONS):
                asking.create_task(traffic.ask(client, f"{gateway.address}/graphql"))
            outcomes: Counter[tuple[str, str]] = Counter()
            memory = 0
            for number in range(PUBLISHES):
                wanted, subgraph_input = proposal(number, url_of(health) if number % 3 == 0 else url_of(city))
                outcomes[wanted, await publish(client, gateway, subgraph_input)] += 1
                if number == PUBLISHES // 4:
                    memory = gateway.memory()
            traffic.running = False
        after = gateway.memory()
    print(
        f"{traffic.answers} answers, the slowest in {traffic.slowest:.2f} s, {outcomes}, {memory / 1e6:.0f} MB after a quarter, {after / 1e6:.0f} MB after all"
    )
    assert traffic.wrong == []
    assert traffic.answers > CONNECTIONS
    assert {wanted for wanted, _ in outcomes} == {"PUBLISHED", "REFUSED"}
    assert all(wanted == outcome for wanted, outcome in outcomes)
    assert after < memory * MEMORY_SHARE
