"""What core adds to the cities' listings: who owns them, what became of them, and the evidence.

A listing itself lives in its city. Core makes an object of any id that it is sent, for the city answers for its existence,
and learns the columns that ``@requires`` names with the representation.
"""

from typing import Any, Self

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.matching import Asked, Match, load_matches
from subgraphs.core.organizations import Organization
from subgraphs.core.regions import TechnicalField, is_mountain_county
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sliced
from subgraphs.kit.enums import EnterpriseScale
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.loaders import in_order
from subgraphs.kit.rows import NOT_GIVEN, Row, lazy, many, one, stub_type

Deal = lazy("subgraphs.core.deals", "Deal")
Auction = lazy("subgraphs.core.auctions", "Auction")
EvidenceRecord = lazy("subgraphs.core.evidence", "EvidenceRecord")
ApprovalCase = lazy("subgraphs.core.approvals", "ApprovalCase")
FreeLicence = lazy("subgraphs.core.approvals", "FreeLicence")
ProgrammeListing = lazy("subgraphs.core.programmes", "ProgrammeListing")
DemandMatch = lazy("subgraphs.core.matches", "DemandMatch")
ChallengeEntry = lazy("subgraphs.core.programmes", "ChallengeEntry")

_NEWEST_DEAL = (tables.Deal.signed_at.desc(), tables.Deal.id)
_SMALL = (EnterpriseScale.MICRO, EnterpriseScale.SMALL)


def _evidence() -> Any:
    return many(
        tables.Evidence.chain,
        by="id",
        order=(tables.Evidence.height,),
        of=EvidenceRecord,
        description="上链存证，按高度。Its chain of evidence, by height.",
    )


async def find_organization(info: Info, uscc: str | None, name: str) -> Any:
    """The organisation of a code that came with a representation. Raises ``Refusal`` where it did not come."""
    if uscc is None:
        raise Refusal(
            ErrorCode.INVALID_REPRESENTATION, f"{name} is required here and was not sent; send it with the key."
        )
    return await info.context.loaders.one(tables.Organization, tables.Organization.uscc).load(uscc)


async def title(root: Row, info: Info) -> str:
    """Core's copy of the title, which the city keeps it informed of."""
    record = await info.context.loaders.one(tables.ListingRecord, tables.ListingRecord.id).load(root.id)
    if record is None:
        raise Refusal(ErrorCode.ACHIEVEMENT_NOT_FOUND, f"Core has no copy of the title of {root.id}; ask its city.")
    return record.title


async def owner(root: Row, info: Info) -> Any:
    """The owner of an achievement."""
    return await find_organization(info, root.owner_uscc, "ownerUscc")


async def load_current_auctions(session: AsyncSession, keys: list[str]) -> list[tables.Auction | None]:
    """Batch: each achievement's latest auction."""
    table = tables.Auction
    statement = select(table).where(table.achievement_id.in_(keys)).order_by(table.opens_at, table.id)
    return in_order(keys, {row.achievement_id: row for row in await session.scalars(statement)})


async def auction(root: Row, info: Info) -> Any:
    """The achievement's latest auction."""
    return await info.context.loaders.of(load_current_auctions).load(root.id)


@strawberry.federation.type(keys=["id"], directives=[cached(300)])
@stub_type
class TechnologyAchievement:
    """科技成果, as far as core knows it."""

    id: strawberry.ID
    title: str = field(resolver=title, external=True)
    owner_uscc: strawberry.ID = field(external=True, default=NOT_GIVEN)
    owner: Any = field(
        resolver=owner, graphql_type=Organization, requires=["ownerUscc"], description="权利人。Who owns it."
    )
    deals: Any = many(
        tables.Deal.achievement_id,
        by="id",
        order=_NEWEST_DEAL,
        of=Deal,
        description="成交记录，最近的在前。The deals made of it, newest first.",
    )
    auction: Any = field(
        resolver=auction,
        graphql_type=Auction | None,
        directives=[cached(0)],
        description="最近一次竞价。Its latest auction.",
    )
    approval_case: Any = one(
        tables.ApprovalCase.achievement_id,
        by="id",
        of=ApprovalCase,
        requires_scopes=[["approval:read"]],
        description="“安心屋”内部审批。Its institution's internal approval.",
    )
    free_licences: Any = many(
        tables.FreeLicence.achievement_id,
        by="id",
        order=(tables.FreeLicence.free_from, tables.FreeLicence.id),
        of=FreeLicence,
        description="先免费许可后付费转化。Its licences that are free at first.",
    )
    evidence: Any = _evidence()

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The achievement of an id, with what the request sends of it."""
        return cls(id=id, owner_uscc=given.get("ownerUscc", NOT_GIVEN))


async def publisher(root: Row, info: Info) -> Any:
    """The publisher of a demand."""
    return await find_organization(info, root.publisher_uscc, "publisherUscc")


async def free_licence_eligible(root: Row, info: Info) -> bool:
    """Whether a demand is of a small or micro enterprise in one of the 26 counties."""
    organization = await find_organization(info, root.publisher_uscc, "publisherUscc")
    if root.county_code is None:
        raise Refusal(
            ErrorCode.INVALID_REPRESENTATION, "countyCode is required here and was not sent; send it with the key."
        )
    is_small = organization is not None and organization.scale in _SMALL
    return is_small and await is_mountain_county(info, root.county_code)


async def matches(root: Row, info: Info, first: First = 10) -> list[Match]:
    """What may meet the demand. Raises ``Refusal`` where the request did not send what the demand asks for."""
    if root.title is None or root.county_code is None or root.technical_field is None:
        message = "title, countyCode and technicalField { code } are required here; send them with the key."
        raise Refusal(ErrorCode.INVALID_REPRESENTATION, message)
    asked = Asked(root.title, root.technical_field.code, root.county_code)
    return await info.context.loaders.of(load_matches).load((asked, page_size(first, default=10)))


async def load_programme_listings(session: AsyncSession, keys: list[str]) -> list[tables.ProgrammeListing | None]:
    """Batch: the list item that each demand was distilled into."""
    source, listing = tables.ProgrammeListingSource, tables.ProgrammeListing
    same = (source.programme == listing.programme) & (source.year == listing.year) & (source.number == listing.number)
    rows = await session.execute(
        select(source.demand_id, listing).join(listing, same).where(source.demand_id.in_(keys))
    )
    return in_order(keys, dict(rows.all()))


async def programme_listing(root: Row, info: Info) -> Any:
    """The list item that the demand was distilled into."""
    return await info.context.loaders.of(load_programme_listings).load(root.id)


@strawberry.federation.type(keys=["id"], directives=[cached(120)])
@stub_type
class Demand:
    """技术需求, as far as core knows it."""

    id: strawberry.ID
    title: str = field(external=True, default=NOT_GIVEN)
    technical_field: Any = field(external=True, graphql_type=TechnicalField, default=NOT_GIVEN)
    county_code: str = field(external=True, default=NOT_GIVEN)
    publisher_uscc: strawberry.ID = field(external=True, default=NOT_GIVEN)
    publisher: Any = field(
        resolver=publisher,
        graphql_type=Organization,
        requires=["publisherUscc"],
        description="发布方。Who published it.",
    )
    free_licence_eligible: bool = field(
        resolver=free_licence_eligible,
        requires=["countyCode publisherUscc"],
        description="可否“先免费许可、后付费转化”：山区26县的小微企业。"
        "Whether licences may be free at first: for small and micro enterprises of the 26 mountain counties.",
    )
    programme_listing: Any = field(
        resolver=programme_listing,
        graphql_type=ProgrammeListing | None,
        description="凝练成的榜单。The programme's list item that it was distilled into.",
    )
    challenge_entries: Any = many(
        tables.ChallengeEntry.demand_id,
        by="id",
        order=(tables.ChallengeEntry.event_year, tables.ChallengeEntry.number),
        of=ChallengeEntry,
        description="参加的创新挑战赛。Its entries in challenges.",
    )
    matches: Any = field(
        resolver=matches,
        graphql_type=list[DemandMatch],  # type: ignore[valid-type]
        requires=["title countyCode technicalField { code }"],
        directives=[cached(60), sliced("first")],
        description="撮合推荐：尚未成交的成果，最合适的在前。Achievements not yet traded that may meet it, best first.",
    )
    deals: Any = many(
        tables.Deal.demand_id,
        by="id",
        order=_NEWEST_DEAL,
        of=Deal,
        description="成交记录，最近的在前。The deals that met it, newest first.",
    )
    evidence: Any = _evidence()

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The demand of an id, with what the request sends of it."""
        sent = given.get("technicalField") or {}
        return cls(
            id=id,
            title=given.get("title", NOT_GIVEN),
            technical_field=tables.TechnicalField(code=sent["code"]) if sent.get("code") else NOT_GIVEN,
            county_code=given.get("countyCode", NOT_GIVEN),
            publisher_uscc=given.get("publisherUscc", NOT_GIVEN),
        )
