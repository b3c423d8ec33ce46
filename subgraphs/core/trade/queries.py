"""Where a question about trades begins: what is on offer is everybody's, what two sides are about is theirs."""

from typing import Annotated, Any

import strawberry
from sqlalchemy import select
from strawberry.federation import field

from subgraphs.core import tables
from subgraphs.core.trade.types import Agreement, ListedOffer, Negotiation
from subgraphs.kit.actor import AUDIT, BROKER, TRADE, Permit, check_actor, scopes
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.directives import sliced
from subgraphs.kit.enums import ListedOfferStatus

_ID = Annotated[strawberry.ID, strawberry.argument(description="编号。Its number.")]


async def listed_offers(info: Info, first: First = 20) -> Any:
    """What is to be had now, what closes first first."""
    table, now = tables.ListedOffer, info.context.clock()
    open_now = (table.status == ListedOfferStatus.OPEN) & (table.opens_at <= now) & (table.closes_at > now)
    statement = select(table).where(open_now).order_by(table.closes_at, table.id).limit(page_size(first))
    async with info.context.session() as session:
        return (await session.scalars(statement)).all()


async def negotiation(info: Info, id: _ID) -> Any:  # noqa: A002 - the argument's name on the wire
    """A negotiation, for its two sides, its broker and auditors."""
    return await _of_two(info, tables.Negotiation, id)


async def agreement(info: Info, id: _ID) -> Any:  # noqa: A002 - the argument's name on the wire
    """An agreement, for its two sides, its broker and auditors."""
    return await _of_two(info, tables.Agreement, id)


async def _of_two(info: Info, table: Any, number: str) -> Any:
    found = await info.context.loaders.one(table, table.id).load(number)
    if found is not None:
        sides = (Permit(TRADE, organization=side) for side in (found.seller_uscc, found.buyer_uscc))
        brokers = () if found.broker_no is None else (Permit(BROKER, broker=found.broker_no),)
        check_actor(info.context.actor, Permit(AUDIT), *sides, *brokers)
    return found


@strawberry.type
class TradeQueries:
    """What may be asked of trades; ``Query`` inherits it."""

    listed_offers: Any = field(
        resolver=listed_offers,
        graphql_type=list[ListedOffer],
        directives=[sliced("first")],
        description="正在挂牌的成果，最先到期的在前。What is listed now, what closes first first.",
    )
    negotiation: Any = field(
        resolver=negotiation,
        graphql_type=Negotiation | None,
        authenticated=True,
        requires_scopes=scopes(TRADE, BROKER, AUDIT),
        description="按编号查洽谈。A negotiation by its number.",
    )
    agreement: Any = field(
        resolver=agreement,
        graphql_type=Agreement | None,
        authenticated=True,
        requires_scopes=scopes(TRADE, BROKER, AUDIT),
        description="按编号查待签合同。An agreement by its number.",
    )
