"""The city's events: demands, as they are published."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Final

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.city import tables
from subgraphs.city.listings import Demand
from subgraphs.city.places import goes_by_region
from subgraphs.kit.context import Info
from subgraphs.kit.events import announce
from subgraphs.kit.hearing import hear

_TOPIC: Final = "demands"
_Industry = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="只要此技术领域（两位代码含其下级）。Only those of this field, or of the fields in it."
    ),
]
_Region = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="只要此市或县（市、区）。Only those of this city or county."),
]


def announce_demand(session: AsyncSession, demand: tables.Demand) -> None:
    """Have it told that a demand is published, if and when the session's transaction commits."""
    payload = {"id": demand.id, "field": demand.field_code, "city": demand.city_code, "county": demand.county_code}
    announce(session, _TOPIC, payload)


async def new_demands(info: Info, industry: _Industry = None, region: _Region = None) -> AsyncIterator[Any]:
    """The demands that are published from now on, of an industry and a region if these are given."""
    async with aclosing(hear(info, _TOPIC)) as events:
        async for event in events:
            if event is None or not event["field"].startswith(industry or ""):
                continue
            if region in (None, event["city"], event["county"]) or _is_province(region):
                yield await info.context.loaders.one(tables.Demand, tables.Demand.id).load(event["id"])


def _is_province(code: str | None) -> bool:
    return code is not None and code.endswith("0000")


@strawberry.type(description="订阅入口。Where events come from.")
class Subscription:
    """The root of subscriptions."""

    new_demands: Any = strawberry.subscription(
        resolver=new_demands,
        graphql_type=Demand,
        directives=[goes_by_region("region")],
        description="新发布的需求。Demands, as they are published.",
    )
