"""The city's root fields: listings one by one, page by page, and counted by their fields."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.connections import AchievementConnection, Connection, DemandConnection, connect
from subgraphs.city.demand_verification import DemandVerification, verify_demand
from subgraphs.city.field_statistics import FieldCounts, FieldStatistics, load_field_statistics
from subgraphs.city.listings import Demand, TechnologyAchievement
from subgraphs.city.pages import Listing
from subgraphs.city.places import by_field, goes_by, pages_newest_first
from subgraphs.city.regions import StatusFilter
from subgraphs.kit.arguments import After, Before, Last
from subgraphs.kit.context import Info
from subgraphs.kit.pages import PageRequest
from subgraphs.kit.schema import QUESTIONS

Id = Annotated[strawberry.ID, strawberry.argument(description="编号。The id.")]
CityFilter = Annotated[strawberry.ID | None, strawberry.argument(description="只要此城市。Only those of this city.")]
CountyFilter = Annotated[
    strawberry.ID | None, strawberry.argument(description="只要此县（市、区）。Only those of this county.")
]
FieldFilter = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="只要此技术领域（两位代码含其下级）。Only those of this field, or of the fields in it."
    ),
]
First = Annotated[
    int | None,
    strawberry.argument(
        description="取前几项，最多 500；不给 first 与 last 时为 20。How many items, at most 500; 20 without first and last."
    ),
]

ALL = strawberry.ID("ALL")
PeriodName = Annotated[
    strawberry.ID,
    strawberry.argument(
        description="统计期：ALL、2022、2022-Q2 或 2022-06。The period: ALL, 2022, 2022-Q2 or 2022-06."
    ),
]


async def achievement(info: Info, id: Id) -> Any:  # noqa: A002 - the argument's name on the wire
    """An achievement by its id."""
    return await info.context.loaders.one(tables.Achievement, tables.Achievement.id).load(id)


async def demand(info: Info, id: Id) -> Any:  # noqa: A002 - the argument's name on the wire
    """A demand by its id."""
    return await info.context.loaders.one(tables.Demand, tables.Demand.id).load(id)


async def achievements(
    info: Info,
    city_code: CityFilter = None,
    field_code: FieldFilter = None,
    status: StatusFilter = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection:
    """A page of achievements, newest first."""
    table = tables.Achievement
    where = [*_places(table, city_code), *_fields(table, field_code), *_statuses(table, status)]
    return await connect(info, table, where, PageRequest.of(first, after, last, before))


async def demands(
    info: Info,
    city_code: CityFilter = None,
    county_code: CountyFilter = None,
    field_code: FieldFilter = None,
    status: StatusFilter = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection:
    """A page of demands, newest first."""
    table = tables.Demand
    counties = [] if county_code is None else [table.county_code == county_code]
    where = [*_places(table, city_code), *counties, *_fields(table, field_code), *_statuses(table, status)]
    return await connect(info, table, where, PageRequest.of(first, after, last, before))


async def field_statistics(info: Info, city_code: CityFilter = None, period: PeriodName = ALL) -> list[FieldCounts]:
    """Each field's statistics, by its code."""
    return await load_field_statistics(info, city_code, period)


def _places(table: Listing, city_code: str | None) -> list[ColumnElement[bool]]:
    return [] if city_code is None else [table.city_code == city_code]


def _fields(table: Listing, code: str | None) -> list[ColumnElement[bool]]:
    if code is None:
        return []
    is_whole_field = len(code) == 2  # two digits for a field, four for a field within it
    return [table.field_code.startswith(code, autoescape=True) if is_whole_field else table.field_code == code]


def _statuses(table: Listing, status: Any) -> list[ColumnElement[bool]]:
    return [] if status is None else [table.status == status]


@strawberry.type(description=QUESTIONS)
class Query:
    """The city's root fields."""

    achievement: Any = field(
        resolver=achievement,
        graphql_type=TechnologyAchievement | None,
        directives=[goes_by("id")],
        description="按编号查成果。An achievement by its id.",
    )
    achievements: Any = field(
        resolver=achievements,
        graphql_type=AchievementConnection,
        directives=[goes_by("cityCode"), pages_newest_first()],
        description="成果，最新的在前。Achievements, newest first.",
    )
    demand: Any = field(
        resolver=demand,
        graphql_type=Demand | None,
        directives=[goes_by("id")],
        description="按编号查需求。A demand by its id.",
    )
    demands: Any = field(
        resolver=demands,
        graphql_type=DemandConnection,
        directives=[goes_by("cityCode"), goes_by("countyCode"), pages_newest_first()],
        description="需求，最新的在前。Demands, newest first.",
    )
    field_statistics: Any = field(
        resolver=field_statistics,
        graphql_type=list[FieldStatistics],
        directives=[goes_by("cityCode"), by_field()],
        description="各技术领域的统计，按代码。Each technical field in numbers, by its code.",
    )
    verify_demand: Any = field(
        resolver=verify_demand,
        graphql_type=DemandVerification,
        directives=[goes_by("id")],
        description="核验需求存证：指出首个问题。Verify a demand's records, and name the first fault.",
    )
