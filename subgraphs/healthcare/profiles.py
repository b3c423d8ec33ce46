"""医疗概况 of listings, and the hospitals where achievements are tried."""

from typing import Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.healthcare import tables
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.rows import Row, lazy, row_type

Hospitals: Any = list[lazy("subgraphs.healthcare.listings", "Hospital")]  # type: ignore[misc]


@strawberry.type(description="临床数据，须经伦理批准。Clinical data, for those whom an ethics committee lets see it.")
class ClinicalData:
    """临床数据."""

    subjects: int = field(description="受试者数。How many were tried on.")
    endpoint: str = field(description="主要终点。The primary endpoint.")
    adverse_events: int = field(description="不良事件数。How many adverse events there were.")


def clinical_data(root: Row) -> ClinicalData | None:
    """The trial's data, where there was one."""
    if root.trial_subjects is None or root.trial_endpoint is None or root.trial_adverse_events is None:
        return None
    return ClinicalData(
        subjects=root.trial_subjects, endpoint=root.trial_endpoint, adverse_events=root.trial_adverse_events
    )


async def load_trial_bases(session: AsyncSession, keys: list[str]) -> list[list[tables.Hospital]]:
    """Batch: the hospitals where each achievement is tried, by their codes."""
    link = tables.TrialBase
    rows = await session.execute(
        select(link.achievement_id, tables.Hospital)
        .join(tables.Hospital, tables.Hospital.uscc == link.hospital_uscc)
        .where(link.achievement_id.in_(keys))
        .order_by(tables.Hospital.uscc)
    )
    found: dict[str, list[tables.Hospital]] = {key: [] for key in keys}
    for achievement, hospital in rows:
        found[achievement].append(hospital)
    return [found[key] for key in keys]


async def trial_bases(root: Row, info: Info) -> list[tables.Hospital]:
    """The hospitals where the achievement is tried."""
    return await info.context.loaders.of(load_trial_bases).load(root.achievement_id)


@strawberry.federation.type(description="成果的医疗概况。An achievement's medical side.", directives=[cached(600)])
@row_type(tables.MedicalProfile)
class MedicalProfile:
    """医疗概况 of an achievement."""

    indication: str = field(description="适应症。What it is for.")
    trial_phase: int | None = field(description="临床试验分期。The phase of its trial.")
    registration_no: str | None = field(description="注册证号。The number of its registration.")
    trial_bases: Any = field(
        resolver=trial_bases, graphql_type=Hospitals, description="试验医院。The hospitals where it is tried."
    )
    clinical_data: ClinicalData | None = field(
        resolver=clinical_data,
        policy=[["ethics-approved"]],
        directives=[cached(0, private=True)],
        description="临床数据。Its clinical data.",
    )


@strawberry.type(description="需求的医疗概况。A demand's medical side.", directives=[cached(600)])
@row_type(tables.DemandProfile)
class MedicalDemandProfile:
    """医疗概况 of a demand."""

    department: str = field(description="提出需求的科室。The department that asks.")
    clinical: bool = field(description="是否需要临床试验。Whether it takes a clinical trial.")
