"""What core adds to the answers that cities take: who answered, and with which achievement, which may be any city's.

A city names both by their codes alone: it keeps no organisation, and another city's achievement is not its to show.
"""

from typing import Any, Self

import strawberry
from strawberry.federation import field

from subgraphs.core.listings import TechnologyAchievement, find_organization
from subgraphs.core.organizations import Organization
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.rows import NOT_GIVEN, Row, stub_type


async def organization(root: Row, info: Info) -> Any:
    """Who answers."""
    return await find_organization(info, root.organization_uscc, "organizationUscc")


def achievement(root: Row) -> TechnologyAchievement | None:
    """The achievement that the answer builds on, of whichever city."""
    return TechnologyAchievement(id=root.achievement_id) if root.achievement_id else None


@strawberry.federation.type(keys=["id"], directives=[cached(60)])
@stub_type
class DemandAnswer:
    """揭榜, as far as core knows it."""

    id: strawberry.ID
    organization_uscc: strawberry.ID = field(external=True, default=NOT_GIVEN)
    achievement_id: strawberry.ID | None = field(external=True, default=NOT_GIVEN)
    organization: Any = field(
        resolver=organization,
        graphql_type=Organization,
        requires=["organizationUscc"],
        description="揭榜方。Who answers.",
    )
    achievement: Any = field(
        resolver=achievement,
        graphql_type=TechnologyAchievement | None,
        requires=["achievementId"],
        description="所用成果。The achievement that it builds on.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The answer of an id, with what the request sends of it."""
        return cls(
            id=id,
            organization_uscc=given.get("organizationUscc", NOT_GIVEN),
            achievement_id=given.get("achievementId", NOT_GIVEN),
        )
