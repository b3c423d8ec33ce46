"""Ask a market: over ASGI inside this process, with every SQL statement counted, or as the process that its command starts."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, event
from starlette.applications import Starlette
from starlette.types import Message

from subgraphs.agriculture.tables import Base as Agriculture
from subgraphs.carbon.tables import Base as Carbon
from subgraphs.city.tables import Base as City
from subgraphs.core.tables import Base as Core
from subgraphs.healthcare.tables import Base as Healthcare
from subgraphs.kit.app import create_app
from subgraphs.kit.database import open_database
from subgraphs.kit.export import MARKETS
from subgraphs.kit.tokens import Tokens

TABLES: dict[str, MetaData] = {
    "core": Core.metadata,
    "city": City.metadata,
    "agriculture": Agriculture.metadata,
    "carbon": Carbon.metadata,
    "healthcare": Healthcare.metadata,
}
LETTER_DAY = datetime(2022, 6, 27, 15, 0, tzinfo=UTC)
"""An hour before midnight, in the province, on the day of the letter: the clock of every market under test."""


def letter_day() -> datetime:
    return LETTER_DAY


@dataclass(slots=True)
class Asker:
    """A market's application, and what it has asked its database."""

    app: Starlette
    statements: list[str] = field(default_factory=list)
    token: str = ""
    """Whose token is sent, if any."""

    def as_(self, token: str) -> "Asker":
        """The same market, asked by somebody else."""
        return Asker(self.app, self.statements, token)

    async def send(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """One HTTP request; its status and body come out."""
        sent: list[Message] = []
        headers = [(b"content-type", b"application/json")]
        if self.token:
            headers.append((b"authorization", f"Bearer {self.token}".encode()))
        requests = [{"type": "http.request", "body": body, "more_body": False}]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
            "raw_path": path.encode(), "query_string": b"", "headers": headers,
            "scheme": "http", "server": ("testserver", 80), "client": ("testclient", 1),
        }  # fmt: skip

        async def receive() -> Message:
            return requests.pop() if requests else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """A query's whole answer, errors included."""
        request = json.dumps({"query": query, "variables": variables}).encode()
        status, body = await self.send("POST", "/graphql", request)
        assert status == 200, body
        answer: dict[str, Any] = json.loads(body)
        return answer

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of a query that has no errors."""
        answer = await self.answer(query, **variables)
        assert not answer.get("errors"), answer["errors"]
        return answer["data"]

    async def entities(self, fields: str, *representations: dict[str, Any]) -> list[Any]:
        """What the market knows of entities, as a gateway asks for them."""
        query = f"query ($representations: [_Any!]!) {{ _entities(representations: $representations) {{ {fields} }} }}"
        found: list[Any] = (await self.ask(query, representations=list(representations)))["_entities"]
        return found

    async def codes(self, query: str, **variables: Any) -> list[str]:
        """The codes of a query's errors."""
        answer = await self.answer(query, **variables)
        return [error["extensions"]["code"] for error in answer.get("errors", ())]


@asynccontextmanager
async def open_market(
    name: str, url: str, clock: Callable[[], datetime] = letter_day, tokens: Tokens | None = None
) -> AsyncIterator[Asker]:
    """A market over the database at a URL, which asks who acts where it is given ``tokens``."""
    database = open_database(url)
    asker = Asker(create_app(MARKETS[name], TABLES[name], database, clock=clock, tokens=tokens))

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asker.statements.append(statement)

    event.listen(database.sync_engine, "before_cursor_execute", note)
    async with asker.app.router.lifespan_context(asker.app):
        yield asker
