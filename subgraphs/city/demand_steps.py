"""The mutations that take a demand through its life: match, open again, sign, withdraw."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.demand_inputs import (
    MatchDemandInput,
    ReopenDemandInput,
    SignDemandInput,
    WithdrawDemandInput,
    answer_not_found,
    check_contract_no,
    check_reason,
)
from subgraphs.city.demand_states import check_step, lock_demand, take_step
from subgraphs.city.listings import Demand
from subgraphs.city.once import change_once
from subgraphs.city.places import goes_by
from subgraphs.kit.actor import BROKER, PUBLISH, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import DemandStep
from subgraphs.kit.errors import ErrorCode, Refusal

_MATCH = Annotated[MatchDemandInput, strawberry.argument(description="对接内容。Whom it is matched with.")]
_REOPEN = Annotated[ReopenDemandInput, strawberry.argument(description="重新公开的内容。Which one, and why.")]
_SIGN = Annotated[SignDemandInput, strawberry.argument(description="签约内容。Which one, and the contract.")]
_WITHDRAW = Annotated[WithdrawDemandInput, strawberry.argument(description="撤回的内容。Which one, and why.")]

Subject = dict[str, Any]
Do = Callable[[AsyncSession, tables.Demand], Awaitable[Subject]]
"""Does what a step does besides moving the demand on, and gives what its record says."""


async def match_demand(info: Info, input: _MATCH) -> Any:  # noqa: A002 - the argument's name on the wire
    """Match an open demand with one of its answers."""

    async def do(session: AsyncSession, demand: tables.Demand) -> Subject:
        answer = await session.get(tables.DemandAnswer, input.answer_id)
        if answer is None or answer.demand_id != demand.id:
            raise answer_not_found(input.answer_id, demand.id)
        if input.broker_no is not None and await session.get(tables.Broker, input.broker_no) is None:
            message = f"There is no broker {input.broker_no!r} in this city; give a number of registration, or none."
            raise Refusal(ErrorCode.BROKER_NOT_FOUND, message)
        session.add(
            tables.DemandAgreement(
                demand_id=demand.id,
                answer_id=answer.id,
                broker_no=input.broker_no,
                matched_at=info.context.clock(),
            )
        )
        return {"answer": answer.id, "organization": answer.organization_uscc, "broker": input.broker_no}

    brokers = () if input.broker_no is None else (Permit(BROKER, broker=input.broker_no),)
    return await _step(info, "matchDemand", input, DemandStep.MATCHED, do, *brokers)


async def reopen_demand(info: Info, input: _REOPEN) -> Any:  # noqa: A002 - the argument's name on the wire
    """Open a matched demand again."""
    check_reason(input.reason)

    async def do(session: AsyncSession, demand: tables.Demand) -> Subject:
        await _forget_agreement(session, demand)
        return {"reason": input.reason}

    return await _step(info, "reopenDemand", input, DemandStep.REOPENED, do)


async def sign_demand(info: Info, input: _SIGN) -> Any:  # noqa: A002 - the argument's name on the wire
    """Tell that the contract was signed which meets a matched demand."""
    check_contract_no(input.contract_no)

    async def do(session: AsyncSession, demand: tables.Demand) -> Subject:
        agreement = await session.get(tables.DemandAgreement, demand.id)
        if agreement is not None:
            agreement.contract_no, agreement.signed_at = input.contract_no, info.context.clock()
        return {"contractNo": input.contract_no}

    return await _step(info, "signDemand", input, DemandStep.SIGNED, do)


async def withdraw_demand(info: Info, input: _WITHDRAW) -> Any:  # noqa: A002 - the argument's name on the wire
    """Withdraw a demand that is not signed."""
    check_reason(input.reason)

    async def do(session: AsyncSession, demand: tables.Demand) -> Subject:
        await _forget_agreement(session, demand)
        return {"reason": input.reason}

    return await _step(info, "withdrawDemand", input, DemandStep.WITHDRAWN, do)


async def _step(info: Info, operation: str, given: Any, step: DemandStep, do: Do, *others: Permit) -> Any:
    """Take a step for the demand's publisher, or for one of those who are permitted besides."""

    async def change(session: AsyncSession) -> str:
        demand = await lock_demand(session, given.demand_id)
        check_actor(info.context.actor, Permit(PUBLISH, organization=demand.publisher_uscc), *others)
        check_step(demand, step)
        subject = await do(session, demand)
        await take_step(session, demand, step, subject, info.context.clock())
        return demand.id

    made = await change_once(info, operation, given, change)
    return await info.context.loaders.one(tables.Demand, tables.Demand.id).load(made)


async def _forget_agreement(session: AsyncSession, demand: tables.Demand) -> None:
    table = tables.DemandAgreement
    await session.execute(delete(table).where(table.demand_id == demand.id))


@strawberry.type
class DemandSteps:
    """What may be done with a demand; ``Mutation`` inherits it."""

    match_demand: Any = field(
        resolver=match_demand,
        graphql_type=Demand,
        authenticated=True,
        requires_scopes=scopes(PUBLISH, BROKER),
        description="对接：为公开的需求选定一份揭榜。Match an open demand with one of its answers.",
        directives=[changes("Demand", "MarketStatistics"), goes_by("input.demandId")],
    )
    reopen_demand: Any = field(
        resolver=reopen_demand,
        graphql_type=Demand,
        authenticated=True,
        requires_scopes=scopes(PUBLISH),
        description="对接未成，重新公开。Open a matched demand again.",
        directives=[changes("Demand", "MarketStatistics"), goes_by("input.demandId")],
    )
    sign_demand: Any = field(
        resolver=sign_demand,
        graphql_type=Demand,
        authenticated=True,
        requires_scopes=scopes(PUBLISH),
        description="登记签约：合同已在统一市场签订。Tell that the contract was signed which meets a matched demand.",
        directives=[changes("Demand", "MarketStatistics"), goes_by("input.demandId")],
    )
    withdraw_demand: Any = field(
        resolver=withdraw_demand,
        graphql_type=Demand,
        authenticated=True,
        requires_scopes=scopes(PUBLISH),
        description="撤回尚未签约的需求。Withdraw a demand that is not signed.",
        directives=[changes("Demand", "MarketStatistics"), goes_by("input.demandId")],
    )
