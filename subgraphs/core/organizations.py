"""主体: the interface ``Organization`` and its six kinds, all rows of one table, told apart by ``kind``."""

from datetime import date
from functools import partial
from typing import Any

import strawberry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.regions import Region
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import AllianceMemberKind, EnterpriseScale, OrganizationKind, ServiceClass
from subgraphs.kit.loaders import in_order
from subgraphs.kit.rows import Row, lazy, many, one, row_type

TechnologyBroker = lazy("subgraphs.core.brokers", "TechnologyBroker")
AnyOrganization = lazy("subgraphs.core.organizations", "Organization")

_BY_USCC = {"uscc": tables.Organization.uscc}


def _is(kind: OrganizationKind, row: Any) -> bool:
    return row.kind is kind


def organization_of(kind: OrganizationKind) -> Any:
    """Say that a type's objects are the organisations of a kind."""
    return row_type(tables.Organization, keys=_BY_USCC, is_type_of=partial(_is, kind))


@strawberry.federation.interface(
    keys=["uscc"], description="主体。An organisation, whatever its kind.", directives=[cached(3_600)]
)
@row_type(tables.Organization, keys=_BY_USCC)
class Organization:
    """主体."""

    uscc: strawberry.ID = field(description="统一社会信用代码。The unified social credit code.")
    name: str = field(description="名称。Its name.")
    region: Any = one(
        tables.Region.code, by="region_code", of=Region, optional=False, description="所在区划。Where it is."
    )
    resident: bool = field(description="是否入驻。Whether it resides in the market.")


@strawberry.federation.type(
    keys=["memberUscc"],
    description="省高校院所技术转移联盟成员。Membership of the technology transfer alliance.",
    directives=[cached(3_600)],
)
@row_type(tables.AllianceMember, keys={"memberUscc": tables.AllianceMember.member_uscc})
class AllianceMembership:
    """技术转移联盟成员."""

    member_uscc: strawberry.ID = field(description="成员的统一社会信用代码。The member's unified social credit code.")
    organization: Any = one(
        tables.Organization.uscc, by="member_uscc", of=Organization, optional=False, description="成员。The member."
    )
    kind: AllianceMemberKind = field(description="成员类别。The kind of member.")
    joined_on: date | None = field(description="加入日期。The day it joined.")


def _alliance() -> Any:
    description = "联盟成员资格。Its membership of the alliance."
    return one(tables.AllianceMember.member_uscc, by="uscc", of=AllianceMembership, description=description)


@strawberry.federation.type(keys=["uscc"], description="企业。An enterprise.", directives=[cached(3_600)])
@organization_of(OrganizationKind.ENTERPRISE)
class Enterprise(Organization):
    """企业."""

    scale: EnterpriseScale = field(description="规模。Its size.")
    high_tech: bool = field(description="是否高新技术企业。Whether it is a certified high-tech enterprise.")


@strawberry.federation.type(keys=["uscc"], description="高等院校。A university.", directives=[cached(3_600)])
@organization_of(OrganizationKind.UNIVERSITY)
class University(Organization):
    """高等院校."""

    alliance: Any = _alliance()


@strawberry.federation.type(keys=["uscc"], description="科研院所。A research institute.", directives=[cached(3_600)])
@organization_of(OrganizationKind.RESEARCH_INSTITUTE)
class ResearchInstitute(Organization):
    """科研院所."""

    alliance: Any = _alliance()


@strawberry.federation.type(keys=["uscc"], description="医院。A hospital.", directives=[cached(3_600)])
@organization_of(OrganizationKind.HOSPITAL)
class Hospital(Organization):
    """医院."""

    grade: str | None = field(description="医院等级。Its grade.")


@strawberry.federation.type(keys=["uscc"], description="政府部门。A government department.", directives=[cached(3_600)])
@organization_of(OrganizationKind.GOVERNMENT_DEPARTMENT)
class GovernmentDepartment(Organization):
    """政府部门."""


async def load_institution_points(session: AsyncSession, keys: list[str]) -> list[int]:
    """Batch: the points that an institution's brokers have earned, 0 for none."""
    broker, entry = tables.Broker, tables.Contribution
    rows = await session.execute(
        select(broker.institution_uscc, func.sum(entry.points))
        .join(entry, entry.registration_no == broker.registration_no)
        .where(broker.institution_uscc.in_(keys))
        .group_by(broker.institution_uscc)
    )
    return [points or 0 for points in in_order(keys, {uscc: int(points) for uscc, points in rows})]


async def contribution_points(root: Row, info: Info) -> int:
    """The points that the institution's brokers have earned."""
    return await info.context.loaders.of(load_institution_points).load(root.uscc)


@strawberry.federation.type(
    keys=["uscc"],
    description="服务机构（九大类）。A service institution of the nine classes.",
    directives=[cached(3_600)],
)
@organization_of(OrganizationKind.SERVICE_INSTITUTION)
class ServiceInstitution(Organization):
    """服务机构."""

    service_class: ServiceClass = field(description="服务类别。Its class.")
    brokers: Any = many(
        tables.Broker.institution_uscc,
        by="uscc",
        order=(tables.Broker.registration_no,),
        of=TechnologyBroker,
        description="所属技术经纪人。Its technology brokers.",
    )
    contribution_points: int = field(
        resolver=contribution_points, description="所属经纪人的贡献积分之和。The points that its brokers have earned."
    )
