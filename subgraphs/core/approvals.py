"""“安心屋” internal approvals, and licences that are free at first and paid for later."""

from datetime import date
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
from subgraphs.kit.rows import Row, one, row_type


def achievement(root: Row) -> TechnologyAchievement:
    """The achievement in question."""
    return TechnologyAchievement(id=root.achievement_id)


def _achievement(description: str) -> Any:
    return field(resolver=achievement, graphql_type=TechnologyAchievement, description=description)


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
    converted_into: Any = one(
        tables.Deal.id, by="converted_into", of=Deal, description="转成的交易。The deal it became."
    )
