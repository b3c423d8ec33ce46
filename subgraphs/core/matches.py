"""撮合推荐: an achievement that may meet a demand, with the reasons."""

import strawberry
from strawberry.federation import field

from subgraphs.core.listings import TechnologyAchievement
from subgraphs.core.matching import Match, Part
from subgraphs.kit.directives import cached_with_parent
from subgraphs.kit.enums import MatchCriterion
from subgraphs.kit.rows import Row, row_type


@strawberry.type(
    description="匹配的一个方面。One part of a match and the reason for its score.", directives=[cached_with_parent()]
)
@row_type(Part)
class MatchPart:
    """One part of a match."""

    criterion: MatchCriterion = field(description="方面。What is compared.")
    weight: float = field(description="权重。How much it weighs; all weights add up to 1.")
    score: float = field(description="得分，0 至 1。How well it fits, from 0 to 1.")
    reason: str = field(description="理由。Why.")


def achievement(root: Row) -> TechnologyAchievement:
    """The achievement proposed."""
    return TechnologyAchievement(id=root.achievement_id)


@strawberry.type(description="撮合推荐。An achievement that may meet a demand.", directives=[cached_with_parent()])
@row_type(Match)
class DemandMatch:
    """撮合推荐."""

    achievement: TechnologyAchievement = field(resolver=achievement, description="成果。The achievement.")
    score: float = field(description="总分，0 至 1：各方面得分的加权和。The weighted sum of the parts, from 0 to 1.")
    parts: list[MatchPart] = field(description="各方面。The parts, each with its reason.")
