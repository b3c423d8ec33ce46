"""A mutation that is sent twice happens once: its answer is remembered by the key that the client made for it.

The answer is kept in the same transaction as what it changed. The same key with the same input gets the same answer; with
another input it is refused, for one of the two would be lost unseen.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final, Self

from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.kit.context import Context
from subgraphs.kit.database import writing
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.events import announced
from subgraphs.kit.evidence import canonical_json

_LONGEST_KEY: Final = 128
_MAKING: Final[set[asyncio.Task[str]]] = set()
"""Changes under way: the loop itself would let go of a task that nobody holds."""

Change = Callable[[AsyncSession], Awaitable[str]]
"""Does the mutation in a session and gives the id of what it made."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a mutation: which one, under which key, with what input in plain JSON values."""

    operation: str
    key: str
    request: Mapping[str, Any]

    @classmethod
    def of(cls, operation: str, given: Any) -> Self:
        """A call with a GraphQL input, whose ``idempotency_key`` stands for all the rest of it."""
        request = {name: _plain(value) for name, value in asdict(given).items() if name != "idempotency_key"}
        return cls(operation, given.idempotency_key, request)

    def request_hash(self) -> str:
        """The hash of the input, equal for equal inputs."""
        return sha256(canonical_json(self.request)).hexdigest()


async def once(context: Context, table: Table, attempt: Attempt, change: Change) -> str:
    """Make a change unless its key has made it already; either way the id of what was made comes out.

    ``table`` is the subgraph's ``idempotency`` table. Raises ``Refusal`` INVALID_IDEMPOTENCY_KEY for an empty or overlong
    key, IDEMPOTENCY_KEY_REUSED for a key that came with another input, and what ``change`` refuses.
    """
    if not 1 <= len(attempt.key) <= _LONGEST_KEY:
        message = f"An idempotency key has 1 to {_LONGEST_KEY} characters; a new UUID for each wish will do."
        raise Refusal(ErrorCode.INVALID_IDEMPOTENCY_KEY, message)
    try:
        return await _to_the_end(_once(context, table, attempt, change))
    except (IntegrityError, Refusal):
        # The same key at the same moment: where the other call has won, it has its answer by now, and may be why this was refused.
        async with context.session() as session:
            if (made := await _made_before(session, table, attempt)) is None:
                raise
            return made


async def _to_the_end(making: Coroutine[Any, Any, str]) -> str:
    """Await what must not stop halfway: a caller who leaves must not leave a change behind that nobody is told of."""
    task = asyncio.create_task(making)
    _MAKING.add(task)
    task.add_done_callback(_done)
    return await asyncio.shield(task)


def _done(task: asyncio.Task[str]) -> None:
    _MAKING.discard(task)
    if not task.cancelled():
        task.exception()  # whoever has left cannot be told


async def _once(context: Context, table: Table, attempt: Attempt, change: Change) -> str:
    async with writing(context.database), context.session() as session:
        async with session.begin():
            if (made := await _made_before(session, table, attempt)) is not None:
                return made
            made = await change(session)
            await session.execute(table.insert().values(_record(attempt, made, context.clock())))
            events = announced(session)
            await context.events.before_commit(session, events)
        await context.events.after_commit(events)
        return made


async def _made_before(session: AsyncSession, table: Table, attempt: Attempt) -> str | None:
    where = (table.c.key == attempt.key) & (table.c.operation == attempt.operation)
    found = (await session.execute(select(table.c.request_hash, table.c.answer).where(where))).one_or_none()
    if found is None:
        return None
    if found.request_hash != attempt.request_hash():
        message = f"The key {attempt.key!r} came before with another input; make a new key for a new wish."
        raise Refusal(ErrorCode.IDEMPOTENCY_KEY_REUSED, message)
    return str(found.answer["id"])


def _record(attempt: Attempt, made: str, now: datetime) -> dict[str, Any]:
    return {
        "key": attempt.key,
        "operation": attempt.operation,
        "request_hash": attempt.request_hash(),
        "answer": {"id": made},
        "recorded_at": now,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
