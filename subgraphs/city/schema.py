"""The cities' schema."""

from typing import Final

from subgraphs.city.answers import DemandAnswer
from subgraphs.city.listings import Demand, Organization, TechnologyAchievement
from subgraphs.city.mutations import Mutation
from subgraphs.city.queries import Query
from subgraphs.city.regions import PhysicalMarket, Region, TechnologyBroker
from subgraphs.city.statistics import MarketFigures, MarketStatistics
from subgraphs.city.subscriptions import Subscription
from subgraphs.kit.schema import build_schema

SCHEMA: Final = build_schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[
        Demand,
        DemandAnswer,
        MarketFigures,
        MarketStatistics,
        Organization,
        PhysicalMarket,
        Region,
        TechnologyAchievement,
        TechnologyBroker,
    ],
)
