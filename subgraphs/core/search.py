"""One search box over listings and organisations, in Chinese and English words."""

from typing import Annotated, Any, Final

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.listings import Demand, TechnologyAchievement
from subgraphs.core.organizations import Enterprise, ResearchInstitute, ServiceInstitution, University
from subgraphs.kit.arguments import page_size
from subgraphs.kit.context import Info
from subgraphs.kit.database_search import search_statement

SearchHit = Annotated[
    TechnologyAchievement | Demand | ServiceInstitution | Enterprise | University | ResearchInstitute,
    strawberry.union("SearchHit", description="搜索结果。What a search found."),
]

_LISTINGS: Final[dict[str, Any]] = {"TechnologyAchievement": TechnologyAchievement, "Demand": Demand}


async def search(info: Info, text: str, first: int | None) -> list[Any]:
    """What holds all the words of a text, best first; nothing for a text without words."""
    size = page_size(first)
    async with info.context.session() as session:
        found = await _find(session, text, info.context.database.dialect.name, size)
    loader = info.context.loaders.one(tables.Organization, tables.Organization.uscc)
    codes = [key for kind, key in found if kind not in _LISTINGS]
    organizations = dict(zip(codes, await loader.load_many(codes), strict=True))
    hits = [_LISTINGS[kind](id=key) if kind in _LISTINGS else organizations[key] for kind, key in found]
    return [hit for hit in hits if hit is not None]


async def _find(session: AsyncSession, text: str, dialect: str, limit: int) -> list[tuple[str, str]]:
    statement = search_statement(tables.SEARCH_TABLE, text, dialect=dialect, limit=limit)
    return [] if statement is None else [(row.kind, row.key) for row in await session.execute(statement)]
