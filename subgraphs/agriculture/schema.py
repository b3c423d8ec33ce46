"""The agricultural market's schema."""

from typing import Final

from subgraphs.agriculture.listings import Demand, IndustrySubMarket, Query, TechnologyAchievement
from subgraphs.agriculture.profiles import DemonstrationBase, Region
from subgraphs.kit.schema import build_schema

SCHEMA: Final = build_schema(
    query=Query, types=[Demand, DemonstrationBase, IndustrySubMarket, Region, TechnologyAchievement]
)
