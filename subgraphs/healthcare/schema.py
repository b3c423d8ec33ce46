"""The medical market's schema."""

from typing import Final

from subgraphs.healthcare.listings import Demand, Hospital, IndustrySubMarket, Query, TechnologyAchievement
from subgraphs.kit.schema import build_schema

SCHEMA: Final = build_schema(query=Query, types=[Demand, Hospital, IndustrySubMarket, TechnologyAchievement])
