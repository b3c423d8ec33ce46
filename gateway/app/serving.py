"""Requests wait for nobody: each is answered by the newest good supergraph, and ends on the one that it began on."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any, Final

import msgspec

from gateway.app.held import Engine, Held, RetiredError
from gateway.app.last_good import LastGood
from gateway.app.loaded import Loaded, Loader
from gateway.errors import RequestError, SupergraphError, TongfenError
from gateway.resolvers import codes
from gateway.resolvers.messages import Answer, GraphQLRequest, GraphQLResponse, GraphQLStream
from gateway.resolvers.subgraph_client.partitions import MemberBook
from gateway.schema.supergraph import Supergraph

logger = logging.getLogger(__name__)

WARMED: Final = 200
"""How many operations a new engine gets ready before it takes over: those that the one before was asked most."""

Connect = Callable[[Supergraph], Awaitable[Engine]]
"""Makes an engine that is ready for traffic."""


RELOADED: Final = msgspec.json.encode(
    {
        "errors": [
            {
                "message": "The schema has changed; subscribe again.",
                "extensions": {"code": codes.SUBSCRIPTION_SCHEMA_RELOAD},
            }
        ]
    }
)
"""The last payload of a subscription that a new supergraph ends."""


class Serving:
    """A ``GraphQLService`` and a ``Readiness``: follows a loader, and swaps in each new supergraph that is good.

    A new engine is made aside while the old one answers. Requests in flight end on the old one, which is closed when they have,
    or after ``drain_seconds``. What is not good never replaces what is.
    """

    def __init__(
        self,
        loader: Loader,
        connect: Connect,
        *,
        retry_seconds: float = 1.0,
        drain_seconds: float = 60.0,
        last_good: LastGood | None = None,
        resubscribe: bool = False,
        members: MemberBook | None = None,
    ) -> None:
        """``resubscribe`` moves subscriptions to a new supergraph; else they are ended with an error. The book is told of ``members``."""
        self._loader = loader
        self._connect = connect
        self._retry_seconds = retry_seconds
        self._drain_seconds = drain_seconds
        self._last_good = last_good
        self._resubscribe = resubscribe
        self._members = members or MemberBook()
        self._held: Held | None = None
        self._seen: str | None = None
        self._reasons: tuple[str, ...] = ("The supergraph is being loaded.",)
        self._refused: tuple[str, ...] = ()
        self._from_copy: tuple[str, ...] = ()
        self._retiring: set[asyncio.Task[None]] = set()
        self._tried = asyncio.Event()
        self.supergraph: Supergraph | None = None
        """The one that new requests are answered from."""
        self.swaps = 0
        """How many supergraphs have been swapped in, the first one included."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why requests cannot be answered yet."""
        return () if self._held else self._reasons

    @property
    def degraded(self) -> tuple[str, ...]:
        """Why what is answered from may not be the newest; empty when it is."""
        return (*self._from_copy, *self._reasons) if self._held else ()

    @property
    def version(self) -> str | None:
        """The version of the supergraph that new requests are answered from."""
        return self._held.version if self._held else None

    def execute(self, request: GraphQLRequest) -> Coroutine[Any, Any, GraphQLResponse]:
        """The engine's answer; raises RequestError with status 503 while there is no engine."""
        return self._current().execute(request)

    async def stream(self, request: GraphQLRequest) -> Answer:
        """The same, whole or in payloads. A new supergraph ends subscriptions with an error, or takes them over."""
        held = self._current()
        answer = await held.stream(request)
        if isinstance(answer, GraphQLResponse) or answer.incremental is not None:
            return answer
        return replace(answer, payloads=self._over_swaps(request, answer))

    async def _over_swaps(self, request: GraphQLRequest, answer: GraphQLStream) -> AsyncGenerator[bytes, None]:
        while True:
            try:
                async with contextlib.aclosing(answer.payloads) as payloads:
                    async for payload in payloads:
                        yield payload
                return
            except RetiredError:
                if not self._resubscribe:
                    yield RELOADED
                    return
            again = await self._current().stream(request)
            if isinstance(again, GraphQLResponse):
                yield again.body
                return
            answer = again

    @contextlib.contextmanager
    def use(self) -> Iterator[Engine]:
        """The current engine, kept open as long as the caller needs it; raises as ``execute`` does."""
        with self._current().use() as engine:
            yield engine

    async def run(self) -> None:
        """Load, and follow what comes after, until cancelled."""
        await self.start()
        while True:
            await self._loader.wait()
            await self._look()

    async def tried(self) -> None:
        """Return when the first attempt to load has ended, well or badly."""
        await self._tried.wait()

    async def start(self) -> None:
        """Load until there is something to answer from. Each new reason why there is not is logged once."""
        await self._look()
        if self._held is None:
            await self._start_from_copy()
        self._tried.set()
        while self._held is None:
            await asyncio.sleep(self._retry_seconds)
            await self._look()
        settle_memory()

    async def close(self) -> None:
        """Let go of the loader and of the subgraphs."""
        await self._loader.close()
        for task in self._retiring:
            task.cancel()
        if self._held:
            await self._held.engine.close()

    def _current(self) -> Held:
        if self._held is None:
            message = " ".join(("The gateway is not ready.", *self._reasons))
            raise RequestError(message, code=codes.GATEWAY_NOT_READY, status=503)
        return self._held

    async def _look(self) -> None:
        """Look once; swap in what is new and good."""
        try:
            loaded = await self._loader.look(self._seen)
        except Exception as error:
            self._tell(explain(error))
            return
        if loaded is not None:
            self._seen = loaded.version
            self._refused = await self._try(loaded)
        self._tell(self._refused)

    async def _try(self, loaded: Loaded) -> tuple[str, ...]:
        """Swap in a supergraph; gives the reasons why it is not good, none if it is."""
        try:
            await self._swap(loaded)
        except Exception as error:
            return explain(error)
        self._from_copy = ()
        await self._save(loaded)
        return ()

    def _tell(self, reasons: tuple[str, ...]) -> None:
        if reasons and reasons != self._reasons:
            kept = "The supergraph stays as it is" if self._held else "Not ready yet"
            logger.warning("%s: %s", kept, "\n".join(reasons))
        self._reasons = reasons

    async def _swap(self, loaded: Loaded) -> None:
        self._members.replace(loaded.members)
        old = self._held
        if old is not None and loaded.supergraph is self.supergraph:  # only members have come or gone
            old.version = loaded.version
            return
        engine = await self._connect(loaded.supergraph)
        if old is not None:
            await engine.warm(old.engine.most_used(WARMED))
        self._held = Held(engine, loaded.version)
        self.supergraph = loaded.supergraph
        self.swaps += 1
        logger.info("Serving version %s of the supergraph: %s", loaded.version, ", ".join(loaded.supergraph.subgraphs))
        if old is not None:
            task = asyncio.create_task(self._retire(old))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def _retire(self, old: Held) -> None:
        if left := await old.retire(within=self._drain_seconds):
            logger.warning("%d requests had not ended %s s after a new supergraph came", left, self._drain_seconds)
        if len(self._retiring) == 1:  # of several that retire at once the last one cleans up
            release_memory()

    async def _start_from_copy(self) -> None:
        """Answer from the copy on disk, if there is a good one, until the loader has something."""
        if self._last_good is None:
            return
        try:
            saved = await asyncio.to_thread(self._last_good.load)
            if saved is None:
                return
            await self._swap(saved.loaded)
        except SupergraphError as error:
            self._tell((*self._reasons, error.message))
            return
        copy = (
            f"Answering from the copy of version {saved.loaded.version} that was saved at {saved.saved_at.isoformat()}."
        )
        self._from_copy = (copy,)
        logger.warning("%s", copy)

    async def _save(self, loaded: Loaded) -> None:
        if self._last_good is None:
            return
        try:
            await asyncio.to_thread(self._last_good.save, loaded)
        except OSError as error:
            logger.warning("The copy of the last good supergraph could not be written: %s", error)


def explain(error: Exception) -> tuple[str, ...]:
    """What went wrong, for operators; a fault of the gateway is logged in full."""
    if isinstance(error, TongfenError):
        return tuple(error.message.splitlines())
    logger.error("The supergraph could not be loaded", exc_info=error)
    return (f"The supergraph could not be loaded: {type(error).__name__}.",)


def settle_memory() -> None:
    """Let the garbage collector leave alone what stays for good, which spares it a tenth of the time of a busy gateway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def release_memory() -> None:
    """After a swap: take back what was left alone, drop the old supergraph, and settle again."""
    gc.unfreeze()
    settle_memory()
