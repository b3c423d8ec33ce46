"""The mutation that distils demands into an item of a programme's list."""

from typing import Annotated, Any, Final

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.demand_ids import check_demand_ids
from subgraphs.core.once import SERIAL, change_once
from subgraphs.core.programmes import ProgrammeListing, load_listings
from subgraphs.kit.actor import check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import DemandList, OrganisationMode, Programme
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.texts import check_text, check_year

MOST_SOURCES: Final = 20
"""The most demands that one item is distilled from."""

_LONGEST_TITLE: Final = 256
DemandIds = list[strawberry.ID]  # the class below has a field of the name "list"


@strawberry.input(description="凝练榜单。Demands to be distilled into an item of a programme's list.")
class PromoteDemandsInput:
    """凝练."""

    programme: Programme = field(description="攻关计划。The programme.")
    year: int = field(description="年度。The year.")
    title: str = field(description="题目。The item's title.")
    organisation_mode: OrganisationMode = field(description="组织模式。How its project is organised.")
    list: DemandList = field(description="所属清单。The list of demands it stands on.")
    demand_ids: Any = field(
        graphql_type=DemandIds, description="凝练自哪些需求。The ids of the demands it is distilled from."
    )
    idempotency_key: strawberry.ID = field(
        description="幂等键：同键同文只凝练一次。A key of one's own: the same wish sent twice is done once."
    )


_INPUT = Annotated[PromoteDemandsInput, strawberry.argument(description="凝练内容。What is distilled.")]


async def promote_demands(info: Info, input: _INPUT) -> Any:  # noqa: A002 - the argument's name on the wire
    """Distil demands into the next item of a programme's list; a demand feeds one item at most."""
    check_actor(info.context.actor)
    check_year(input.year)
    check_text("title", input.title, _LONGEST_TITLE)
    check_demand_ids(input.demand_ids, MOST_SOURCES)
    key = {"programme": input.programme, "year": input.year}

    async def change(session: AsyncSession) -> str:
        number = await next_serial(session, SERIAL, f"{input.programme}:{input.year}")
        await _check_unlisted(session, input.demand_ids)
        session.add(
            tables.ProgrammeListing(
                **key,
                number=number,
                title=input.title.strip(),
                organisation_mode=input.organisation_mode,
                list=input.list,
            )
        )
        await session.flush()  # the sources name it
        for position, demand_id in enumerate(input.demand_ids, 1):
            session.add(tables.ProgrammeListingSource(**key, number=number, position=position, demand_id=demand_id))
        return str(number)

    made = await change_once(info, "promoteDemands", input, change)
    return await info.context.loaders.of(load_listings).load((input.programme, input.year, int(made)))


async def _check_unlisted(session: AsyncSession, demand_ids: Any) -> None:
    source = tables.ProgrammeListingSource
    listed = await session.scalar(select(source).where(source.demand_id.in_(demand_ids)).limit(1))
    if listed is not None:
        message = f"The demand {listed.demand_id} is in {listed.programme} {listed.year}, number {listed.number}; leave it out."
        raise Refusal(ErrorCode.DEMAND_ALREADY_LISTED, message)


@strawberry.type
class PromotionMutations:
    """What may be done with programmes' lists; ``Mutation`` inherits it."""

    promote_demands: Any = field(
        resolver=promote_demands,
        graphql_type=ProgrammeListing,
        authenticated=True,
        requires_scopes=scopes(),
        description="凝练需求为榜单。Distil demands into the next item of a programme's list.",
        directives=[changes("ProgrammeListing", "Demand", "MarketFigures")],
    )
