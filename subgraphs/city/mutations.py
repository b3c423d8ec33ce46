"""The city's mutations: publish a demand or an achievement, answer a demand; each happens once, however often it is sent."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.answers import DemandAnswer
from subgraphs.city.demand_states import check_step, lock_demand, record_step, take_step
from subgraphs.city.demand_steps import DemandSteps
from subgraphs.city.demand_verification import answered_subject, published_subject
from subgraphs.city.inputs import (
    AnswerDemandInput,
    PublishAchievementInput,
    PublishDemandInput,
    check_achievement,
    check_answer,
    check_demand,
)
from subgraphs.city.listings import Demand, TechnologyAchievement
from subgraphs.city.news import tell_core
from subgraphs.city.once import SERIAL, change_once
from subgraphs.city.places import goes_by
from subgraphs.city.renaming import RenamingMutations
from subgraphs.city.subscriptions import announce_demand
from subgraphs.kit.actor import ANSWER, PUBLISH, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import DemandStep, ListingStatus, RegionLevel
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.periods import CHINA

_DEMAND = Annotated[PublishDemandInput, strawberry.argument(description="待发布的需求。The demand to be published.")]
_ACHIEVEMENT = Annotated[
    PublishAchievementInput, strawberry.argument(description="待发布的成果。The achievement to be published.")
]
_ANSWER = Annotated[AnswerDemandInput, strawberry.argument(description="揭榜内容。The answer.")]


async def publish_demand(info: Info, input: _DEMAND) -> Any:  # noqa: A002 - the argument's name on the wire
    """Publish a demand and answer with it."""
    check_actor(info.context.actor, Permit(PUBLISH, organization=input.publisher_uscc))
    check_demand(input, info.context.clock().astimezone(CHINA).date())

    async def change(session: AsyncSession) -> str:
        listing = await _new_listing(session, info, "D", input)
        contact = input.contact
        demand = tables.Demand(
            **listing,
            publisher_uscc=input.publisher_uscc,
            source=input.source,
            budget_fen=input.budget_fen,
            deadline=input.deadline,
            contact_name=contact and contact.name,
            contact_phone=contact and contact.phone,
        )
        session.add(demand)
        subject = published_subject(demand)
        await record_step(session, demand.id, DemandStep.PUBLISHED, subject, demand.published_at)
        announce_demand(session, demand)
        await tell_core(session, demand.id)
        return demand.id

    made = await change_once(info, "publishDemand", input, change)
    return await info.context.loaders.one(tables.Demand, tables.Demand.id).load(made)


async def publish_achievement(info: Info, input: _ACHIEVEMENT) -> Any:  # noqa: A002 - the argument's name on the wire
    """Publish an achievement and answer with it."""
    check_actor(info.context.actor, Permit(PUBLISH, organization=input.owner_uscc))
    check_achievement(input)

    async def change(session: AsyncSession) -> str:
        listing = await _new_listing(session, info, "A", input)
        achievement = tables.Achievement(
            **listing,
            owner_uscc=input.owner_uscc,
            maturity_level=input.maturity_level,
            service_invention=input.service_invention,
            patent_nos=list(input.patent_nos),
            asking_price_fen=input.asking_price_fen,
            supports_free_licence=input.supports_free_licence,
        )
        session.add(achievement)
        await tell_core(session, achievement.id)
        return achievement.id

    made = await change_once(info, "publishAchievement", input, change)
    return await info.context.loaders.one(tables.Achievement, tables.Achievement.id).load(made)


async def answer_demand(info: Info, input: _ANSWER) -> Any:  # noqa: A002 - the argument's name on the wire
    """Answer a demand that is open and give the answer back."""
    check_actor(info.context.actor, Permit(ANSWER, organization=input.organization_uscc))
    check_answer(input)

    async def change(session: AsyncSession) -> str:
        demand = await lock_demand(session, input.demand_id)
        await _check_answerable(session, info, input, demand)
        number = await next_serial(session, SERIAL, input.demand_id)
        answer = tables.DemandAnswer(
            id=f"{input.demand_id}-{number:02d}",
            demand_id=input.demand_id,
            organization_uscc=input.organization_uscc,
            solution=input.solution,
            at=info.context.clock(),
            achievement_id=input.achievement_id,
        )
        session.add(answer)
        await take_step(session, demand, DemandStep.ANSWERED, answered_subject(answer), answer.at)
        return answer.id

    made = await change_once(info, "answerDemand", input, change)
    return await info.context.loaders.one(tables.DemandAnswer, tables.DemandAnswer.id).load(made)


async def _new_listing(
    session: AsyncSession, info: Info, letter: str, given: PublishDemandInput | PublishAchievementInput
) -> dict[str, Any]:
    """The columns that all listings have, with the next id of the county's city. Raises ``Refusal`` UNKNOWN_COUNTY."""
    county = await session.get(tables.Region, given.county_code)
    if county is None or county.level is not RegionLevel.COUNTY or county.parent_code is None:
        message = (
            f"{given.county_code!r} is no county of this market; give the code of a county, city or district in it."
        )
        raise Refusal(ErrorCode.UNKNOWN_COUNTY, message)
    name = f"{county.parent_code}-{letter}"
    return {
        "id": f"{name}-{await next_serial(session, SERIAL, name):06d}",
        "title": given.title.strip(),
        "summary": given.summary.strip(),
        "status": ListingStatus.OPEN,
        "published_at": info.context.clock(),
        "city_code": county.parent_code,
        "county_code": county.code,
        "field_code": given.field_code,
    }


async def _check_answerable(session: AsyncSession, info: Info, given: AnswerDemandInput, demand: tables.Demand) -> None:
    """Raises ``Refusal`` where the demand is not open, overdue or one's own, or the achievement is not there."""
    check_step(demand, DemandStep.ANSWERED)
    if given.organization_uscc == demand.publisher_uscc:
        message = f"The demand {demand.id} is the organisation's own; another one has to answer it."
        raise Refusal(ErrorCode.OWN_DEMAND, message)
    if demand.deadline is not None and demand.deadline < info.context.clock().astimezone(CHINA).date():
        raise Refusal(ErrorCode.DEADLINE_PASSED, f"The demand {demand.id} took answers until {demand.deadline}.")
    if given.achievement_id is not None and not await _may_exist(session, given.achievement_id):
        message = f"There is no achievement {given.achievement_id!r}; give the id of one that is listed, or none."
        raise Refusal(ErrorCode.ACHIEVEMENT_NOT_FOUND, message)


async def _may_exist(session: AsyncSession, achievement_id: str) -> bool:
    """Whether an achievement is there, or belongs to another city, which alone can tell."""
    table = tables.Achievement
    if await session.scalar(select(table.id).where(table.id == achievement_id)) is not None:
        return True
    return achievement_id[6:9] == "-A-" and await session.get(tables.Region, achievement_id[:6]) is None


@strawberry.type(description="变更入口。Where changes begin.")
class Mutation(DemandSteps, RenamingMutations):
    """What may be changed in a city."""

    publish_demand: Any = field(
        resolver=publish_demand,
        graphql_type=Demand,
        authenticated=True,
        requires_scopes=scopes(PUBLISH),
        description="发布需求。Publish a demand.",
        directives=[changes("Demand", "MarketStatistics"), goes_by("input.countyCode")],
    )
    publish_achievement: Any = field(
        resolver=publish_achievement,
        graphql_type=TechnologyAchievement,
        authenticated=True,
        requires_scopes=scopes(PUBLISH),
        description="发布成果。Publish an achievement.",
        directives=[changes("TechnologyAchievement", "MarketStatistics"), goes_by("input.countyCode")],
    )
    answer_demand: Any = field(
        resolver=answer_demand,
        graphql_type=DemandAnswer,
        authenticated=True,
        requires_scopes=scopes(ANSWER),
        description="揭榜。Answer a demand.",
        directives=[changes("Demand"), goes_by("input.demandId")],
    )
