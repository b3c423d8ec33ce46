"""The carbon market's schema."""

from typing import Final

from subgraphs.carbon.listings import CarbonSector, MarketListing, Query
from subgraphs.kit.schema import build_schema

SCHEMA: Final = build_schema(query=Query, types=[CarbonSector, MarketListing])
