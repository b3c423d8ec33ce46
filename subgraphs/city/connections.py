"""Relay connections of listings: a page's edges, where it stands, and the whole list's length if that is asked for."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, func, select
from strawberry.federation import field

from subgraphs.city.listings import Demand, TechnologyAchievement
from subgraphs.city.pages import Listing, RegionPage, load_region_pages, load_region_totals, read_page
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached_with_parent
from subgraphs.kit.pages import Cursor, Page, PageRequest
from subgraphs.kit.rows import Row
from subgraphs.kit.values import PageInfo


@dataclass(frozen=True, slots=True)
class Connection:
    """A page, and how to count what it is a page of."""

    page: Page[Any]
    count: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Edge:
    """A listing at its place in the list."""

    node: Any


async def connect(info: Info, table: Listing, where: Sequence[ColumnElement[bool]], request: PageRequest) -> Connection:
    """A page of all listings that satisfy the conditions."""

    async def count() -> int:
        async with info.context.session() as session:
            return await session.scalar(select(func.count()).select_from(table).where(*where)) or 0

    async with info.context.session() as session:
        page = await read_page(session, table, where, request)
    return Connection(page, count)


async def connect_region(info: Info, wanted: RegionPage) -> Connection:
    """A page of a region's listings; pages of other regions that are asked for meanwhile share its statements."""

    async def count() -> int:
        return await info.context.loaders.of(load_region_totals).load(wanted)

    return Connection(await info.context.loaders.of(load_region_pages).load(wanted), count)


def edges(root: Row) -> list[Edge]:
    """The page's listings with their places."""
    return [Edge(row) for row in root.page.rows]


def cursor(root: Row) -> str:
    """The listing's place."""
    return Cursor.of(root.node).print()


def page_info(root: Row) -> PageInfo:
    """Where the page stands."""
    return root.page.info()  # type: ignore[no-any-return]


async def total_count(root: Row) -> int:
    """The whole list's length."""
    return await root.count()  # type: ignore[no-any-return]


def _cursor() -> Any:
    return field(resolver=cursor, description="游标。Its place in the list.")


def _edges(type_: object) -> Any:
    return field(resolver=edges, graphql_type=list[type_], description="本页各项。The page's items.")  # type: ignore[valid-type]


def _page_info() -> Any:
    return field(resolver=page_info, description="分页信息。Where the page stands.")


def _total_count() -> Any:
    return field(resolver=total_count, description="总数。The whole list's length.")


@strawberry.type(description="成果列表中的一项。An item of a list of achievements.", directives=[cached_with_parent()])
class AchievementEdge:
    """An achievement in a list."""

    cursor: str = _cursor()
    node: TechnologyAchievement = field(description="成果。The achievement.")


@strawberry.type(description="成果列表的一页。A page of a list of achievements.", directives=[cached_with_parent()])
class AchievementConnection:
    """A page of achievements."""

    edges: Any = _edges(AchievementEdge)
    page_info: PageInfo = _page_info()
    total_count: int = _total_count()


@strawberry.type(description="需求列表中的一项。An item of a list of demands.", directives=[cached_with_parent()])
class DemandEdge:
    """A demand in a list."""

    cursor: str = _cursor()
    node: Demand = field(description="需求。The demand.")


@strawberry.type(description="需求列表的一页。A page of a list of demands.", directives=[cached_with_parent()])
class DemandConnection:
    """A page of demands."""

    edges: Any = _edges(DemandEdge)
    page_info: PageInfo = _page_info()
    total_count: int = _total_count()
