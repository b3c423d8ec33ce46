"""The mutation that renames an achievement. Core is told of it, for contracts and the auction hall show core's copy of the title."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.inputs import RenameAchievementInput, check_renaming
from subgraphs.city.listings import TechnologyAchievement
from subgraphs.city.news import tell_core
from subgraphs.city.once import change_once
from subgraphs.city.places import goes_by
from subgraphs.kit.actor import PUBLISH, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.directives import changes
from subgraphs.kit.errors import ErrorCode, Refusal

_RENAME = Annotated[RenameAchievementInput, strawberry.argument(description="更名内容。Which one, and its new name.")]


async def rename_achievement(info: Info, input: _RENAME) -> Any:  # noqa: A002 - the argument's name on the wire
    """Rename an achievement of one's own and answer with it."""
    async with info.context.session() as session:
        found = await session.get(tables.Achievement, input.achievement_id)
    check_actor(info.context.actor, Permit(PUBLISH, organization=found.owner_uscc if found else ""))
    check_renaming(input)

    async def change(session: AsyncSession) -> str:
        table = tables.Achievement
        renamed = update(table).where(table.id == input.achievement_id).values(title=input.title.strip())
        if (await session.execute(renamed.returning(table.id))).one_or_none() is None:
            message = f"There is no achievement {input.achievement_id!r}; give the id of one that is listed."
            raise Refusal(ErrorCode.ACHIEVEMENT_NOT_FOUND, message)
        await tell_core(session, input.achievement_id)
        return input.achievement_id

    made = await change_once(info, "renameAchievement", input, change)
    return await info.context.loaders.one(tables.Achievement, tables.Achievement.id).load(made)


@strawberry.type
class RenamingMutations:
    """What may be done with achievements that are listed; ``Mutation`` inherits it."""

    rename_achievement: Any = field(
        resolver=rename_achievement,
        graphql_type=TechnologyAchievement,
        authenticated=True,
        requires_scopes=scopes(PUBLISH),
        description="成果更名。Rename an achievement.",
        directives=[changes("TechnologyAchievement", "Auction", "Deal"), goes_by("input.achievementId")],
    )
