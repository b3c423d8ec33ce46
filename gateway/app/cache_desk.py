"""Who may call back what is kept, and what they are told."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import msgspec

from gateway.app.caching import AnswerCache
from gateway.errors import RequestError
from gateway.resolvers.cache import Entry
from gateway.resolvers.cache.invalidation import EVERYONE, Targets, check_rights, read_targets, target_tags, whose_token
from gateway.types import SubgraphName

MOST_ENTRIES: Final = 200
SHOWN_CHARACTERS: Final = 300


class Desk:
    """A ``CacheDesk`` for the gateway's cache."""

    def __init__(self, cache: AnswerCache) -> None:
        self._cache = cache

    @property
    def has_tokens(self) -> bool:
        """Whether anyone could be let in."""
        settings = self._cache.settings
        return bool(settings.tokens) or any(own.token for own in settings.subgraphs.values())

    async def invalidate(self, token: str, body: bytes) -> Mapping[str, Any]:
        """Call back what ``body`` names; says whether every replica obeys already."""
        who = self._who(token)
        targets = read_targets(body)
        check_rights(targets, who)
        done = await self._cache.call_back(targets)
        return {"invalidated": True, "everywhere": done.everywhere, "number": done.number}

    async def inspect(self, token: str, asked: Mapping[str, Sequence[str]], limit: int) -> Mapping[str, Any]:
        """Figures of the store, and of what was found by subgraph and type; with targets, some of their entries."""
        if self._who(token) is not EVERYONE:
            raise RequestError(
                "The token of a subgraph does not let it see what is kept.", code="FORBIDDEN", status=403
            )
        store, tallies = self._cache.store, self._cache.tallies
        shown: dict[str, Any] = {
            "store": asdict(store.figures()),
            "found": [{"subgraph": s, "of": kind, **asdict(tally)} for (s, kind), tally in sorted(tallies.items())],
        }
        if asked:
            shown["entries"] = await self._entries(_targets(asked), max(1, min(limit, MOST_ENTRIES)))
        return shown

    async def _entries(self, targets: Targets, limit: int) -> list[dict[str, Any]]:
        now = time.time()
        found: dict[bytes, Entry] = {}
        for tag in target_tags(targets, self._cache.known_kinship()):
            if len(found) < limit:
                found.update(await self._cache.store.find(tag, limit=limit - len(found)))
        return [describe(key, entry, now) for key, entry in found.items()]

    def _who(self, token: str) -> SubgraphName | None:
        settings = self._cache.settings
        of_subgraphs = {name: own.token for name, own in settings.subgraphs.items() if own.token}
        return whose_token(token, settings.tokens, of_subgraphs)


def _targets(asked: Mapping[str, Sequence[str]]) -> Targets:
    """Targets from the address: ``?type=Demand&entity={"__typename":"Demand","id":"1"}``."""
    try:
        return Targets(
            tags=tuple(asked.get("tag", ())),
            subgraphs=tuple(asked.get("subgraph", ())),
            partitions=tuple(asked.get("partition", ())),
            types=tuple(asked.get("type", ())),
            entities=tuple(msgspec.json.decode(text, type=dict[str, Any]) for text in asked.get("entity", ())),
        )
    except msgspec.MsgspecError as error:
        raise RequestError(f"Write an entity as JSON: {error}.") from error


def describe(key: bytes, entry: Entry, now: float) -> dict[str, Any]:
    """An entry for people. What is private stays so."""
    body = "(private)" if entry.private else entry.body.decode("utf-8", "replace")
    return {
        "key": key.hex(),
        "ageSeconds": round(max(0.0, now - entry.since), 1),
        "freshSeconds": round(entry.fresh_until - now, 1),
        "keptSeconds": round(entry.keep_until - now, 1),
        "private": entry.private,
        "bytes": len(entry.body),
        "tags": list(entry.tags[:50]),
        "body": body if len(body) <= SHOWN_CHARACTERS else body[:SHOWN_CHARACTERS] + "…",
    }
