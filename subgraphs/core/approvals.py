"""“安心屋” internal approvals, and licences that are free at first and paid for later."""

from datetime import date, datetime
from typing import Any

import strawberry
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.deals import Deal
from subgraphs.core.listings import TechnologyAchievement
from subgraphs.core.organizations import Organization
from subgraphs.core.regions import Region
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import ApprovalStatus
from subgraphs.kit.rows import Row, many, one, row_type
from subgraphs.kit.values import money


def achievement(root: Row) -> TechnologyAchievement:
    """The achievement in question."""
    return TechnologyAchievement(id=root.achievement_id)


def _achievement(description: str) -> Any:
    return field(resolver=achievement, graphql_type=TechnologyAchievement, description=description)


@strawberry.type(description="异议。An objection.", directives=[cached(60, private=True)])
@row_type(tables.Objection)
class Objection:
    """异议."""

    number: int = field(description="第几项，从 1 起。Which objection it is, from 1.")
    organization: Any = one(
        tables.Organization.uscc,
        by="organization_uscc",
        of=Organization,
        optional=False,
        description="异议方。Who objects.",
    )
    reason: str = field(description="理由。Why.")
    at: datetime = field(description="提出时间。When.")
    is_upheld: bool | None = field(description="是否成立；未决为空。Whether it was upheld; null while it is open.")


@strawberry.type(description="使用报告。A report of the use in a quarter.", directives=[cached(300)])
@row_type(tables.LicenceReport)
class LicenceReport:
    """使用报告."""

    quarter: str = field(description="季度。The quarter.")
    document_sha256: str = field(description="报告的 SHA-256。The SHA-256 of the report.")
    at: datetime = field(description="报告时间。When it was made.")


@strawberry.federation.type(
    keys=["id"],
    description="“安心屋”内部审批。An institution's internal approval to convert an achievement.",
    requires_scopes=[["approval:read"]],
    directives=[cached(60, private=True)],
)
@row_type(tables.ApprovalCase, keys={"id": tables.ApprovalCase.id})
class ApprovalCase:
    """内部审批."""

    id: strawberry.ID = field(description="编号。Its number.")
    institution: Any = one(
        tables.Organization.uscc,
        by="institution_uscc",
        of=Organization,
        optional=False,
        description="审批单位。The institution that decides.",
    )
    achievement: Any = _achievement("待转化成果。The achievement to be converted.")
    status: ApprovalStatus = field(description="状态。Its status.")
    inventor_share: float = field(description="发明人份额，0 至 1。The inventors' share, 0 to 1.")
    usage_right_years: int | None = field(
        description="长期使用权年限，不低于 10 年。Years of the right of use, 10 or more."
    )
    publicity_from: date | None = field(description="公示起始日。The first day of publicity.")
    publicity_to: date | None = field(description="公示截止日。The last day of publicity.")
    objections: int = field(description="异议数。How many objected.")
    objection_list: Any = many(
        tables.Objection.case_id,
        by="id",
        order=(tables.Objection.number,),
        of=Objection,
        description="异议，按先后。The objections, in their order.",
    )
    single_listed: bool = field(description="是否单列管理。Whether it is kept apart from other state assets.")


@strawberry.federation.type(
    keys=["id"], description="先免费许可、后付费转化。A licence that is free at first.", directives=[cached(300)]
)
@row_type(tables.FreeLicence, keys={"id": tables.FreeLicence.id})
class FreeLicence:
    """先免费许可、后付费转化."""

    id: strawberry.ID = field(description="编号。Its number.")
    achievement: Any = _achievement("许可的成果。The achievement licensed.")
    licensee: Any = one(
        tables.Organization.uscc,
        by="licensee_uscc",
        of=Organization,
        optional=False,
        description="被许可方。The licensee.",
    )
    county: Any = one(
        tables.Region.code,
        by="county_code",
        of=Region,
        optional=False,
        description="所在山区县。The mountain county.",
    )
    free_from: date = field(description="免费起始日。The first free day.")
    free_to: date = field(description="免费截止日。The last free day.")
    price: Any = money(
        "price_fen",
        "约定的转化价。The price of converting it, where one was named.",
        optional=True,
        requires_scopes=[["deal:read"], ["audit:read"]],
    )
    ended_on: date | None = field(
        description="提前终止日；未终止为空。The day it was ended before its time; else null."
    )
    reports: Any = many(
        tables.LicenceReport.licence_id,
        by="id",
        order=(tables.LicenceReport.quarter,),
        of=LicenceReport,
        description="使用报告，按季度。The reports of its use, by quarter.",
    )
    converted_into: Any = one(
        tables.Deal.id, by="converted_into", of=Deal, description="转成的交易。The deal it became."
    )
