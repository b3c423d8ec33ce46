"""A mutation of core happens once: its input, without its key, is what the key stands for."""

from typing import Any, Final

from subgraphs.core import tables
from subgraphs.kit.context import Info
from subgraphs.kit.idempotency import Attempt, Change, once

SERIAL: Final = tables.table_of(tables.Serial)
_IDEMPOTENCY: Final = tables.table_of(tables.Idempotency)


async def change_once(info: Info, operation: str, given: Any, change: Change) -> str:
    """Make a change unless the input's ``idempotency_key`` has made it; either way the id of what was made comes out.

    Raises what ``subgraphs.kit.idempotency.once`` raises.
    """
    return await once(info.context, _IDEMPOTENCY, Attempt.of(operation, given), change)
