"""What clients may ask of evidence, and how an operator has it sealed."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.audit.export import export_lines
from subgraphs.core.audit.sealing import seal_days
from subgraphs.core.audit.verification import Fault, Found, Verification, deal_faults, read_chains, verify
from subgraphs.core.once import change_once
from subgraphs.kit.actor import AUDIT, Permit, check_actor, scopes
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sliced
from subgraphs.kit.enums import EvidenceFaultKind
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.rows import row_type

_DealId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="交易编号：核验其所有链。The number of a deal: all of its chains."),
]
_Chain = Annotated[strawberry.ID | None, strawberry.argument(description="链名，即挂牌编号。A chain: a listing's id.")]


@strawberry.type(description="一日的封印。The seal over a day's evidence of all chains.", directives=[cached(60)])
@row_type(tables.EvidenceSeal)
class EvidenceSeal:
    """封印."""

    root: strawberry.ID = field(description="默克尔根，可公开发布。Its Merkle root, which may be published.")
    sealed_on: date = field(description="所封之日。The day.")
    previous_root: strawberry.ID | None = field(description="前一封印的根。The root of the seal before it.")
    record_count: int = field(description="记录数。How many records it is over.")


@strawberry.type(description="存证的首个问题。The first thing that is wrong with evidence.")
@row_type(Fault)
class EvidenceFault:
    """What is wrong."""

    kind: EvidenceFaultKind = field(description="问题。What is wrong.")
    chain: strawberry.ID | None = field(description="所在链；涉及多链时为空。In which chain; null where it is of many.")
    height: int | None = field(description="所在高度。At which height; null where no record is to blame.")
    message: str = field(description="说明。The same in words.")


@strawberry.type(description="存证的核验。Whether evidence is whole, links and seals included.", directives=[cached(0)])
@row_type(Verification)
class EvidenceVerification:
    """What came of verifying."""

    chains: list[strawberry.ID] = field(description="核验的链。The chains verified.")
    record_count: int = field(description="记录数。How many records they have.")
    sealed_count: int = field(description="其中已封印的。How many of them are sealed.")
    fault: EvidenceFault | None = field(description="首个问题；无则为空。The first fault; null where there is none.")


async def verify_evidence(info: Info, deal_id: _DealId = None, chain: _Chain = None) -> Verification:
    """Verify a deal's chains, or one chain, read anew."""
    async with info.context.session() as session:
        deal, found = await _read(session, deal_id, chain)
        if deal is None:
            return verify(found, iter(()))
        payment = tables.Payment
        paid = select(payment).where(payment.deal_id == deal.id).order_by(payment.number)
        payments = (await session.scalars(paid)).all()
        return verify(found, deal_faults(deal, payments, found.chains[deal.achievement_id]))


async def evidence_export(info: Info, deal_id: _DealId = None, chain: _Chain = None) -> str:
    """The same as lines of JSON, for ``check_evidence.py``."""
    check_actor(info.context.actor, Permit(AUDIT))
    async with info.context.session() as session:
        _, found = await _read(session, deal_id, chain)
    return "".join(f"{line}\n" for line in export_lines(found))


async def evidence_seals(info: Info, first: First = 20) -> Any:
    """The newest seals, newest first."""
    table = tables.EvidenceSeal
    async with info.context.session() as session:
        return (await session.scalars(select(table).order_by(table.sealed_on.desc()).limit(page_size(first)))).all()


async def _read(session: AsyncSession, deal_id: str | None, chain: str | None) -> tuple[tables.Deal | None, Found]:
    if (deal_id is None) == (chain is None):
        raise Refusal(ErrorCode.MISSING_ARGUMENT, "Whose evidence is meant? Give either dealId or chain.")
    if chain is not None:
        if await session.get(tables.ListingRecord, chain) is None:
            raise Refusal(ErrorCode.ACHIEVEMENT_NOT_FOUND, f"Core knows no listing {chain!r}; give the id of another.")
        return None, await read_chains(session, [chain])
    deal = await session.get(tables.Deal, deal_id)
    if deal is None:
        raise Refusal(ErrorCode.DEAL_NOT_FOUND, f"There is no deal {deal_id!r}; give the number of one.")
    table = tables.Evidence
    named = await session.scalars(select(table.chain).where(table.deal_id == deal.id).distinct())
    return deal, await read_chains(session, sorted({deal.achievement_id, *named}))


@strawberry.input(description="封印。Evidence to be sealed.")
class SealEvidenceInput:
    """封印."""

    idempotency_key: strawberry.ID = field(
        description="幂等键：同键同文只办一次。A key of one's own: the same wish sent twice is done once."
    )


async def seal_evidence(
    info: Info,
    input: Annotated[SealEvidenceInput, strawberry.argument(description="封印。What is sealed.")],  # noqa: A002
) -> Any:
    """Seal every day that is over and has records under no seal; the seals of that wish come out."""
    check_actor(info.context.actor)

    async def change(session: AsyncSession) -> str:
        return " ".join(seal.root for seal in await seal_days(session, info.context.clock()))

    roots = (await change_once(info, "sealEvidence", input, change)).split()
    table = tables.EvidenceSeal
    async with info.context.session() as session:
        return (await session.scalars(select(table).where(table.root.in_(roots)).order_by(table.sealed_on))).all()


@strawberry.type
class AuditQueries:
    """What may be asked of evidence; ``Query`` inherits it."""

    verify_evidence: Any = field(
        resolver=verify_evidence,
        graphql_type=EvidenceVerification,
        description="核验一笔交易或一条链的存证。Verify the evidence of a deal, or of a chain.",
    )
    evidence_seals: Any = field(
        resolver=evidence_seals,
        graphql_type=list[EvidenceSeal],
        directives=[sliced("first")],
        description="每日封印，最新的在前。The seals of days, newest first.",
    )
    evidence_export: Any = field(
        resolver=evidence_export,
        graphql_type=str,
        authenticated=True,
        requires_scopes=scopes(AUDIT),
        description="导出存证（JSON 行），可离线核验。The evidence as lines of JSON, to be checked without us.",
    )


@strawberry.type
class AuditMutations:
    """What may be done with evidence; ``Mutation`` inherits it."""

    seal_evidence: Any = field(
        resolver=seal_evidence,
        graphql_type=list[EvidenceSeal],
        authenticated=True,
        requires_scopes=scopes(),
        description="封印已过去各日的存证。Seal the evidence of the days that are over.",
    )
