"""The mutations of approval cases, one for each transition."""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated, Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.approval_rules import (
    UNDECIDED,
    begin_publicity,
    check_public,
    check_seen,
    check_terms,
    lock_case,
    move,
    open_objections,
)
from subgraphs.core.approvals import ApprovalCase
from subgraphs.core.once import SERIAL, change_once
from subgraphs.core.trade.listing import check_organization, check_parties, lock_achievement
from subgraphs.kit.actor import APPROVE, OBJECT, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import ApprovalStatus
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.texts import check_text

LONGEST_REASON = 1_000


def _key() -> Any:
    return field(description="幂等键：同键同文只办一次。A key of one's own: the same wish sent twice is done once.")


@strawberry.input(description="单位立案。A case that an institution opens for an invention of its own.")
class OpenApprovalInput:
    """立案."""

    achievement_id: strawberry.ID = field(description="成果编号。The achievement.")
    institution_uscc: strawberry.ID = field(description="单位信用代码。The institution, which owns it.")
    inventor_share: float = field(description="发明人份额，0.5 至 1。The inventors' share, 0.5 to 1.")
    single_listed: bool = field(description="是否单列管理。Whether it is kept apart from other state assets.")
    idempotency_key: strawberry.ID = _key()
    usage_right_years: int | None = field(
        default=None, description="长期使用权年限，不低于 10 年。Years of the right of use, 10 or more."
    )


@strawberry.input(description="审批的一步。A step of a case.")
class ApprovalStepInput:
    """一步."""

    approval_id: strawberry.ID = field(description="审批编号。The case's number.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="异议。An objection.")
class ObjectToApprovalInput:
    """异议."""

    approval_id: strawberry.ID = field(description="审批编号。The case's number.")
    organization_uscc: strawberry.ID = field(description="异议方。Who objects.")
    reason: str = field(description="理由。Why.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="异议的处理。What becomes of an objection.")
class SettleObjectionInput:
    """处理异议."""

    approval_id: strawberry.ID = field(description="审批编号。The case's number.")
    number: int = field(description="第几项异议。Which objection.")
    is_upheld: bool = field(description="异议是否成立；成立则驳回。Whether it is upheld; then the case is rejected.")
    idempotency_key: strawberry.ID = _key()


_OPEN = Annotated[OpenApprovalInput, strawberry.argument(description="立案内容。What is to be approved.")]
_STEP = Annotated[ApprovalStepInput, strawberry.argument(description="哪个审批。Which case.")]
_OBJECT = Annotated[ObjectToApprovalInput, strawberry.argument(description="异议内容。Who objects, and why.")]
_SETTLE = Annotated[SettleObjectionInput, strawberry.argument(description="处理结果。What becomes of it.")]

Take = Callable[[AsyncSession, tables.ApprovalCase], Awaitable[None]]
"""Takes a case on."""


async def open_approval(info: Info, input: _OPEN) -> Any:  # noqa: A002 - the argument's name on the wire
    """Open a case for an achievement of one's own that has none."""
    check_actor(info.context.actor, Permit(APPROVE, organization=input.institution_uscc))
    check_terms(input.inventor_share, input.usage_right_years)

    async def change(session: AsyncSession) -> str:
        record = await lock_achievement(session, input.achievement_id)
        check_parties(record, input.institution_uscc, buyer_uscc="")
        table = tables.ApprovalCase
        other = await session.scalar(select(table.id).where(table.achievement_id == record.id))
        if other is not None:
            raise Refusal(
                ErrorCode.APPROVAL_EXISTS, f"The achievement {record.id} has the case {other}; go on with it."
            )
        name = f"{record.id[:6]}-S"
        case = table(
            id=f"{name}-{await next_serial(session, SERIAL, name):06d}",
            institution_uscc=input.institution_uscc,
            achievement_id=record.id,
            status=ApprovalStatus.DRAFT,
            inventor_share=input.inventor_share,
            usage_right_years=input.usage_right_years,
            objections=0,
            single_listed=input.single_listed,
        )
        session.add(case)
        await move(session, case, ApprovalStatus.DRAFT, info.context.clock())
        return case.id

    return await _case(info, await change_once(info, "openApproval", input, change))


async def submit_approval(info: Info, input: _STEP) -> Any:  # noqa: A002 - the argument's name on the wire
    """Put a draft before the institution."""

    async def take(session: AsyncSession, case: tables.ApprovalCase) -> None:
        await move(session, case, ApprovalStatus.INSTITUTION_REVIEW, info.context.clock())

    return await _step(info, "submitApproval", input, {ApprovalStatus.DRAFT}, take)


async def publish_approval(info: Info, input: _STEP) -> Any:  # noqa: A002 - the argument's name on the wire
    """Make a case public, for everybody to object."""

    async def take(session: AsyncSession, case: tables.ApprovalCase) -> None:
        begin_publicity(case, info.context.clock())
        await move(session, case, ApprovalStatus.PUBLICITY, info.context.clock())

    return await _step(info, "publishApproval", input, {ApprovalStatus.INSTITUTION_REVIEW}, take)


async def object_to_approval(info: Info, input: _OBJECT) -> Any:  # noqa: A002 - the argument's name on the wire
    """Object to a case while it is public."""
    check_actor(info.context.actor, Permit(OBJECT, organization=input.organization_uscc))
    check_text("reason", input.reason, LONGEST_REASON)

    async def change(session: AsyncSession) -> str:
        now = info.context.clock()
        case = await lock_case(session, input.approval_id, {ApprovalStatus.PUBLICITY, ApprovalStatus.OBJECTED})
        check_public(case, now)
        await check_organization(session, input.organization_uscc)
        case.objections += 1
        session.add(
            tables.Objection(
                case_id=case.id,
                number=case.objections,
                organization_uscc=input.organization_uscc,
                reason=input.reason,
                at=now,
                is_upheld=None,
            )
        )
        await move(session, case, ApprovalStatus.OBJECTED, now)
        return case.id

    return await _case(info, await change_once(info, "objectToApproval", input, change))


async def settle_objection(info: Info, input: _SETTLE) -> Any:  # noqa: A002 - the argument's name on the wire
    """Settle one objection; the case is public again after the last, or rejected by one that is upheld."""

    async def take(session: AsyncSession, case: tables.ApprovalCase) -> None:
        waiting = {objection.number: objection for objection in await open_objections(session, case)}
        objection = waiting.pop(input.number, None)
        if objection is None:
            message = f"The case {case.id} has no open objection {input.number}; open are {sorted(waiting)}."
            raise Refusal(ErrorCode.OBJECTION_NOT_OPEN, message)
        objection.is_upheld = input.is_upheld
        status = ApprovalStatus.OBJECTED if waiting else ApprovalStatus.PUBLICITY
        await move(session, case, ApprovalStatus.REJECTED if input.is_upheld else status, info.context.clock())

    return await _step(info, "settleObjection", input, {ApprovalStatus.OBJECTED}, take)


async def approve(info: Info, input: _STEP) -> Any:  # noqa: A002 - the argument's name on the wire
    """Approve a case whose days in public are over without an open objection."""

    async def take(session: AsyncSession, case: tables.ApprovalCase) -> None:
        check_seen(case, info.context.clock())
        await move(session, case, ApprovalStatus.APPROVED, info.context.clock())

    return await _step(info, "approve", input, {ApprovalStatus.PUBLICITY}, take)


async def reject_approval(info: Info, input: _STEP) -> Any:  # noqa: A002 - the argument's name on the wire
    """Say no to a case that is not decided yet."""

    async def take(session: AsyncSession, case: tables.ApprovalCase) -> None:
        await move(session, case, ApprovalStatus.REJECTED, info.context.clock())

    return await _step(info, "rejectApproval", input, UNDECIDED, take)


async def release_approval(info: Info, input: _STEP) -> Any:  # noqa: A002 - the argument's name on the wire
    """Release what was approved to the market."""

    async def take(session: AsyncSession, case: tables.ApprovalCase) -> None:
        await move(session, case, ApprovalStatus.RELEASED, info.context.clock())

    return await _step(info, "releaseApproval", input, {ApprovalStatus.APPROVED}, take)


async def _step(info: Info, operation: str, given: Any, wanted: Collection[ApprovalStatus], take: Take) -> Any:
    """A step that the institution of a case takes."""
    async with info.context.session() as session:
        found = await session.get(tables.ApprovalCase, given.approval_id)
    check_actor(info.context.actor, Permit(APPROVE, organization=found.institution_uscc if found else ""))

    async def change(session: AsyncSession) -> str:
        case = await lock_case(session, given.approval_id, wanted)
        await take(session, case)
        return case.id

    return await _case(info, await change_once(info, operation, given, change))


async def _case(info: Info, case_id: str) -> Any:
    return await info.context.loaders.one(tables.ApprovalCase, tables.ApprovalCase.id).load(case_id)


def _mutation(resolver: Any, description: str, scope: str = APPROVE) -> Any:
    return field(
        resolver=resolver,
        graphql_type=ApprovalCase,
        authenticated=True,
        requires_scopes=scopes(scope),
        description=description,
        directives=[changes("ApprovalCase", "TechnologyAchievement")],
    )


@strawberry.type
class ApprovalMutations:
    """What may be done with approval cases; ``Mutation`` inherits it."""

    open_approval: Any = _mutation(open_approval, "单位为本单位成果立案。Open a case for an achievement of one's own.")
    submit_approval: Any = _mutation(submit_approval, "提交单位审核。Put a draft before the institution.")
    publish_approval: Any = _mutation(publish_approval, "公示十五日。Make a case public for fifteen days.")
    object_to_approval: Any = _mutation(
        object_to_approval, "公示期内提出异议。Object to a case that is public.", OBJECT
    )
    settle_objection: Any = _mutation(settle_objection, "处理异议。Settle an objection.")
    approve: Any = _mutation(approve, "公示期满且无未决异议后批准。Approve a case after its days in public.")
    reject_approval: Any = _mutation(reject_approval, "驳回。Say no to a case.")
    release_approval: Any = _mutation(release_approval, "放行入市。Release what was approved to the market.")
