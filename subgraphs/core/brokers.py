"""技术经纪人 and the ledger of what they have contributed."""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.listings import Demand
from subgraphs.core.organizations import ServiceInstitution
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, cached_with_parent, sliced, taken_over
from subgraphs.kit.enums import BrokerLevel, ContributionReason
from subgraphs.kit.loaders import in_order
from subgraphs.kit.rows import Row, first, lazy, one, row_type

Deal = lazy("subgraphs.core.deals", "Deal")


def demand(root: Row) -> Demand | None:
    """The demand that the points were earned on."""
    return Demand(id=root.demand_id) if root.demand_id else None


@strawberry.type(
    description="贡献积分流水。One entry of a broker's contribution points.", directives=[cached_with_parent()]
)
@row_type(tables.Contribution)
class ContributionEntry:
    """贡献积分流水."""

    points: int = field(description="积分。The points earned.")
    reason: ContributionReason = field(description="事由。What for.")
    at: datetime = field(description="时间。When.")
    deal: Any = one(tables.Deal.id, by="deal_id", of=Deal, description="相关交易。The deal they were earned on.")
    demand: Any = field(
        resolver=demand, graphql_type=Demand | None, description="相关需求。The demand they were earned on."
    )


async def load_points(session: AsyncSession, keys: list[str]) -> list[int]:
    """Batch: the sum of each broker's points, 0 for none."""
    entry = tables.Contribution
    rows = await session.execute(
        select(entry.registration_no, func.sum(entry.points))
        .where(entry.registration_no.in_(keys))
        .group_by(entry.registration_no)
    )
    return [points or 0 for points in in_order(keys, {number: int(points) for number, points in rows})]


async def contribution_points(root: Row, info: Info) -> int:
    """The sum of the broker's points."""
    return await info.context.loaders.of(load_points).load(root.registration_no)


@strawberry.federation.type(
    keys=["registrationNo"], description="技术经纪人。A technology broker.", directives=[cached(3_600)]
)
@row_type(tables.Broker, keys={"registrationNo": tables.Broker.registration_no})
class TechnologyBroker:
    """技术经纪人."""

    registration_no: strawberry.ID = field(description="登记号。The number of registration.")
    name: str = field(description="姓名。The name.")
    level: BrokerLevel = field(description="等级。The level.")
    institution: Any = one(
        tables.Organization.uscc,
        by="institution_uscc",
        of=ServiceInstitution,
        description="所属服务机构。The institution that employs the broker.",
    )
    contribution_points: int = field(
        resolver=contribution_points,
        override=taken_over("city", label="percent(25)"),
        description="贡献积分。The contribution points.",
    )
    contributions: Any = first(
        tables.Contribution.registration_no,
        by="registration_no",
        order=(desc(tables.Contribution.at), tables.Contribution.id),
        of=ContributionEntry,
        description="积分流水，最近的在前。The entries, newest first.",
        directives=[sliced("first")],
    )
    phone: str | None = field(authenticated=True, tags=["internal"], description="电话。The telephone number.")
