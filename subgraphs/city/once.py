"""A city's mutation happens once: its input, without its key, is what the key stands for."""

from typing import Any, Final

from sqlalchemy import Table

from subgraphs.city import tables
from subgraphs.kit.context import Info
from subgraphs.kit.idempotency import Attempt, Change, once


def _table(entity: type[tables.Base]) -> Table:
    table = entity.__table__
    assert isinstance(table, Table)  # noqa: S101 - every entity of a city is mapped to a table
    return table


SERIAL: Final = _table(tables.Serial)
_IDEMPOTENCY: Final = _table(tables.Idempotency)


async def change_once(info: Info, operation: str, given: Any, change: Change) -> str:
    """Make a change unless the input's ``idempotency_key`` has made it; either way the id of what was made comes out.

    Raises what ``subgraphs.kit.idempotency.once`` raises.
    """
    return await once(info.context, _IDEMPOTENCY, Attempt.of(operation, given), change)
