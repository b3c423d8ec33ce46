"""A gateway with a registry, as a browser and a command see it."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from gateway.app import make_app, make_loader
from gateway.registry.access import create_token
from gateway.registry.model import Right
from gateway.registry.store import open_database
from gateway.settings import Settings, make_settings
from tests.app.markets import served

NETWORKS = ["127.0.0.0/8", "::1/128"]


def registry_settings(
    folder: Path, database_url: str, *, registry: dict[str, Any] | None = None, **sections: Any
) -> Settings:
    """Settings of a gateway that serves the environment production of a registry."""
    made = {
        "database": database_url,
        "poll": "50ms",
        "networks": NETWORKS,
        "publishes_per_minute": 1_000_000,
        "usage": {"flush": "50ms"},
        "health": {"enabled": False},
    }
    data = {"supergraph": {"registry": "production"}, "registry": made | (registry or {}), "traffic": {"timeout": "5s"}}
    return make_settings({**data, **sections}, folder=folder)


async def admin_token(database_url: str) -> str:
    """The token of an administrator."""
    database = open_database(database_url)
    await database.prepare()
    _, secret = await create_token(database, name="admin", rights={Right.ADMIN}, created_by="init", only_first=True)
    await database.close()
    return secret


@dataclass
class Gateway:
    """A client of a gateway with a registry."""

    client: ClientSession
    token: str

    async def post(self, query: str, token: str | None = None, **variables: Any) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of an answer of the registry."""
        secret = self.token if token is None else token
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {secret}"} if secret else {})
        body = io.BytesIO(json.dumps({"query": query, "variables": variables}).encode())
        async with self.client.post("/registry", data=body, headers=headers) as response:
            return response.status, await response.json()

    async def ask(self, query: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        status, answer = await self.post(query, token, **variables)
        assert (status, answer.get("errors")) == (200, None), answer
        return dict(answer["data"])

    async def code(self, query: str, token: str | None = None, **variables: Any) -> str:
        """The code of the only error."""
        _, answer = await self.post(query, token, **variables)
        (error,) = answer["errors"]
        return str(error["extensions"]["code"])

    async def publish(self, *subgraphs: dict[str, Any], token: str | None = None, **arguments: Any) -> dict[str, Any]:
        """What became of a publish."""
        data = await self.ask(PUBLISH, token, subgraphs=list(subgraphs), **arguments)
        return dict(data["publish"])

    async def query(self, query: str, **headers: str) -> dict[str, Any]:
        """The JSON of an answer of the graph itself."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.post("/graphql", json={"query": query}, headers=named) as response:
            return dict(await response.json())

    async def until(self, query: str, wanted: dict[str, Any]) -> None:
        """Ask the graph again until it answers so; a swap may take two seconds."""
        answer: dict[str, Any] = {}
        try:
            async with asyncio.timeout(30):
                while (answer := await self.query(query)) != wanted:  # noqa: ASYNC110  # nothing tells from outside
                    await asyncio.sleep(0)
        except TimeoutError:
            raise AssertionError(answer) from None


PUBLISH = """mutation (
  $subgraphs: [SubgraphInput!]!, $message: String! = "", $force: Boolean! = false, $together: Boolean! = false, $expected: Int
) {
  publish(subgraphs: $subgraphs, message: $message, force: $force, together: $together, expectedVersion: $expected) {
    outcome waiting version { number author message }
    check { ok composes errors { code coordinate message mend locations { subgraph line column } } changes { coordinate severity }
      broken { reasons operation { text clients { name version count } } } }
  }
}"""


@asynccontextmanager
async def gateway(settings: Settings, token: str = "") -> AsyncIterator[Gateway]:
    """A running gateway."""
    async with served(make_app(settings, make_loader(settings))) as client:
        yield Gateway(client, token)
