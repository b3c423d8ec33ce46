"""各技术领域的统计: how many achievements and demands of each field were published, in a city or in all, in a period."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.listings import TechnicalField
from subgraphs.city.pages import Listing
from subgraphs.city.places import first_known, summed
from subgraphs.city.statistics import Counts
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import ListingStatus
from subgraphs.kit.periods import parse_period
from subgraphs.kit.rows import Row

_WHOLE_FIELD = 2
"""The digits of a field's code; the fields within it have two more."""


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """What was published in a field."""

    field_code: str
    achievements: Counts
    demands: Counts


async def count_fields(session: AsyncSession, city_code: str | None, period: str) -> list[FieldCounts]:
    """The counts of all fields in which anything was published, by their codes. Raises ``Refusal`` INVALID_PERIOD."""
    achievements = await _count(session, tables.Achievement, city_code, period)
    demands = await _count(session, tables.Demand, city_code, period)
    codes = sorted({*achievements, *demands})
    return [FieldCounts(code, achievements.get(code, Counts()), demands.get(code, Counts())) for code in codes]


async def _count(session: AsyncSession, table: Listing, city_code: str | None, period: str) -> dict[str, Counts]:
    is_open = case((table.status == ListingStatus.OPEN, 1), else_=0)
    counted = select(table.field_code, func.count(), func.sum(is_open)).where(
        parse_period(period).holds(table.published_at)
    )
    if city_code is not None:
        counted = counted.where(table.city_code == city_code)
    found: defaultdict[str, Counts] = defaultdict(Counts)
    for code, count, still_open in await session.execute(counted.group_by(table.field_code)):
        found[code[:_WHOLE_FIELD]] += Counts(count, int(still_open))
    return found


def technical_field(root: Row) -> TechnicalField:
    """The field that is counted."""
    return TechnicalField(code=root.field_code)


def achievement_count(root: Row) -> int:
    """How many achievements were published."""
    return int(root.achievements.published)


def demand_count(root: Row) -> int:
    """How many demands were published."""
    return int(root.demands.published)


def open_demand_count(root: Row) -> int:
    """How many of the demands published are open still."""
    return int(root.demands.open)


@strawberry.type(description="一个技术领域的统计。A technical field, in numbers.", directives=[cached(120)])
class FieldStatistics:
    """各技术领域的统计."""

    field_code: strawberry.ID = field(description="领域代码，两位。The field's code, of two digits.")
    technical_field: Any = field(
        resolver=technical_field,
        graphql_type=TechnicalField,
        directives=[first_known()],
        description="技术领域。The field.",
    )
    achievement_count: int = field(
        resolver=achievement_count,
        directives=[summed()],
        description="发布成果数。How many achievements were published.",
    )
    demand_count: int = field(
        resolver=demand_count, directives=[summed()], description="发布需求数。How many demands were published."
    )
    open_demand_count: int = field(
        resolver=open_demand_count,
        directives=[summed()],
        description="其中仍公开的需求数。How many of these demands are open still.",
    )


async def load_field_statistics(info: Info, city_code: str | None, period: str) -> list[FieldCounts]:
    """The statistics of all fields, in a city or in all."""
    async with info.context.session() as session:
        return await count_fields(session, city_code, period)
