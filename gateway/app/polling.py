"""Follow a supergraph that a server publishes: by GET with ETag, as Hive's CDN does, or by Apollo's Uplink protocol."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from gateway.app.loaded import Loaded, digest
from gateway.errors import SupergraphError
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.transport import HttpAnswer, TransportError
from gateway.schema.supergraph import read_supergraph

OK: Final = 200
NOT_MODIFIED: Final = 304

UPLINK_QUERY: Final = """query SupergraphSdl($apiKey: String!, $graph_ref: String!, $ifAfterId: ID) {
  routerConfig(ref: $graph_ref, apiKey: $apiKey, ifAfterId: $ifAfterId) {
    __typename
    ... on RouterConfigResult { id supergraphSdl: supergraphSDL minDelaySeconds }
    ... on Unchanged { id minDelaySeconds }
    ... on FetchError { code message }
  }
}"""


class CdnLoader:
    """A ``Loader`` of one address that answers a GET with the supergraph. ``headers`` hold the key."""

    def __init__(self, url: str, *, headers: Mapping[str, str], seconds: float) -> None:
        self._url = url
        self._headers = headers
        self._seconds = seconds
        self._etag: str | None = None

    async def look(self, known: str | None) -> Loaded | None:
        """See ``Loader.look``."""
        headers = dict(self._headers)
        if known is not None and self._etag:
            headers["if-none-match"] = self._etag
        answer = await ask(self._url, headers=headers)
        if answer.status == NOT_MODIFIED:
            return None
        if answer.status != OK:
            raise SupergraphError(f"{self._url} answered with HTTP status {answer.status}, not with a supergraph.")
        loaded = await asyncio.to_thread(read, answer.body, self._url)
        self._etag = answer.headers.get("etag")
        return None if loaded.version == known else loaded

    async def wait(self) -> None:
        """See ``Loader.wait``."""
        await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Nothing is held open."""


class UplinkLoader:
    """A ``Loader`` of one graph of an Uplink service. The next of ``endpoints`` is asked when one fails."""

    def __init__(self, endpoints: Sequence[str], *, graph_ref: str, key: str, seconds: float) -> None:
        self._endpoints = itertools.cycle(endpoints)
        self._endpoint = next(self._endpoints)
        self._graph_ref, self._key = graph_ref, key
        self._least_seconds = self._seconds = seconds
        self._after: str | None = None

    async def look(self, known: str | None) -> Loaded | None:
        """See ``Loader.look``."""
        try:
            found = await self._ask(self._after if known is not None else None)
        except SupergraphError:
            self._endpoint = next(self._endpoints)
            raise
        self._seconds = max(self._least_seconds, found.get("minDelaySeconds") or 0)
        if "supergraphSdl" not in found:
            return None
        loaded = await asyncio.to_thread(read, found["supergraphSdl"].encode(), self._endpoint)
        self._after = found["id"]
        return None if loaded.version == known else loaded

    async def wait(self) -> None:
        """See ``Loader.wait``: not sooner than the service asks for."""
        await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _ask(self, after: str | None) -> dict[str, Any]:
        variables = {"apiKey": self._key, "graph_ref": self._graph_ref, "ifAfterId": after}
        body = msgspec.json.encode({"query": UPLINK_QUERY, "variables": variables})
        answer = await ask(self._endpoint, method="POST", headers={"content-type": "application/json"}, body=body)
        return read_uplink(answer, self._endpoint)


def read_uplink(answer: HttpAnswer, endpoint: str) -> dict[str, Any]:
    """The ``routerConfig`` of an answer; raises SupergraphError where the service gives none."""
    try:
        body = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        body = None
    match body:
        case {"data": {"routerConfig": {"__typename": "FetchError", "code": code, "message": message}}}:
            raise SupergraphError(f"{endpoint} gives no supergraph: {code}: {message}")
        case {
            "data": {"routerConfig": {"__typename": "RouterConfigResult", "id": str(), "supergraphSdl": str()} as found}
        }:
            return dict(found)
        case {"data": {"routerConfig": {"__typename": "Unchanged"} as found}}:
            return dict(found)
        case {"errors": [{"message": message}, *_]}:
            raise SupergraphError(f"{endpoint} gives no supergraph: {message}")
    raise SupergraphError(f"{endpoint} answered with HTTP status {answer.status}, but not as an Uplink service does.")


async def ask(
    url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> HttpAnswer:
    """The answer to one request; raises SupergraphError where there is none."""
    try:
        return await fetch(url, method=method, headers=headers, body=body, timeout=30.0)
    except TransportError as error:
        raise SupergraphError(f"{url} {error.failure.value} ({error.detail}).") from error


def read(body: bytes, url: str) -> Loaded:
    try:
        text = body.decode("utf-8")
        return Loaded(read_supergraph(text), text, digest(text))
    except UnicodeDecodeError as error:
        raise SupergraphError(f"{url}: the supergraph is not UTF-8.") from error
    except SupergraphError as error:
        raise SupergraphError(f"{url}: {error.message}", code=error.code) from error
