"""Pages of listings: over the whole market by filters, and of many regions at once in one statement for each level.

All filters that a page may have are indexed together with the order, so a page is a short walk along an index.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from subgraphs.city import tables
from subgraphs.kit.enums import ListingStatus
from subgraphs.kit.loaders import first_of_each
from subgraphs.kit.pages import Page, PageRequest

Listing = type[tables.Achievement] | type[tables.Demand]
WHOLE: Final = PageRequest(0)
"""No page at all: for counting."""

_PROVINCE: Final = "0000"
_CITY: Final = "00"


@dataclass(frozen=True, slots=True)
class RegionPage:
    """Which page of a region's listings is wanted."""

    table: Listing
    region_code: str
    status: ListingStatus | None
    request: PageRequest = WHOLE

    def column(self) -> InstrumentedAttribute[str] | None:
        """The column that holds the region's code; ``None`` for the province, in which all listings lie."""
        if self.region_code.endswith(_PROVINCE):
            return None
        return self.table.city_code if self.region_code.endswith(_CITY) else self.table.county_code


async def read_page(
    session: AsyncSession, table: Listing, where: Sequence[ColumnElement[bool]], request: PageRequest
) -> Page[Any]:
    """One page of the listings that satisfy all conditions."""
    statement = (
        select(table).where(*where, *request.seek(table), *request.bounds(table)).order_by(*request.order(table))
    )
    return Page.cut(request, (await session.scalars(statement.limit(request.size + 1))).all())


async def load_region_pages(session: AsyncSession, keys: list[RegionPage]) -> list[Page[Any]]:
    """Batch: pages of regions; those that differ in nothing but the region are one statement."""
    alike: defaultdict[tuple[Any, ...], list[RegionPage]] = defaultdict(list)
    for key in keys:
        alike[key.table, key.column(), key.status, key.request].append(key)
    pages: dict[RegionPage, Page[Any]] = {}
    for (table, column, status, request), group in alike.items():
        pages |= await _read_alike(session, table, column, _has_status(table, status), request, group)
    return [pages[key] for key in keys]


async def _read_alike(
    session: AsyncSession,
    table: Listing,
    column: InstrumentedAttribute[str] | None,
    where: list[ColumnElement[bool]],
    request: PageRequest,
    keys: list[RegionPage],
) -> dict[RegionPage, Page[Any]]:
    if column is None:
        page = await read_page(session, table, where, request)
        return dict.fromkeys(keys, page)
    among = and_(column.in_([key.region_code for key in keys]), *where, *request.bounds(table))
    rows = await first_of_each(session, table, column, among, request.order(table), request.size + 1)
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, column.key)].append(row)
    return {key: Page.cut(request, groups[key.region_code]) for key in keys}


async def load_region_totals(session: AsyncSession, keys: list[RegionPage]) -> list[int]:
    """Batch: how many listings regions have, whatever the page; alike ones are one statement."""
    alike: defaultdict[tuple[Any, ...], list[RegionPage]] = defaultdict(list)
    for key in keys:
        alike[key.table, key.column(), key.status].append(key)
    totals: dict[RegionPage, int] = {}
    for (table, column, status), group in alike.items():
        where = _has_status(table, status)
        if column is None:
            total = await session.scalar(select(func.count()).select_from(table).where(*where))
            totals |= dict.fromkeys(group, total or 0)
            continue
        codes = [key.region_code for key in group]
        counted = select(column, func.count()).where(column.in_(codes), *where).group_by(column)
        found: dict[str, int] = dict((await session.execute(counted)).all())
        totals |= {key: found.get(key.region_code, 0) for key in group}
    return [totals[key] for key in keys]


def _has_status(table: Listing, status: ListingStatus | None) -> list[ColumnElement[bool]]:
    return [] if status is None else [table.status == status]
