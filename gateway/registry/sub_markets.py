"""The registry as a subgraph of the province's own graph: which sub-markets there are, and how they are."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import strawberry

from gateway.errors import TongfenError
from gateway.registry.api.fields import field
from gateway.registry.model import Version
from gateway.registry.store.database import Database
from gateway.registry.store.health import Health, HealthState, read_health
from gateway.registry.store.versions import read_current
from gateway.schema import Subgraph

logger = logging.getLogger(__name__)

NAME: Final = "sub_markets"
REMEMBER_SECONDS: Final = 1.0
"""How old the answer may be: the store is not asked for every client."""

SHORT: Final = 12
"""How many digits of a hash tell versions apart."""


@strawberry.federation.type(
    keys=["name"],
    description="分市场的登记情况。A sub-market as it is registered: a subgraph, or one member of a partitioned one.",
)
class RegisteredSubMarket:
    """One entry."""

    name: str = strawberry.field(description="名称。Its name: the subgraph's, with a member's partition behind it.")
    kind: str = strawberry.field(description="类别。What kind of sub-market it is, such as city or industry.")
    region: str = strawberry.field(description="区划代码。The code of its region, empty for the whole province.")
    health: HealthState = strawberry.field(description="健康状况。What the last probe found.")
    last_seen: datetime | None = strawberry.field(description="最近在线时间。When it answered for the last time.")
    latency_ms: int | None = strawberry.field(description="延迟（毫秒）。How long its last answer took.")
    version: str = strawberry.field(
        description="版本。The first digits of the SHA-256 of the schema that it told last."
    )
    drift: bool = strawberry.field(description="偏移。Whether it tells another schema than was published.")

    @classmethod
    async def resolve_reference(
        cls, info: strawberry.Info["SubMarkets", None], name: str
    ) -> "RegisteredSubMarket | None":
        """The entry of that name, or None."""
        return next((one for one in await info.context.read() if one.name == name), None)


@strawberry.type(description="查询入口。Where questions begin.")
class Query:
    """The root field."""

    @field("已登记的分市场。The sub-markets that are registered.")
    async def sub_markets(self, info: strawberry.Info["SubMarkets", None]) -> list[RegisteredSubMarket]:
        """By name."""
        return list(await info.context.read())


SCHEMA: Final = strawberry.federation.Schema(query=Query, federation_version="2.9")
SUBGRAPH: Final = Subgraph(NAME, f"in-process:{NAME}", SCHEMA.as_str())


@dataclass(slots=True)
class SubMarkets:
    """Answers the subgraph's requests from the store."""

    database: Database
    environment: str
    _read_at: float = float("-inf")
    _entries: tuple[RegisteredSubMarket, ...] = ()

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Execute one request; see ``LocalClient``."""
        result = await SCHEMA.execute(
            request["query"],
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
            context_value=self,
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            logger.error(
                "The sub-markets cannot be told: %s", result.errors[0], exc_info=result.errors[0].original_error
            )
            answer["errors"] = [
                {"message": "The registry does not answer.", "path": error.path} for error in result.errors
            ]
        return answer

    async def read(self) -> tuple[RegisteredSubMarket, ...]:
        """The entries, which may be a second old. While the store is down they stay as they were, if they were read before."""
        if time.monotonic() - self._read_at < REMEMBER_SECONDS:
            return self._entries
        try:
            current = await read_current(self.database, self.environment)
            found = {(one.subgraph, one.partition): one for one in await read_health(self.database, self.environment)}
        except TongfenError:
            if self._read_at < 0:
                raise
            return self._entries
        self._entries = tuple(make_entries(current, found))
        self._read_at = time.monotonic()
        return self._entries


def make_entries(current: Version | None, found: Mapping[tuple[str, str], Health]) -> Iterator[RegisteredSubMarket]:
    """An entry for each subgraph without members, and for each member of the others."""
    for record in current.subgraphs if current else ():
        for partition in [member.partition for member in record.members] or [""]:
            health = found.get((record.name, partition))
            yield RegisteredSubMarket(
                name=f"{record.name}/{partition}" if partition else record.name,
                kind=record.kind,
                region=record.region or partition,
                health=health.state if health else HealthState.UNKNOWN,
                last_seen=health.last_seen if health else None,
                latency_ms=health.latency_ms if health else None,
                version=health.seen_digest[:SHORT] if health else "",
                drift=health.drift if health else False,
            )
