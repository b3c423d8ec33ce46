"""双碳: one carbon profile for a listing of any kind, by way of an interface object, and the sectors it belongs to."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

import strawberry
from sqlalchemy import select
from strawberry.federation import field

from subgraphs.carbon import tables
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.directives import cached, sliced, stub_key
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.rows import NOT_GIVEN, Row, first, lazy, one, row_type, stub_type
from subgraphs.kit.schema import QUESTIONS

ThisListing = lazy("subgraphs.carbon.listings", "MarketListing")


def listing_of(row: Any) -> "MarketListing":
    """The listing that a profile is of."""
    return MarketListing(id=row.listing_id)


@strawberry.federation.type(
    keys=["code"], description="碳领域。A sector in which carbon is saved.", directives=[cached(86_400)]
)
@row_type(tables.CarbonSector, keys={"code": tables.CarbonSector.code})
class CarbonSector:
    """碳领域."""

    code: strawberry.ID = field(description="代码。Its code.")
    name: str = field(description="名称。Its name.")
    listings: Any = first(
        tables.CarbonProfile.sector_code,
        by="code",
        order=(tables.CarbonProfile.published_at.desc(), tables.CarbonProfile.listing_id),
        of=ThisListing,
        make=listing_of,
        directives=[sliced("first")],
        description="该领域的成果与需求，最新的在前。Its listings, newest first.",
    )


@strawberry.federation.type(
    description="碳概况：成果能减排多少，或需求想减多少。What a listing saves, or wants to save.",
    directives=[cached(600)],
)
@row_type(tables.CarbonProfile)
class CarbonProfile:
    """碳概况."""

    sector: Any = one(
        tables.CarbonSector.code, by="sector_code", of=CarbonSector, optional=False, description="碳领域。The sector."
    )
    reduction_tonnes_per_year: float | None = field(
        description="年减排量（吨二氧化碳当量）。Tonnes of carbon dioxide equivalent saved in a year."
    )
    methodology: str | None = field(description="核算方法。The method by which it is reckoned.")
    verified_by: str | None = field(description="核证机构。Who has verified it.")


@strawberry.federation.type(keys=[stub_key("code")])
class TechnicalField:
    """技术领域, known by its code alone."""

    code: strawberry.ID


async def carbon(root: Row, info: Info) -> Any:
    """The profile of a listing whose technical field belongs to a carbon sector, as the city has it now."""
    if root.technical_field is None:
        message = "technicalField { code } is required here and was not sent; send it with the key."
        raise Refusal(ErrorCode.INVALID_REPRESENTATION, message)
    loaders = info.context.loaders
    sector = await loaders.one(tables.FieldSector, tables.FieldSector.field_code).load(root.technical_field.code)
    if sector is None:
        return None
    return await loaders.one(tables.CarbonProfile, tables.CarbonProfile.listing_id).load(root.id)


@strawberry.federation.interface_object(keys=["id"], directives=[cached(300)])
@stub_type
class MarketListing:
    """挂牌信息 of any kind; only the city knows which."""

    id: strawberry.ID
    technical_field: TechnicalField = field(external=True, default=NOT_GIVEN)
    carbon: Any = field(
        resolver=carbon,
        graphql_type=CarbonProfile | None,
        requires=["technicalField { code }"],
        description="碳概况；与减排无关时为空。Its carbon profile; null where it has none.",
    )

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **given: Any) -> Self:  # noqa: A002 - the key's name on the wire
        """The listing of an id, with what the request sends of it; the city knows whether there is such a one."""
        sent = given.get("technicalField") or {}
        return cls(id=id, technical_field=TechnicalField(code=sent["code"]) if sent.get("code") else NOT_GIVEN)


async def carbon_listings(
    info: Info,
    sector_code: Annotated[
        strawberry.ID | None, strawberry.argument(description="只要此碳领域。Only those of this sector.")
    ] = None,
    first: First = 20,
) -> Sequence[MarketListing]:
    """Listings with a carbon profile, newest first."""
    table = tables.CarbonProfile
    statement = select(table).order_by(table.published_at.desc(), table.listing_id).limit(page_size(first))
    if sector_code is not None:
        statement = statement.where(table.sector_code == sector_code)
    async with info.context.session() as session:
        return [listing_of(row) for row in await session.scalars(statement)]


async def carbon_sectors(info: Info) -> Sequence[Any]:
    """All sectors, by their codes."""
    async with info.context.session() as session:
        return (await session.scalars(select(tables.CarbonSector).order_by(tables.CarbonSector.code))).all()


@strawberry.type(description=QUESTIONS)
class Query:
    """The carbon market's root fields."""

    carbon_listings: Any = field(
        resolver=carbon_listings,
        graphql_type=list[MarketListing],
        directives=[sliced("first")],
        description="有碳概况的成果与需求，最新的在前。Listings with a carbon profile, newest first.",
    )
    carbon_sectors: Any = field(
        resolver=carbon_sectors, graphql_type=list[CarbonSector], description="全部碳领域。All carbon sectors."
    )
