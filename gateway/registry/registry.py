"""The registry at work inside a gateway: its store, its publisher, and what goes on in the background."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphql import GraphQLSchema

from gateway.errors import TongfenError
from gateway.registry.access import ANYBODY, NOBODY, Caller, authenticate
from gateway.registry.health.prober import Prober
from gateway.registry.limiting import RateLimit
from gateway.registry.proposals import Terms
from gateway.registry.publishing import Publisher
from gateway.registry.store.audit import read_audit
from gateway.registry.store.database import Database
from gateway.registry.store.leases import take_lease
from gateway.registry.usage.recorder import Recorder
from gateway.registry.webhooks.delivery import Deliverer
from gateway.registry.webhooks.outbox import Outbox
from gateway.resolvers.cache import Invalidated
from gateway.resolvers.cache.invalidation import Targets
from gateway.schema import Subgraph

logger = logging.getLogger(__name__)

RETENTION_SECONDS: Final = 3_600.0
LEASE: Final = "caretaker"


CallBack = Callable[[Targets], Awaitable[Invalidated]]
"""Calls back what was kept. Raises RequestError for targets that make no sense."""


@dataclass(frozen=True, slots=True)
class RegistryOptions:
    """How a registry works. ``open`` lets anybody do everything; it is for demonstrations."""

    environment: str
    open: bool = False
    terms: Terms = field(default_factory=Terms)
    per_minute: int = 60
    built_in: Sequence[Subgraph] = ()
    record: bool = True
    days: int = 30
    flush_seconds: float = 10.0
    full_rate: int = 10_000
    probe: bool = True
    probe_seconds: float = 10.0
    probe_timeout: float = 2.0


class Registry:
    """One gateway process's registry."""

    def __init__(self, database: Database, options: RegistryOptions) -> None:
        self.database = database
        self.options = options
        self.recorder = Recorder(database, options.environment, full_rate=options.full_rate, days=options.days)
        self.outbox = Outbox(database)
        self.publisher = Publisher(
            database,
            terms=options.terms,
            limit=RateLimit(options.per_minute, time.monotonic),
            built_in=options.built_in,
            days=options.days,
            flush_usage=self.flush_usage,
        )
        self.publisher.listeners.append(self.outbox.put)
        self.call_back: CallBack | None = None
        """Makes the gateway forget what it has kept; None where it keeps nothing."""
        self._prober = Prober(database, options, self.outbox.put)
        self._deliverer = Deliverer(database, options.terms.guard)
        self._schema: Callable[[], GraphQLSchema | None] = lambda: None
        self._name = secrets.token_hex(8)
        self._tasks: list[asyncio.Task[None]] = []

    async def caller(self, header: str | None) -> Caller:
        """Who sends this Authorization header. Raises UnauthenticatedError for a token that is not good."""
        found = await authenticate(self.database, header)
        return ANYBODY if found is NOBODY and self.options.open else found

    async def prepare(self) -> None:
        """Make the store ready. Raises StoreError while it cannot be."""
        await self.database.prepare()
        for last in await read_audit(self.database, first=1):
            self.database.not_before(last.at)

    def start(self, schema: Callable[[], GraphQLSchema | None]) -> None:
        """Begin the work in the background. ``schema`` gives the API schema that is served now."""
        self._schema = schema
        self._tasks = [
            asyncio.create_task(self._repeat(self.flush_usage, self.options.flush_seconds)),
            asyncio.create_task(self._repeat(self.recorder.forget, RETENTION_SECONDS)),
            asyncio.create_task(self._take_care()),
        ]

    async def close(self) -> None:
        """Stop the work, write what was counted, and let go of the store."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        with contextlib.suppress(TongfenError):
            await self.flush_usage()
        await self.database.close()

    async def flush_usage(self) -> None:
        """Write the operations that were counted."""
        schema = self._schema()
        if schema is not None and self.options.record:
            await self.recorder.flush(schema)

    async def _take_care(self) -> None:
        """Probe and deliver, while this is the process that holds the lease: of many only one does."""
        while True:
            seconds = self._prober.next_pause()
            try:
                if await take_lease(self.database, LEASE, self._name, seconds=3 * seconds + 5):
                    if self.options.probe:
                        await self._prober.probe_all()
                    await self._deliverer.deliver_due()
            except TongfenError as error:
                logger.warning("The registry cannot look after the subgraphs: %s", error.message)
            except Exception:
                logger.exception("The registry failed to look after the subgraphs")
            await asyncio.sleep(seconds)

    async def _repeat(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except TongfenError as error:
                logger.warning("The registry's store: %s", error.message)
            except Exception:
                logger.exception("The registry's work in the background failed")
