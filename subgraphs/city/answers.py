"""揭榜: an organisation's answer to a demand."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.listings import Organization, TechnologyAchievement
from subgraphs.kit.directives import cached
from subgraphs.kit.rows import Row, one, row_type


def organization(root: Row) -> Organization:
    """Who answers."""
    return Organization(uscc=root.organization_uscc)


@strawberry.federation.type(keys=["id"], description="揭榜。An answer to a demand.", directives=[cached(60)])
@row_type(tables.DemandAnswer, keys={"id": tables.DemandAnswer.id})
class DemandAnswer:
    """揭榜."""

    id: strawberry.ID = field(description="编号。Its id.")
    organization: Organization = field(resolver=organization, description="揭榜方。Who answers.")
    solution: str = field(description="解决方案。The solution offered.")
    at: datetime = field(description="揭榜时间。When it was given.")
    achievement: Any = one(
        tables.Achievement.id,
        by="achievement_id",
        of=TechnologyAchievement,
        description="所用成果。The achievement that it builds on.",
    )
