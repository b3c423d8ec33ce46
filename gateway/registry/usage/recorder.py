"""Count operations in memory, as cheaply as a dictionary can, and write the counts to the store now and then."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from graphql import GraphQLSchema

from gateway.errors import TongfenError
from gateway.registry.store.database import Database
from gateway.registry.store.usage import Use, add_uses, forget_uses
from gateway.registry.usage.signature import Signature, make_signature
from gateway.resolvers.messages import GraphQLRequest

logger = logging.getLogger(__name__)

CLIENT_NAMES: Final = ("apollographql-client-name", "x-graphql-client-name", "graphql-client-name")
CLIENT_VERSIONS: Final = ("apollographql-client-version", "x-graphql-client-version", "graphql-client-version")

MAX_KINDS: Final = 10_000
"""How many different operations, by text and client, are counted between two writings."""

MAX_NAME: Final = 100
"""How much of a client's name or version is kept."""

SAMPLE: Final = 10
"""Under load one request in so many is counted, as so many."""


class Sent(NamedTuple):
    """What was sent, and by whom."""

    query: str
    operation_name: str | None
    client: str
    version: str


class Recorder:
    """Counts what it is told of; ``full_rate`` requests between two writings are counted one by one, the rest by samples."""

    def __init__(self, database: Database, environment: str, *, full_rate: int = 10_000, days: int = 30) -> None:
        self._database = database
        self._environment = environment
        self._full_rate = full_rate
        self._days = days
        self._counts: Counter[Sent] = Counter()
        self._seen = 0
        self._lock = asyncio.Lock()
        self._signatures = Signatures()
        self.dropped = 0
        """How many requests were not counted: too many different ones came at once."""

    def note(self, request: GraphQLRequest) -> None:
        """Count one request."""
        self._seen += 1
        weight = 1
        if self._seen > self._full_rate:
            if self._seen % SAMPLE:
                return
            weight = SAMPLE
        headers = request.headers
        sent = Sent(
            request.query, request.operation_name, first_of(headers, CLIENT_NAMES), first_of(headers, CLIENT_VERSIONS)
        )
        if sent in self._counts or len(self._counts) < MAX_KINDS:
            self._counts[sent] += weight
        else:
            self.dropped += weight

    async def flush(self, schema: GraphQLSchema) -> None:
        """Write what was counted. What is not valid on the schema is left out; what cannot be written now is kept for later."""
        async with self._lock:
            counts, self._counts, self._seen = self._counts, Counter(), 0
            if not counts:
                return
            uses = await asyncio.to_thread(self._signatures.count, schema, counts)
            try:
                await add_uses(self._database, self._environment, uses)
            except TongfenError as error:
                logger.warning("Operations cannot be recorded: %s", error.message)
                self._counts.update(counts)

    async def forget(self) -> None:
        """Delete what is older than the days that are kept."""
        await forget_uses(self._database, self._environment, days=self._days)


def first_of(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if value := headers.get(name):
            return value[:MAX_NAME]
    return ""


class Signatures:
    """The signatures of one schema's operations, remembered: an operation comes again and again. Another schema begins anew."""

    def __init__(self) -> None:
        self._schema: GraphQLSchema | None = None
        self._known: dict[tuple[str, str | None], Signature | None] = {}

    def count(self, schema: GraphQLSchema, counts: Mapping[Sent, int]) -> list[Use]:
        """The counts by signature and client. Takes its time: call it in a thread."""
        if schema is not self._schema or len(self._known) > MAX_KINDS:
            self._schema, self._known = schema, {}
        found: Counter[tuple[Signature, str, str]] = Counter()
        for sent, count in counts.items():
            signature = self._find(schema, sent)
            if signature is not None:
                found[signature, sent.client, sent.version] += count
        return [Use(signature, client, version, count) for (signature, client, version), count in found.items()]

    def _find(self, schema: GraphQLSchema, sent: Sent) -> Signature | None:
        key = (sent.query, sent.operation_name)
        if key not in self._known:
            self._known[key] = make_signature(schema, *key)
        return self._known[key]
