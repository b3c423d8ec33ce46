"""Whether a demand's records are whole and agree with what the city shows of it: the first that is not so is named.

Each record is hashed anew and linked to the one before it; the texts are compared with the hashes that the records hold; and
the last step must have led to the status that the demand has, so that a record cut off at the end is missed too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

import strawberry
from sqlalchemy import select
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.demand_states import TRANSITIONS
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached
from subgraphs.kit.enums import DemandFaultKind, DemandStep, ListingStatus
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.evidence import ChainRecord, chain_faults
from subgraphs.kit.rows import row_type

_Id = Annotated[strawberry.ID, strawberry.argument(description="需求编号。The demand's id.")]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a demand's records, at a height or as a whole."""

    kind: DemandFaultKind
    height: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of verifying a demand."""

    demand_id: str
    record_count: int
    fault: Fault | None


Records = Sequence[tables.DemandRecord]
Answers = Sequence[tables.DemandAnswer]


def find_fault(demand: tables.Demand, records: Records, answers: Answers) -> Fault | None:
    """The first fault of a demand's records, which come by height; ``None`` where there is none."""
    faults = (_links(records), _texts(demand, records, answers), _ends(demand, records, answers))
    return next((fault for found in faults for fault in found), None)


def _links(records: Records) -> Iterator[Fault]:
    for kind, height, message in chain_faults(map(_as_found, records)):
        yield Fault(DemandFaultKind(kind.value), height, message)


def _as_found(record: tables.DemandRecord) -> ChainRecord:
    return ChainRecord(
        chain=record.demand_id,
        height=record.height,
        kind=record.step,
        recorded_at=record.recorded_at,
        subject=record.subject,
        sha256=record.sha256,
        previous=record.previous_sha256,
    )


def _texts(demand: tables.Demand, records: Records, answers: Answers) -> Iterator[Fault]:
    by_id = {answer.id: answer for answer in answers}
    for record in records:
        match record.step:
            case DemandStep.PUBLISHED:
                shown: dict[str, Any] | None = published_subject(demand)
            case DemandStep.ANSWERED:
                answer = by_id.get(record.subject["answer"])
                shown = None if answer is None else answered_subject(answer)
            case _:
                continue
        if shown != record.subject:
            message = f"What is shown is not what was recorded at height {record.height}, {record.step}."
            yield Fault(DemandFaultKind.CONTENT_CHANGED, record.height, message)


def _ends(demand: tables.Demand, records: Records, answers: Answers) -> Iterator[Fault]:
    if not records:
        return
    last = records[-1]
    led_to = ListingStatus.OPEN if last.step is DemandStep.PUBLISHED else TRANSITIONS[last.step].target
    if demand.status is not led_to:
        message = f"The demand is {demand.status}, while its last record, {last.step}, made it {led_to}."
        yield Fault(DemandFaultKind.STATUS_DIFFERS, last.height, message)
    recorded = {record.subject["answer"] for record in records if record.step is DemandStep.ANSWERED}
    if records[0].step is DemandStep.PUBLISHED and (unknown := sorted({answer.id for answer in answers} - recorded)):
        yield Fault(DemandFaultKind.ANSWER_UNRECORDED, None, f"The answer {unknown[0]} has no record.")


def published_subject(demand: tables.Demand) -> dict[str, Any]:
    """What the record of a publication says."""
    return {"title": demand.title, "publisher": demand.publisher_uscc, "summarySha256": hash_text(demand.summary)}


def answered_subject(answer: tables.DemandAnswer) -> dict[str, Any]:
    """What the record of an answer says."""
    return {
        "answer": answer.id,
        "organization": answer.organization_uscc,
        "achievement": answer.achievement_id,
        "solutionSha256": hash_text(answer.solution),
    }


def hash_text(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal: records hold no more of it."""
    return sha256(text.encode()).hexdigest()


async def verify_demand(info: Info, id: _Id) -> Verification:  # noqa: A002 - the argument's name on the wire
    """Verify a demand's records, read anew. Raises ``Refusal`` DEMAND_NOT_FOUND."""
    record, answer = tables.DemandRecord, tables.DemandAnswer
    async with info.context.session() as session:
        demand = await session.get(tables.Demand, id)
        if demand is None:
            message = f"There is no demand {id!r}; give the id of one that is listed."
            raise Refusal(ErrorCode.DEMAND_NOT_FOUND, message)
        records = await session.scalars(select(record).where(record.demand_id == id).order_by(record.height))
        found = records.all()
        answers = (await session.scalars(select(answer).where(answer.demand_id == id))).all()
    return Verification(demand.id, len(found), find_fault(demand, found, answers))


@strawberry.type(description="核验发现的问题。The first thing that is wrong with a demand's records.")
@row_type(Fault)
class DemandFault:
    """What is wrong."""

    kind: DemandFaultKind = field(description="问题。What is wrong.")
    height: int | None = field(description="所在高度。At which height; null where no record is to blame.")
    message: str = field(description="说明。The same in words.")


@strawberry.type(
    description="需求存证的核验。Whether a demand's records are whole and agree with what is shown.",
    directives=[cached(0)],
)
@row_type(Verification)
class DemandVerification:
    """What came of verifying a demand."""

    demand_id: strawberry.ID = field(description="需求编号。The demand's id.")
    record_count: int = field(description="记录数。How many records it has.")
    fault: DemandFault | None = field(description="首个问题；无则为空。The first fault; null where there is none.")
