"""The mutation that enters a broker's act into the ledger, and the rules as data."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.brokers import ContributionEntry
from subgraphs.core.contribution_rules import RULES, Act, Rule, enter
from subgraphs.core.demand_ids import check_demand_id
from subgraphs.core.once import change_once
from subgraphs.kit.actor import BROKER, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, changes
from subgraphs.kit.enums import ContributionReason, ContributionSubject
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.rows import row_type


@strawberry.type(
    description="贡献积分规则。What an act of a broker is worth, and how often it counts.", directives=[cached(86_400)]
)
@row_type(Rule)
class ContributionRule:
    """贡献积分规则."""

    reason: ContributionReason = field(description="事由。What for.")
    points: int = field(description="积分。The points earned.")
    subject: ContributionSubject = field(
        description="行为的对象：同一对象只计一次。What it is done on; on the same it counts once."
    )
    exclusive: bool = field(
        description="同一对象是否只计给一位经纪人。Whether only one broker earns it on the same subject."
    )


async def contribution_rules() -> Sequence[Any]:
    """The rules in force."""
    return list(RULES.values())


@strawberry.input(description="待记的贡献。What a broker has done.")
class RecordContributionInput:
    """贡献."""

    registration_no: strawberry.ID = field(description="经纪人登记号。The broker's number of registration.")
    reason: ContributionReason = field(description="事由。What for.")
    idempotency_key: strawberry.ID = field(
        description="幂等键：同键同文只记一次。A key of one's own: the same wish sent twice is entered once."
    )
    demand_id: strawberry.ID | None = field(
        default=None, description="需求编号，事由为需求时必填。The demand's id, where it was done on a demand."
    )
    deal_id: strawberry.ID | None = field(
        default=None, description="交易编号，事由为交易时必填。The deal's id, where it was done on a deal."
    )


_INPUT = Annotated[RecordContributionInput, strawberry.argument(description="待记的贡献。What was done.")]


async def record_contribution(info: Info, input: _INPUT) -> Any:  # noqa: A002 - the argument's name on the wire
    """Enter an act into the ledger; the entry comes out, also where the act was entered before."""

    check_actor(info.context.actor, Permit(BROKER, broker=input.registration_no))

    async def change(session: AsyncSession) -> str:
        act = await _read_act(session, info, input)
        return str((await enter(session, act)).id)

    made = await change_once(info, "recordContribution", input, change)
    return await info.context.loaders.one(tables.Contribution, tables.Contribution.id).load(int(made))


async def _read_act(session: AsyncSession, info: Info, given: RecordContributionInput) -> Act:
    act = Act(given.registration_no, given.reason, info.context.clock(), given.deal_id, given.demand_id)
    match RULES[given.reason].subject:
        case ContributionSubject.DEMAND:
            check_demand_id(given.demand_id)
        case ContributionSubject.DEAL:
            await _check_deal(session, act)
    return act


async def _check_deal(session: AsyncSession, act: Act) -> None:
    deal = None if act.deal_id is None else await session.get(tables.Deal, act.deal_id)
    if deal is None:
        message = f"There is no deal {act.deal_id!r}; {act.reason} is done on one: give its id."
        raise Refusal(ErrorCode.DEAL_NOT_FOUND, message)
    if deal.broker_no != act.registration_no:
        message = f"The broker of {deal.id} is {deal.broker_no or 'nobody'}; only its own broker earns points on it."
        raise Refusal(ErrorCode.NOT_THE_DEALS_BROKER, message)


@strawberry.type
class ContributionMutations:
    """What may be entered for brokers; ``Mutation`` inherits it."""

    record_contribution: Any = field(
        resolver=record_contribution,
        graphql_type=ContributionEntry,
        authenticated=True,
        requires_scopes=scopes(BROKER),
        description="记贡献积分：同一行为只记一次。Enter what a broker has done; the same act counts once.",
        directives=[changes("TechnologyBroker", "ServiceInstitution")],
    )
