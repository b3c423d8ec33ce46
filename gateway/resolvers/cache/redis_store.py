"""Entries on a Redis server, for many replicas: over aiocache, with timeouts in milliseconds and a breaker.

Every read asks for the number of the last invalidation. A replica that has missed some reads up on them before it uses what it has:
there is no moment at which one replica serves what another has invalidated, and one that is cut off serves nothing. Reads that overlap
share the question, and what was read stays near, in this process, so that on a busy replica a hit costs little more than in memory.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec
from aiocache import Cache  # type: ignore[import-untyped]  # it has no types
from aiocache.exceptions import InvalidCacheType  # type: ignore[import-untyped]  # it has no types
from aiocache.serializers import NullSerializer  # type: ignore[import-untyped]  # it has no types

from gateway.errors import SettingsError
from gateway.resolvers.cache.breaker import Breaker
from gateway.resolvers.cache.entry import LONGEST_SECONDS, MISS, Entry, Miss, decode_entry, encode_entry
from gateway.resolvers.cache.ledger import Ledger
from gateway.resolvers.cache.memory import MemoryStore
from gateway.resolvers.cache.redis_scripts import CATCH_UP, INVALIDATE, UNLOCK
from gateway.resolvers.cache.store import Invalidated, StoreFigures

LOG: Final = logging.getLogger("gateway.cache")

REMEMBERED_INVALIDATIONS: Final = 10_000
SLOW_COMMAND: Final = 20
"""How many times longer than an ordinary command the reading up on invalidations may take."""


@dataclass(frozen=True, slots=True)
class RedisOptions:
    """Where the server is and how much of it is used. ``timeout`` is in seconds, for one command. ``near_bytes`` bound what stays here."""

    url: str
    namespace: str = "tongfen"
    timeout: float = 0.05
    connections: int = 20
    compress_above: int = 8_192
    near_bytes: int = 100_000_000
    breaker_failures: int = 5
    breaker_seconds: float = 2.0


class RedisStore:
    """A ``Store`` on a Redis server. ``clock`` is the wall clock, ``ticks`` a monotonic one."""

    def __init__(
        self, options: RedisOptions, *, clock: Callable[[], float], ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._options = options
        self._clock = clock
        self._cache = connect(options)
        self._breaker = Breaker(failures=options.breaker_failures, seconds=options.breaker_seconds, clock=ticks)
        self._ledger = Ledger()
        self._near = MemoryStore(limit=options.near_bytes, clock=clock, ledger=self._ledger)
        self._asking: asyncio.Task[bool] | None = None
        self._asked: asyncio.Task[bool] | None = None
        self._unsent: list[tuple[str, ...]] = []
        self._tokens: dict[bytes, str] = {}
        self._failures = 0
        self._is_closed = False
        self._under_way: set[asyncio.Task[Any]] = set()
        self._sending: asyncio.Task[None] | None = None
        self._number_key = self._key(b"number")
        self._log_key = self._key(b"log")

    async def get_many(self, keys: Sequence[bytes]) -> list[Entry | Miss]:
        """The entry under each key, or MISS."""
        if not await self._send_unsent() or not await self._is_current():
            return [MISS] * len(keys)
        found = await self._near.get_many(keys)
        far = [place for place, entry in enumerate(found) if entry is MISS]
        if far:
            brought = await self._get_far([keys[place] for place in far])
            for place, entry in zip(far, brought, strict=True):
                found[place] = entry
        return found

    async def _is_current(self) -> bool:
        """Whether this replica knows all invalidations of this moment. Requests that ask while a command is under way share the next one."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_after(self._asked))
        return await asyncio.shield(self._asking)

    async def _ask_after(self, asked: "asyncio.Task[bool] | None") -> bool:
        if asked is not None and not asked.done():
            await asyncio.wait([asked])
        self._asked, self._asking = self._asking, None  # Who comes from here on needs a newer number.
        number = await self._try(lambda: self._in_time(self._cache.client.mget([self._number_key])))
        return number is not None and (self._is_latest(number[0]) or await self._catch_up())

    def _is_latest(self, number: bytes | None) -> bool:
        return number is not None and int(number) == self._ledger.latest

    async def _get_far(self, keys: Sequence[bytes]) -> list[Entry | Miss]:
        """What the server has; it is kept here too."""
        names = [self._number_key, *map(self._entry_key, keys)]
        found = await self._try(lambda: self._cache.multi_get(names))
        if found is None or not (self._is_latest(found[0]) or await self._catch_up()):
            return [MISS] * len(keys)
        now = self._clock()
        entries = [MISS if text is None else self._usable(decode_entry(text), now) for text in found[1:]]
        near = {key: entry for key, entry in zip(keys, entries, strict=True) if isinstance(entry, Entry)}
        await self._near.set_many(near)
        return entries

    def _usable(self, entry: Entry | Miss, now: float) -> Entry | Miss:
        if isinstance(entry, Miss) or entry.keep_until <= now or not self._ledger.holds(entry):
            return MISS
        return entry

    def seen(self) -> int:
        """The last invalidation that this replica knows."""
        return self._ledger.latest

    def changes(self) -> int:
        """See ``Store.changes``."""
        return self._near.changes()

    def holds(self, entry: Entry) -> bool:
        """Whether nothing that this replica knows has invalidated an entry."""
        return self._ledger.holds(entry)

    async def set_many(self, entries: Mapping[bytes, Entry]) -> None:
        """Keep entries. Where the server has no room it keeps what it can."""
        now = self._clock()
        await self._near.set_many(entries)
        pipeline = self._cache.client.pipeline(transaction=False)
        for key, entry in entries.items():
            milliseconds = int((entry.keep_until - now) * 1000)
            if milliseconds > 0 and self._ledger.holds(entry):
                text = encode_entry(entry, compress_above=self._options.compress_above)
                pipeline.set(self._entry_key(key), text, px=milliseconds)
        if len(pipeline):
            await self._try(lambda: self._in_time(pipeline.execute(raise_on_error=False)))

    async def delete(self, keys: Sequence[bytes]) -> None:
        """Keep nothing under these keys."""
        await self._near.delete(keys)
        if keys:
            await self._try(lambda: self._in_time(self._cache.client.delete(*map(self._entry_key, keys))))

    async def invalidate(self, tags: Sequence[str]) -> Invalidated:
        """Number the invalidation on the server, where every replica sees it at its next read.

        Where that does not work, nothing with these tags comes back here, and it is tried again until it does.
        """
        self._unsent.append(tuple(tags))
        self._ledger.suspect(tags)
        everywhere = await self._send_unsent()
        if not everywhere and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._keep_sending())
        return Invalidated(self._ledger.latest, everywhere=everywhere)

    async def _keep_sending(self) -> None:
        while not await self._send_unsent():  # noqa: ASYNC110  # the server tells nobody that it is back
            await asyncio.sleep(self._options.breaker_seconds)

    async def _send_unsent(self) -> bool:
        """Number all invalidations that the server does not know yet; False where it cannot be told."""
        if not self._unsent:
            return True
        while self._unsent:
            tags = self._unsent[0]
            if await self._try(partial(self._number, tags)) is None:
                return False
            if tags in self._unsent:
                self._unsent.remove(tags)
        return await self._catch_up()

    async def _number(self, tags: tuple[str, ...]) -> Any:
        remembered = int(LONGEST_SECONDS * 1_000_000)
        arguments = (msgspec.json.encode(tags), remembered, REMEMBERED_INVALIDATIONS)
        try:
            return await self._eval(INVALIDATE, *arguments)
        except TimeoutError:
            raise
        except Exception:
            # A server that is full takes no invalidation. It lets us delete: without a number nobody trusts any entry.
            await self._in_time(self._cache.client.delete(self._number_key, self._log_key))
            return await self._eval(INVALIDATE, *arguments)

    async def _catch_up(self) -> bool:
        """Read up on the invalidations that this replica has not seen; False where it cannot."""
        found = await self._try(lambda: self._eval(CATCH_UP, self._ledger.latest, slow=True))
        if found is None:
            return False
        number, floor, missed = found
        for member in missed:
            if member != b"floor":
                digits, bracket, rest = member.partition(b"[")
                self._ledger.mark(int(digits), msgspec.json.decode(bracket + rest, type=tuple[str, ...]))
        self._ledger.raise_floor(int(floor))
        self._ledger.mark(int(number), ())
        self._ledger.trust_all_but(tag for tags in self._unsent for tag in tags)
        return True

    async def lock(self, key: bytes, *, seconds: float) -> bool:
        """Whether the caller is to fetch. A server that cannot be asked keeps nobody from it."""
        token = secrets.token_hex(8)
        name = self._lock_key(key)
        arguments = {"nx": True, "px": int(seconds * 1000)}
        taken = await self._try(lambda: self._answered(self._in_time(self._cache.client.set(name, token, **arguments))))
        if taken is None or taken:
            self._tokens[key] = token
            return True
        return False

    async def unlock(self, key: bytes) -> None:
        """End a lock of one's own: if it has run out and is another's now, that stays."""
        token = self._tokens.pop(key, None)
        if token is not None:
            await self._try(lambda: self._in_time(self._cache.client.eval(UNLOCK, 1, self._lock_key(key), token)))

    async def is_locked(self, key: bytes) -> bool:
        """Whether someone holds the lock."""
        return bool(await self._try(lambda: self._in_time(self._cache.client.exists(self._lock_key(key)))))

    async def find(self, tag: str, *, limit: int) -> list[tuple[bytes, Entry]]:
        """Some entries with a tag that still count. It reads the whole store: for people, not for requests."""
        prefix = self._entry_key(b"")
        found: list[tuple[bytes, Entry]] = []
        if not await self._catch_up():
            return found
        try:
            async for name in self._cache.client.scan_iter(match=prefix + b"*", count=1_000):
                text = await self._cache.client.get(name)
                entry = MISS if text is None else self._usable(decode_entry(text), self._clock())
                if isinstance(entry, Entry) and tag in entry.tags:
                    found.append((name.removeprefix(prefix), entry))
                if len(found) == limit:
                    break
        except Exception as error:
            self._note_failure(error)
        return found

    def figures(self) -> StoreFigures:
        """What this replica knows of the store."""
        near = self._near.figures()
        return StoreFigures(
            "redis",
            near.entries,
            near.size,
            near.limit,
            near.evictions,
            self._failures,
            self._breaker.is_open,
            len(self._ledger),
        )

    async def close(self) -> None:
        """End what is under way, and close the connections."""
        self._is_closed = True
        tasks = [task for task in (self._sending, self._asking, self._asked) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._under_way, return_exceptions=True)
        await self._near.close()
        await self._cache.client.aclose()

    async def _try(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """What a command gives; None where the server cannot be asked.

        It goes on to its end, or its timeout, if the caller is cancelled: a command that is broken off costs its connection.
        """
        if self._is_closed or not self._breaker.allows():
            return None
        command = asyncio.create_task(self._judge(call))
        self._under_way.add(command)
        command.add_done_callback(self._under_way.discard)
        return await asyncio.shield(command)

    async def _judge(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """Whatever the library raises is a server that failed."""
        try:
            result = await call()
        except Exception as error:
            self._note_failure(error)
            return None
        self._breaker.succeeded()
        return result

    def _note_failure(self, error: Exception) -> None:
        self._failures += 1
        was_open = self._breaker.is_open
        self._breaker.failed()
        if self._breaker.is_open and not was_open:
            LOG.warning("The cache server does not work (%s); going on without it", type(error).__name__)

    async def _eval(self, script: str, *arguments: Any, slow: bool = False) -> Any:
        call = self._cache.client.eval(script, 2, self._number_key, self._log_key, *arguments)
        return await self._in_time(call, times=SLOW_COMMAND if slow else 1)

    async def _in_time(self, call: Awaitable[Any], *, times: int = 1) -> Any:
        async with asyncio.timeout(self._options.timeout * times):
            return await call

    async def _answered(self, call: Awaitable[Any]) -> bool:
        return bool(await call)

    def _key(self, name: bytes) -> bytes:
        return b"%b:%b" % (self._options.namespace.encode(), name)

    def _entry_key(self, key: bytes) -> bytes:
        return self._key(b"e:" + key)

    def _lock_key(self, key: bytes) -> bytes:
        return self._key(b"l:" + key)


def connect(options: RedisOptions) -> Any:
    """aiocache's Redis store of bytes. Raises SettingsError where the library for it is missing or the address is none."""
    address = urlsplit(options.url)
    if address.scheme not in ("redis", "rediss") or not address.hostname:
        raise SettingsError(f"cache.redis.url: write redis://host:6379/0 or rediss://…, not {options.url!r}.")
    try:
        return Cache(
            Cache.REDIS,
            serializer=NullSerializer(encoding=None),
            endpoint=address.hostname,
            port=address.port or 6379,
            db=int(address.path.strip("/") or 0),
            password=unquote(address.password) if address.password else None,
            ssl=address.scheme == "rediss",
            timeout=options.timeout,
            create_connection_timeout=options.timeout,
            pool_max_size=options.connections,
            connection_pool_kwargs={"username": unquote(address.username) if address.username else None},
        )
    except InvalidCacheType as error:
        raise SettingsError("cache.redis: install the extra for it: pip install 'tongfen[redis]'.") from error
