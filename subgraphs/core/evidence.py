"""上链存证: each record holds the hash of the one before it in its chain."""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import EvidenceKind
from subgraphs.kit.loaders import in_order
from subgraphs.kit.rows import row_type
from subgraphs.kit.scalars import Long


async def load_records(session: AsyncSession, keys: list[tuple[str, int]]) -> list[tables.Evidence | None]:
    """Batch: records by chain and height."""
    table = tables.Evidence
    rows = await session.scalars(select(table).where(tuple_(table.chain, table.height).in_(keys)))
    return in_order(keys, {(row.chain, row.height): row for row in rows})


@strawberry.federation.type(
    keys=["chain height"], description="上链存证记录。A record on a chain of evidence.", directives=[cached(300)]
)
@row_type(tables.Evidence)
class EvidenceRecord:
    """上链存证."""

    chain: strawberry.ID = field(description="链名，即挂牌编号。The chain, which is a listing's id.")
    height: Long = field(description="高度，从 0 起。Its height in the chain, from 0.")
    kind: EvidenceKind = field(description="事项。What it is evidence of.")
    sha256: str = field(description="本条的 SHA-256。The record's SHA-256.")
    previous_sha256: str | None = field(description="上一条的 SHA-256。The SHA-256 of the record before it.")
    recorded_at: datetime = field(description="存证时间。When it was recorded.")
    sealed_in_root: str | None = field(description="所在日封印的默克尔根。The Merkle root of the day's seal.")

    @classmethod
    async def resolve_reference(cls, info: Info, chain: str, height: int, **_given: Any) -> tables.Evidence | None:
        """The record at a height of a chain."""
        return await info.context.loaders.of(load_records).load((chain, height))
