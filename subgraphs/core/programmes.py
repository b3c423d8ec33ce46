"""榜单 of the research programmes, and the yearly innovation challenge."""

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

import strawberry
from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.challenge_rounds import Marks, load_marks
from subgraphs.core.listings import Demand
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sliced
from subgraphs.kit.enums import ChallengeStage, DemandList, OrganisationMode, Programme
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.loaders import in_order
from subgraphs.kit.rows import Row, first, lazy, one, row_type
from subgraphs.kit.values import Money, fen, money

ThisEntry = lazy("subgraphs.core.programmes", "ChallengeEntry")

Demands = list[Demand]  # the class below has a field of the name "list"
ListingKey = tuple[Programme, int, int]
MATCHED_STAGES = (ChallengeStage.MATCHED, ChallengeStage.FINAL, ChallengeStage.SIGNED)
"""The stages that an entry reaches only after it was matched."""


async def load_listings(session: AsyncSession, keys: list[ListingKey]) -> list[tables.ProgrammeListing | None]:
    """Batch: list items by programme, year and number."""
    table = tables.ProgrammeListing
    key = tuple_(table.programme, table.year, table.number)
    rows = await session.scalars(select(table).where(key.in_(keys)))
    return in_order(keys, {(row.programme, row.year, row.number): row for row in rows})


async def load_sources(session: AsyncSession, keys: list[ListingKey]) -> list[list[str]]:
    """Batch: the ids of the demands that list items were distilled from, in their order."""
    table = tables.ProgrammeListingSource
    key = tuple_(table.programme, table.year, table.number)
    found: dict[ListingKey, list[str]] = {one_key: [] for one_key in keys}
    for row in await session.scalars(select(table).where(key.in_(keys)).order_by(table.position)):
        found[row.programme, row.year, row.number].append(row.demand_id)
    return [found[one_key] for one_key in keys]


async def source_demands(root: Row, info: Info) -> list[Demand]:
    """The demands that the list item was distilled from."""
    ids = await info.context.loaders.of(load_sources).load((root.programme, root.year, root.number))
    return [Demand(id=strawberry.ID(identity)) for identity in ids]


@strawberry.federation.type(
    keys=["programme year number"],
    description="尖兵、领雁榜单。An item on a programme's list.",
    directives=[cached(3_600)],
)
@row_type(tables.ProgrammeListing)
class ProgrammeListing:
    """榜单."""

    programme: Programme = field(description="攻关计划。The programme.")
    year: int = field(description="年度。The year.")
    number: int = field(description="序号。Its number in the year.")
    title: str = field(description="题目。Its title.")
    organisation_mode: OrganisationMode = field(description="组织模式。How its project is organised.")
    list: DemandList = field(description="所属清单。The list of demands it stands on.")
    source_demands: Any = field(
        resolver=source_demands, graphql_type=Demands, description="凝练自哪些需求。The demands it was distilled from."
    )

    @classmethod
    async def resolve_reference(cls, info: Info, programme: str, year: int, number: int, **_given: Any) -> Any:
        """The list item of a programme, year and number; ``None`` for a programme that there is not."""
        if programme not in Programme.__members__:
            return None
        return await info.context.loaders.of(load_listings).load((Programme(programme), year, number))


@dataclass(frozen=True, slots=True)
class Stages:
    """How many entries of a challenge stand at each stage, and what they intend to spend together, in fen."""

    entries: Counter[ChallengeStage] = dataclass_field(default_factory=Counter)
    fens: int = 0


async def load_stages(session: AsyncSession, keys: list[int]) -> list[Stages]:
    """Batch: the entries of each year's challenge."""
    table = tables.ChallengeEntry
    amount = func.coalesce(func.sum(table.intended_amount_fen), 0)
    counted = select(table.event_year, table.stage, func.count(), amount).where(table.event_year.in_(keys))
    found = {key: Stages() for key in keys}
    for year, stage, count, fens in await session.execute(counted.group_by(table.event_year, table.stage)):
        before = found[year]
        found[year] = Stages(before.entries + Counter({stage: count}), before.fens + int(fens or 0))
    return [found[key] for key in keys]


async def _stages(root: Row, info: Info) -> Stages:
    return await info.context.loaders.of(load_stages).load(root.year)


async def collected_count(root: Row, info: Info) -> int:
    """All entries, whatever their stage."""
    return (await _stages(root, info)).entries.total()


async def matched_count(root: Row, info: Info) -> int:
    """The entries that were matched, whatever came of it."""
    entries = (await _stages(root, info)).entries
    return sum(entries[stage] for stage in MATCHED_STAGES)


async def signed_count(root: Row, info: Info) -> int:
    """The entries that were signed."""
    return (await _stages(root, info)).entries[ChallengeStage.SIGNED]


async def intended_amount(root: Row, info: Info) -> Money:
    """What the entries intend to spend together."""
    return fen((await _stages(root, info)).fens)


@strawberry.federation.type(
    keys=["year"], description="创新挑战赛。The innovation challenge of a year.", directives=[cached(3_600)]
)
@row_type(tables.ChallengeEvent, keys={"year": tables.ChallengeEvent.year})
class ChallengeEvent:
    """创新挑战赛."""

    year: int = field(description="年度。The year.")
    name: str = field(description="名称。Its name.")
    collected_count: int = field(resolver=collected_count, description="征集需求数。How many demands were collected.")
    matched_count: int = field(resolver=matched_count, description="对接成功数。How many were matched.")
    signed_count: int = field(resolver=signed_count, description="签约数。How many were signed.")
    intended_amount: Money = field(
        resolver=intended_amount, description="意向合作金额。What the signed intend to spend."
    )
    entries: Any = first(
        tables.ChallengeEntry.event_year,
        by="year",
        order=(tables.ChallengeEntry.number,),
        of=ThisEntry,
        directives=[sliced("first")],
        description="参赛需求，按序号。Its entries, by their numbers.",
    )


async def load_entries(session: AsyncSession, keys: list[tuple[int, int]]) -> list[tables.ChallengeEntry | None]:
    """Batch: entries by the year of their event and their number."""
    table = tables.ChallengeEntry
    rows = await session.scalars(select(table).where(tuple_(table.event_year, table.number).in_(keys)))
    return in_order(keys, {(row.event_year, row.number): row for row in rows})


async def marks_now(root: Row, info: Info) -> Marks:
    """The marks at the entry's present stage."""
    return await info.context.loaders.of(load_marks).load((root.event_year, root.number, root.stage))


async def mark_count(root: Row, info: Info) -> int:
    """How many judges have marked the entry at its present stage."""
    return (await marks_now(root, info)).count


async def mean_mark(root: Row, info: Info) -> float | None:
    """The mean of their marks."""
    return (await marks_now(root, info)).mean


def entered_demand(root: Row) -> Demand:
    """The demand that was entered."""
    return Demand(id=root.demand_id)


@strawberry.federation.type(
    keys=["event { year } number"],
    description="挑战赛参赛需求。A demand entered in a challenge.",
    directives=[cached(3_600)],
)
@row_type(tables.ChallengeEntry)
class ChallengeEntry:
    """参赛需求."""

    number: int = field(description="序号。Its number in the challenge.")
    event: Any = one(
        tables.ChallengeEvent.year,
        by="event_year",
        of=ChallengeEvent,
        optional=False,
        description="所属挑战赛。The challenge.",
    )
    demand: Any = field(resolver=entered_demand, graphql_type=Demand, description="需求。The demand.")
    stage: ChallengeStage = field(description="阶段。Its stage.")
    intended_amount: Any = money(
        "intended_amount_fen", "意向合作金额。What its partners intend to spend.", optional=True
    )
    mark_count: int = field(resolver=mark_count, description="本轮评分数。How many marks it has at its stage.")
    mean_mark: float | None = field(
        resolver=mean_mark, description="本轮均分。The mean of the marks at its stage; null without any."
    )

    @classmethod
    async def resolve_reference(cls, info: Info, event: dict[str, Any], number: int, **_given: Any) -> Any:
        """The entry of a number in a year's challenge. Raises ``Refusal`` where the year is not sent."""
        if (year := event.get("year")) is None:
            raise Refusal(
                ErrorCode.INVALID_REPRESENTATION, "A challenge entry is named by event { year } and number; send both."
            )
        return await info.context.loaders.of(load_entries).load((year, number))
