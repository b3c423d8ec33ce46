"""One request's DataLoaders: whatever resolvers ask for in the same moment becomes one statement.

A batch function takes a session of its own and all keys asked for, and answers in the order of the keys. The session lives
inside the loader, for resolvers run side by side and a session does not.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased
from strawberry.dataloader import DataLoader

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
E = TypeVar("E")

Batch = Callable[[AsyncSession, list[K]], Awaitable[Sequence[V]]]
Order = tuple[Any, ...]
"""What ORDER BY takes, column by column."""

_MOST_KEYS = 10_000
"""Keys in one statement: below what SQLite and PostgreSQL take as bound parameters."""


class Loaders:
    """The loaders of one request, each made when it is first asked for."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    def forget(self) -> None:
        """Read everything anew from now on: between two events of a subscription the rows have changed."""
        self._loaders.clear()

    def of(self, batch: Batch[K, V]) -> DataLoader[K, V]:
        """The loader that a batch function feeds."""
        return self._loader(batch, lambda: batch)

    def one(self, entity: type[E], column: InstrumentedAttribute[Any]) -> DataLoader[Any, E | None]:
        """Rows by a column that is unique; ``None`` where there is no such row."""
        return self._loader((column,), lambda: _batch_one(entity, column))

    def many(self, entity: type[E], column: InstrumentedAttribute[Any], order: Order) -> DataLoader[Any, list[E]]:
        """All rows that share a column's value, in an order."""
        return self._loader((column, order), lambda: _batch_many(entity, column, order))

    def first(
        self, entity: type[E], column: InstrumentedAttribute[Any], order: Order, count: int
    ) -> DataLoader[Any, list[E]]:
        """The first rows, in an order, of those that share a column's value."""
        return self._loader((column, order, count), lambda: _batch_first(entity, column, order, count))

    def _loader(self, name: Hashable, batch: Callable[[], Batch[Any, Any]]) -> DataLoader[Any, Any]:
        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=self._run(batch()), max_batch_size=_MOST_KEYS)
        return self._loaders[name]

    def _run(self, batch: Batch[Any, Any]) -> Callable[[list[Any]], Awaitable[Sequence[Any]]]:
        async def load(keys: list[Any]) -> Sequence[Any]:
            async with AsyncSession(self._database) as session:
                return await batch(session, keys)

        return load


def in_order(keys: Sequence[K], found: Mapping[K, V]) -> list[V | None]:
    """What was found for each key, in the keys' order."""
    return [found.get(key) for key in keys]


def _batch_one(entity: type[E], column: InstrumentedAttribute[Any]) -> Batch[Any, E | None]:
    async def load(session: AsyncSession, keys: list[Any]) -> Sequence[E | None]:
        rows = await session.scalars(select(entity).where(column.in_(keys)))
        return in_order(keys, {getattr(row, column.key): row for row in rows})

    return load


def _batch_many(entity: type[E], column: InstrumentedAttribute[Any], order: Order) -> Batch[Any, list[E]]:
    async def load(session: AsyncSession, keys: list[Any]) -> Sequence[list[E]]:
        rows = await session.scalars(select(entity).where(column.in_(keys)).order_by(*order))
        return _grouped(keys, column.key, rows)

    return load


def _batch_first(entity: type[E], column: InstrumentedAttribute[Any], order: Order, count: int) -> Batch[Any, list[E]]:
    async def load(session: AsyncSession, keys: list[Any]) -> Sequence[list[E]]:
        rows = await first_of_each(session, entity, column, column.in_(keys), order, count)
        return _grouped(keys, column.key, rows)

    return load


async def first_of_each(
    session: AsyncSession,
    entity: type[E],
    column: InstrumentedAttribute[Any],
    where: ColumnElement[bool],
    order: Order,
    count: int,
) -> Sequence[E]:
    """The first rows of each group of rows that share a column's value, in one statement."""
    place = func.row_number().over(partition_by=column, order_by=order).label("place")
    ranked = select(entity, place).where(where).subquery()
    row = aliased(entity, ranked)
    return (await session.scalars(select(row).where(ranked.c.place <= count).order_by(ranked.c.place))).all()


def _grouped(keys: Sequence[Any], name: str, rows: Any) -> list[list[Any]]:
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return [groups[key] for key in keys]
