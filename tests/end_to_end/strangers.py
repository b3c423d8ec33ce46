"""A province in which everybody shows who he is: the demo's markets with keys, and a gateway that verifies tokens before them."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from subgraphs.kit.actor import RECORD
from subgraphs.kit.courier import TOKEN
from subgraphs.kit.tokens import KEYS
from tests.cli.processes import serving
from tests.cli.test_demo import PATIENCE_SECONDS, demo
from tests.end_to_end.databases import opened
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.signing import sign, write_keys

SETTINGS: Final[dict[str, Any]] = {
    "supergraph": {"registry": "production"},
    "authentication": {"keys": ["keys.json"], "algorithms": ["EdDSA"]},
    "registry": {"database": "sqlite+aiosqlite:///registry.db", "networks": ["127.0.0.0/8"], "poll": 0.1},
    "traffic": {
        "timeout": "30s",
        "headers": ["authorization"],
        "subgraphs": {"city": {"subscriptions": {"protocol": "sse"}}},
    },
    "workers": {"count": 1},
    "cache": {"enabled": True},
}


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who knows nothing but the gateway's address and his own token."""

    address: str
    token: str = ""

    def answer(self, query: str, **variables: Any) -> Any:
        """The whole answer, errors included."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.address, body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            return json.load(response)

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def codes(self, query: str, **variables: Any) -> list[str]:
        """The codes of an answer's errors."""
        return [error["extensions"]["code"] for error in self.answer(query, **variables).get("errors", ())]


@dataclass(frozen=True, slots=True)
class Province:
    """The gateway before the markets, and who lives there."""

    address: str
    folder: Path

    def find(self, sql: str, *values: Any) -> Any:
        """One row of core's register: how a test finds out who there is."""
        with opened(self.folder) as databases:
            row = databases.row("core", sql, *values)
        assert row, sql
        return row

    def stranger(self, subject: str, scope: str, **claims: str) -> Stranger:
        """Somebody with a token."""
        return Stranger(self.address, sign(subject, scope, **claims))


@contextmanager
def province(data: MarketDatabases, folder: Path) -> Iterator[Province]:
    """The five markets over a copy of the data, each asking who acts, and a gateway of their registry that verifies tokens.

    The city's events come to it as server-sent events, core's over a WebSocket.
    """
    market = folder / "market"
    data.copy_all(market)
    keys, settings = write_keys(folder / "keys.json"), folder / "gateway.yaml"
    settings.write_text(yaml.safe_dump(SETTINGS))
    tokens = {KEYS: str(keys), TOKEN: sign("cities", RECORD)}
    with demo(folder, **tokens), serving("--config", str(settings), "--port", "0") as (_, address):
        yield Province(address, market)
