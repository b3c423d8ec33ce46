"""The challenge's mutations: open one, enter a demand, judge an entry, move it on."""

from typing import Annotated, Any, Final

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.challenge_rounds import (
    HIGHEST_MARK,
    NEXT,
    check_judged_now,
    check_passed,
    lock_entry,
    lock_event,
)
from subgraphs.core.demand_ids import check_demand_id
from subgraphs.core.once import SERIAL, change_once
from subgraphs.core.programmes import ChallengeEntry, ChallengeEvent, load_entries
from subgraphs.kit.actor import BROKER, JUDGE, PUBLISH, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import ChallengeStage
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.scalars import Long
from subgraphs.kit.texts import check_amount, check_text, check_year

_LONGEST_NAME: Final = 64
_LONGEST_REMARK: Final = 1_000


def _key() -> Any:
    return field(description="幂等键：同键同文只办一次。A key of one's own: the same wish sent twice is done once.")


def _year() -> Any:
    return field(description="年度。The challenge's year.")


def _number() -> Any:
    return field(description="参赛序号。The entry's number.")


@strawberry.input(description="开赛。A challenge to be opened.")
class OpenChallengeInput:
    """开赛."""

    year: int = _year()
    name: str = field(description="名称。Its name.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="报名。A demand to be entered.")
class EnterChallengeInput:
    """报名."""

    year: int = _year()
    demand_id: strawberry.ID = field(description="需求编号。The demand's id.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="评分。A judge's mark.")
class JudgeEntryInput:
    """评分."""

    year: int = _year()
    number: int = _number()
    judge: str = field(description="评委。Who judges.")
    mark: int = field(description="分数，0 至 100。The mark, 0 to 100.")
    idempotency_key: strawberry.ID = _key()
    remark: str | None = field(default=None, description="评语。A remark.")


@strawberry.input(description="晋级。An entry to be moved on.")
class AdvanceEntryInput:
    """晋级."""

    year: int = _year()
    number: int = _number()
    idempotency_key: strawberry.ID = _key()
    intended_amount_fen: Long | None = field(
        default=None,
        description="意向合作金额（分），签约时必填。What its partners intend to spend, in fen; for SIGNED.",
    )


_OPEN = Annotated[OpenChallengeInput, strawberry.argument(description="开赛内容。The challenge.")]
_ENTER = Annotated[EnterChallengeInput, strawberry.argument(description="报名内容。The demand, and where.")]
_JUDGE = Annotated[JudgeEntryInput, strawberry.argument(description="评分内容。The mark, and of what.")]
_ADVANCE = Annotated[AdvanceEntryInput, strawberry.argument(description="晋级内容。Which entry.")]


async def open_challenge(info: Info, input: _OPEN) -> Any:  # noqa: A002 - the argument's name on the wire
    """Open the challenge of a year."""
    check_actor(info.context.actor)
    check_year(input.year)
    check_text("name", input.name, _LONGEST_NAME)

    async def change(session: AsyncSession) -> str:
        await next_serial(session, SERIAL, "challenges")  # others wait: a year has one
        if await session.get(tables.ChallengeEvent, input.year) is not None:
            message = f"The challenge of {input.year} is there already; enter demands in it."
            raise Refusal(ErrorCode.CHALLENGE_EXISTS, message)
        session.add(tables.ChallengeEvent(year=input.year, name=input.name.strip()))
        return str(input.year)

    made = await change_once(info, "openChallenge", input, change)
    return await info.context.loaders.one(tables.ChallengeEvent, tables.ChallengeEvent.year).load(int(made))


async def enter_challenge(info: Info, input: _ENTER) -> Any:  # noqa: A002 - the argument's name on the wire
    """Enter a demand in the challenge of a year."""
    check_actor(info.context.actor, Permit(PUBLISH), Permit(BROKER))
    check_demand_id(input.demand_id)

    async def change(session: AsyncSession) -> str:
        await lock_event(session, input.year)
        table = tables.ChallengeEntry
        same = (table.event_year == input.year) & (table.demand_id == input.demand_id)
        if (entered := await session.scalar(select(table.number).where(same))) is not None:
            message = f"The demand {input.demand_id} is in the challenge of {input.year}, number {entered}."
            raise Refusal(ErrorCode.ALREADY_ENTERED, message)
        number = await next_serial(session, SERIAL, f"challenge:{input.year}")
        session.add(
            table(
                event_year=input.year,
                number=number,
                demand_id=input.demand_id,
                stage=ChallengeStage.COLLECTED,
                intended_amount_fen=None,
            )
        )
        return str(number)

    made = await change_once(info, "enterChallenge", input, change)
    return await info.context.loaders.of(load_entries).load((input.year, int(made)))


async def judge_entry(info: Info, input: _JUDGE) -> Any:  # noqa: A002 - the argument's name on the wire
    """Mark an entry at its present stage."""
    check_actor(info.context.actor, Permit(JUDGE, subject=input.judge))
    check_text("judge", input.judge, _LONGEST_NAME)
    if input.remark is not None:
        check_text("remark", input.remark, _LONGEST_REMARK)
    if not 0 <= input.mark <= HIGHEST_MARK:
        raise Refusal(ErrorCode.INVALID_MARK, f"mark {input.mark} is outside 0 to {HIGHEST_MARK}; give one inside.")

    async def change(session: AsyncSession) -> str:
        entry = await lock_entry(session, input.year, input.number)
        check_judged_now(entry)
        key = {"event_year": entry.event_year, "number": entry.number, "stage": entry.stage, "judge": input.judge}
        if await session.get(tables.ChallengeMark, tuple(key.values())) is not None:
            message = f"{input.judge} has marked the entry {entry.number} at {entry.stage}; a judge marks once a round."
            raise Refusal(ErrorCode.ALREADY_JUDGED, message)
        session.add(tables.ChallengeMark(**key, mark=input.mark, remark=input.remark, at=info.context.clock()))
        return str(entry.number)

    made = await change_once(info, "judgeChallengeEntry", input, change)
    return await info.context.loaders.of(load_entries).load((input.year, int(made)))


async def advance_entry(info: Info, input: _ADVANCE) -> Any:  # noqa: A002 - the argument's name on the wire
    """Move an entry on to its next stage."""
    check_actor(info.context.actor)
    check_amount("intendedAmountFen", input.intended_amount_fen)

    async def change(session: AsyncSession) -> str:
        entry = await lock_entry(session, input.year, input.number)
        await check_passed(session, entry)
        entry.stage = NEXT[entry.stage]
        signed = entry.stage is ChallengeStage.SIGNED
        if signed is (input.intended_amount_fen is None):
            message = "intendedAmountFen is given when an entry is signed, and only then."
            raise Refusal(ErrorCode.INVALID_AMOUNT, message)
        entry.intended_amount_fen = input.intended_amount_fen
        return str(entry.number)

    made = await change_once(info, "advanceChallengeEntry", input, change)
    return await info.context.loaders.of(load_entries).load((input.year, int(made)))


@strawberry.type
class ChallengeMutations:
    """What may be done with challenges; ``Mutation`` inherits it."""

    open_challenge: Any = field(
        resolver=open_challenge,
        graphql_type=ChallengeEvent,
        authenticated=True,
        requires_scopes=scopes(),
        description="开办某年的创新挑战赛。Open the challenge of a year.",
        directives=[changes("ChallengeEvent")],
    )
    enter_challenge: Any = field(
        resolver=enter_challenge,
        graphql_type=ChallengeEntry,
        authenticated=True,
        requires_scopes=scopes(PUBLISH, BROKER),
        description="需求报名参赛。Enter a demand in a challenge.",
        directives=[changes("ChallengeEvent", "Demand", "MarketFigures")],
    )
    judge_challenge_entry: Any = field(
        resolver=judge_entry,
        graphql_type=ChallengeEntry,
        authenticated=True,
        requires_scopes=scopes(JUDGE),
        description="评委在当前轮次评分。Mark an entry at its present stage.",
        directives=[changes("ChallengeEntry")],
    )
    advance_challenge_entry: Any = field(
        resolver=advance_entry,
        graphql_type=ChallengeEntry,
        authenticated=True,
        requires_scopes=scopes(),
        description="晋级：至少三位评委、均分不低于 60。"
        "Move an entry on: by at least three judges' marks with a mean of 60, but for the first step.",
        directives=[changes("ChallengeEntry", "ChallengeEvent", "Demand", "MarketFigures")],
    )
