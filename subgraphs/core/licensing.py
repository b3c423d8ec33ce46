"""先免费许可、后付费转化: a small enterprise of a mountain county uses an achievement free at first, reports on it, and pays for it later.

granted --reports, once a quarter--> granted
granted --its time is over, or it is ended--> over
granted, or over for 90 days at most --the licensee converts it--> an agreement at the price that was named at first
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, Final

import strawberry
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.approval_rules import day
from subgraphs.core.approvals import FreeLicence
from subgraphs.core.evidence_log import append_evidence
from subgraphs.core.once import SERIAL, change_once
from subgraphs.core.regions import designated_on
from subgraphs.core.trade.agreements import SHA256, Terms, agree
from subgraphs.core.trade.listing import check_cleared, check_free, check_parties, lock_achievement
from subgraphs.core.trade.types import Agreement
from subgraphs.kit.actor import TRADE, Permit, check_actor, scopes
from subgraphs.kit.context import Info
from subgraphs.kit.database_writes import next_serial
from subgraphs.kit.directives import changes
from subgraphs.kit.enums import ConversionMode, EnterpriseScale, EvidenceKind, PricingMode
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.scalars import Long
from subgraphs.kit.texts import check_amount

LONGEST_DAYS: Final = 3 * 366
TIME_TO_CONVERT: Final = timedelta(days=90)
_SMALL: Final = (EnterpriseScale.MICRO, EnterpriseScale.SMALL)
_QUARTER: Final = re.compile(r"\d{4}-Q[1-4]")


def _key() -> Any:
    return field(description="幂等键：同键同文只办一次。A key of one's own: the same wish sent twice is done once.")


def _licence() -> Any:
    return field(description="许可编号。The licence's number.")


@strawberry.input(description="授予免费许可。A licence that is free at first.")
class GrantFreeLicenceInput:
    """授予."""

    achievement_id: strawberry.ID = field(description="成果编号。The achievement.")
    owner_uscc: strawberry.ID = field(description="许可方，即成果所有者。Who owns it.")
    licensee_uscc: strawberry.ID = field(
        description="被许可方：山区26县的小微企业。A small enterprise of a mountain county."
    )
    free_to: date = field(description="免费截止日，最长三年。The last free day, within three years.")
    price_fen: Long = field(description="约定的转化价（分）。The price of converting it later, in fen.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="使用报告，每季一次。A report of use, once a quarter.")
class ReportUsageInput:
    """报告."""

    licence_id: strawberry.ID = _licence()
    quarter: str = field(description="季度，如 2022-Q3。The quarter, like 2022-Q3.")
    document_sha256: str = field(description="报告的 SHA-256。The SHA-256 of the report.")
    idempotency_key: strawberry.ID = _key()


@strawberry.input(description="许可的一步。A step of a licence.")
class LicenceStepInput:
    """一步."""

    licence_id: strawberry.ID = _licence()
    idempotency_key: strawberry.ID = _key()


_GRANT = Annotated[
    GrantFreeLicenceInput, strawberry.argument(description="许可内容。To whom, for how long, at what price.")
]
_REPORT = Annotated[ReportUsageInput, strawberry.argument(description="报告内容。What is reported.")]
_STEP = Annotated[LicenceStepInput, strawberry.argument(description="哪项许可。Which licence.")]


async def grant_free_licence(info: Info, input: _GRANT) -> Any:  # noqa: A002 - the argument's name on the wire
    """Grant a licence that is free at first."""
    check_actor(info.context.actor, Permit(TRADE, organization=input.owner_uscc))
    check_amount("priceFen", input.price_fen)
    today = day(info.context.clock())
    if not today < input.free_to <= today + timedelta(days=LONGEST_DAYS):
        message = f"freeTo {input.free_to} is not within three years from {today}; give a day that is."
        raise Refusal(ErrorCode.INVALID_PERIOD, message)

    async def change(session: AsyncSession) -> str:
        now = info.context.clock()
        record = await lock_achievement(session, input.achievement_id)
        check_parties(record, input.owner_uscc, input.licensee_uscc)
        await check_cleared(session, record)
        await check_free(session, record.id, now)
        county = await _county_of(session, input.licensee_uscc, today)
        name = f"{record.id[:6]}-F"
        licence = tables.FreeLicence(
            id=f"{name}-{await next_serial(session, SERIAL, name):06d}",
            achievement_id=record.id,
            licensee_uscc=input.licensee_uscc,
            county_code=county,
            free_from=today,
            free_to=input.free_to,
            converted_into=None,
            price_fen=input.price_fen,
            ended_on=None,
        )
        session.add(licence)
        subject = {"licence": licence.id, "licensee": licence.licensee_uscc, "freeTo": licence.free_to.isoformat()}
        await append_evidence(session, record.id, EvidenceKind.LICENCE_GRANTED, subject, now)
        return licence.id

    return await _found(info, await change_once(info, "grantFreeLicence", input, change))


async def report_usage(info: Info, input: _REPORT) -> Any:  # noqa: A002 - the argument's name on the wire
    """Report how an achievement is used, once a quarter."""
    await _check_licensee(info, input.licence_id)
    if not _QUARTER.fullmatch(input.quarter):
        raise Refusal(ErrorCode.INVALID_PERIOD, f"{input.quarter!r} is no quarter; write it like 2022-Q3.")
    if not SHA256.fullmatch(input.document_sha256):
        message = "documentSha256 is no SHA-256 of a document; give 64 hexadecimal digits in lower case."
        raise Refusal(ErrorCode.INVALID_DOCUMENT, message)

    async def change(session: AsyncSession) -> str:
        licence, now = await _lock(session, input.licence_id), info.context.clock()
        _check_runs(licence, day(now))
        table = tables.LicenceReport
        if await session.get(table, (licence.id, input.quarter)) is not None:
            message = f"The use of {licence.id} in {input.quarter} was reported; report the next quarter."
            raise Refusal(ErrorCode.ALREADY_REPORTED, message)
        session.add(table(licence_id=licence.id, quarter=input.quarter, document_sha256=input.document_sha256, at=now))
        subject = {"licence": licence.id, "quarter": input.quarter, "document": input.document_sha256}
        await append_evidence(session, licence.achievement_id, EvidenceKind.USAGE_REPORTED, subject, now)
        return licence.id

    return await _found(info, await change_once(info, "reportUsage", input, change))


async def end_free_licence(info: Info, input: _STEP) -> Any:  # noqa: A002 - the argument's name on the wire
    """End a licence before its time, as its licensee."""
    await _check_licensee(info, input.licence_id)

    async def change(session: AsyncSession) -> str:
        licence, now = await _lock(session, input.licence_id), info.context.clock()
        _check_runs(licence, day(now))
        licence.ended_on = day(now)
        subject = {"licence": licence.id}
        await append_evidence(session, licence.achievement_id, EvidenceKind.LICENCE_ENDED, subject, now)
        return licence.id

    return await _found(info, await change_once(info, "endFreeLicence", input, change))


async def convert_licence(info: Info, input: _STEP) -> Any:  # noqa: A002 - the argument's name on the wire
    """Pay for what was free: an agreement at the price that was named at first, which both sides have to sign."""
    await _check_licensee(info, input.licence_id)

    async def change(session: AsyncSession) -> str:
        licence, now = await _lock(session, input.licence_id), info.context.clock()
        record = await lock_achievement(session, licence.achievement_id)
        if licence.price_fen is None or record.owner_uscc is None:
            message = f"No price was named for {licence.id}; open a negotiation with the achievement's owner."
            raise Refusal(ErrorCode.NO_PRICE_NAMED, message)
        if day(now) > (licence.ended_on or licence.free_to) + TIME_TO_CONVERT:
            message = f"{licence.id} could be converted until 90 days after its end; open a negotiation."
            raise Refusal(ErrorCode.LICENCE_OVER, message)
        await check_free(session, record.id, now)
        terms = Terms(
            achievement_id=record.id,
            seller_uscc=record.owner_uscc,
            buyer_uscc=licence.licensee_uscc,
            amount_fen=licence.price_fen,
            pricing_mode=PricingMode.NEGOTIATED,
            conversion_mode=ConversionMode.LICENCE,
            licence_id=licence.id,
        )
        return (await agree(session, terms, now)).id

    made = await change_once(info, "convertLicence", input, change)
    return await info.context.loaders.one(tables.Agreement, tables.Agreement.id).load(made)


async def _county_of(session: AsyncSession, uscc: str, today: date) -> str:
    """The mountain county of a small enterprise. Raises ``Refusal`` ORGANIZATION_NOT_FOUND, NOT_ELIGIBLE."""
    organization = await session.get(tables.Organization, uscc)
    if organization is None:
        message = f"There is no organisation {uscc!r}; give the code of one that is registered."
        raise Refusal(ErrorCode.ORGANIZATION_NOT_FOUND, message)
    county = organization.region_code
    held = designated_on(today).where(tables.MountainCounty.region_code == county)
    if organization.scale not in _SMALL or (await session.execute(held)).first() is None:
        message = f"{uscc} is no small or micro enterprise of a mountain county; licences are free for these alone."
        raise Refusal(ErrorCode.NOT_ELIGIBLE, message)
    return county


async def _check_licensee(info: Info, licence_id: str) -> None:
    async with info.context.session() as session:
        found = await session.get(tables.FreeLicence, licence_id)
    check_actor(info.context.actor, Permit(TRADE, organization=found.licensee_uscc if found else ""))


async def _lock(session: AsyncSession, licence_id: str) -> tables.FreeLicence:
    """A licence that was not converted, which nobody else changes until this transaction ends."""
    table = tables.FreeLicence
    await session.execute(update(table).where(table.id == licence_id).values(free_to=table.free_to))
    licence = await session.get(table, licence_id)
    if licence is None:
        raise Refusal(ErrorCode.LICENCE_NOT_FOUND, f"There is no licence {licence_id!r}; give the number of one.")
    if licence.converted_into is not None:
        raise Refusal(ErrorCode.LICENCE_OVER, f"{licence.id} was converted into {licence.converted_into}.")
    return licence


def _check_runs(licence: tables.FreeLicence, today: date) -> None:
    if today > (licence.ended_on or licence.free_to):
        message = f"{licence.id} ran until {licence.ended_on or licence.free_to}; convert it, or open a negotiation."
        raise Refusal(ErrorCode.LICENCE_OVER, message)


async def _found(info: Info, licence_id: str) -> Any:
    return await info.context.loaders.one(tables.FreeLicence, tables.FreeLicence.id).load(licence_id)


def _mutation(resolver: Any, graphql_type: Any, description: str) -> Any:
    return field(
        resolver=resolver,
        graphql_type=graphql_type,
        authenticated=True,
        requires_scopes=scopes(TRADE),
        description=description,
        directives=[changes("FreeLicence", "TechnologyAchievement")],
    )


@strawberry.type
class LicenceMutations:
    """What may be done with licences that are free at first; ``Mutation`` inherits it."""

    grant_free_licence: Any = _mutation(
        grant_free_licence, FreeLicence, "授予“先免费、后付费”许可。Grant a licence that is free at first."
    )
    report_usage: Any = _mutation(report_usage, FreeLicence, "每季报告使用情况。Report the use of a quarter.")
    end_free_licence: Any = _mutation(end_free_licence, FreeLicence, "提前终止许可。End a licence before its time.")
    convert_licence: Any = _mutation(
        convert_licence,
        Agreement,
        "按约定价转为付费，形成待签合同。Convert it at the price named; an agreement to sign comes of it.",
    )
