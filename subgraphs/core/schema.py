"""Core's schema."""

from typing import Final

from subgraphs.core.answers import DemandAnswer
from subgraphs.core.approvals import ApprovalCase, FreeLicence
from subgraphs.core.auctions import Auction, Bid
from subgraphs.core.brokers import TechnologyBroker
from subgraphs.core.deals import Deal
from subgraphs.core.evidence import EvidenceRecord
from subgraphs.core.figures import MarketFigures
from subgraphs.core.listings import Demand, TechnologyAchievement
from subgraphs.core.mutations import Mutation
from subgraphs.core.organizations import (
    AllianceMembership,
    Enterprise,
    GovernmentDepartment,
    Hospital,
    ResearchInstitute,
    ServiceInstitution,
    University,
)
from subgraphs.core.programmes import ChallengeEntry, ChallengeEvent, ProgrammeListing
from subgraphs.core.queries import Query
from subgraphs.core.regions import PhysicalMarket, Region, TechnicalField
from subgraphs.core.statistics import MarketStatistics
from subgraphs.core.sub_markets import CitySubMarket, CountySubMarket, IndustrySubMarket
from subgraphs.core.subscriptions import Subscription
from subgraphs.kit.schema import build_schema

SCHEMA: Final = build_schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[
        AllianceMembership,
        ApprovalCase,
        Auction,
        Bid,
        ChallengeEntry,
        ChallengeEvent,
        CitySubMarket,
        CountySubMarket,
        Deal,
        Demand,
        DemandAnswer,
        Enterprise,
        EvidenceRecord,
        FreeLicence,
        GovernmentDepartment,
        Hospital,
        IndustrySubMarket,
        MarketFigures,
        MarketStatistics,
        PhysicalMarket,
        ProgrammeListing,
        Region,
        ResearchInstitute,
        ServiceInstitution,
        TechnicalField,
        TechnologyAchievement,
        TechnologyBroker,
        University,
    ],
)
