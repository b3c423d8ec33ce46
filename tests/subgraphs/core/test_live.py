"""What happens to auctions and deals is told as it happens, with the rows as they then are."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.core.live import announce_auction, announce_deal
from subgraphs.kit.database import open_database
from subgraphs.kit.enums import AuctionStatus
from subgraphs.kit.events import announced
from tests.subgraphs.asking import Asker
from tests.subgraphs.listening import listening, until_listened
from tests.subgraphs.rows import column, rows

BIDS = "subscription ($id: ID!) { auctionBids(auctionId: $id) { id status currentPrice { amountFen } bids(first: 1) { id } } }"
DEAL = "subscription ($id: ID!) { dealUpdates(dealId: $id) { id contractNo } }"


@pytest.fixture
def auction(database: Path) -> str:
    return str(column(database, "SELECT id FROM auction WHERE status = 'OPEN' ORDER BY id LIMIT 1")[0])


async def change_auction(core: Asker, path: Path, auction: str, fen: int, status: str = "OPEN") -> None:
    """What a bid does, in its smallest form."""
    database = open_database(f"sqlite+aiosqlite:///{path}")
    async with AsyncSession(database) as session:
        table = tables.Auction
        values = {"current_price_fen": fen, "status": AuctionStatus(status)}
        await session.execute(update(table).where(table.id == auction).values(**values))
        announce_auction(session, auction)
        events = announced(session)
        await session.commit()
        await core.app.state.events.after_commit(events)
    await database.dispose()


@pytest.mark.parametrize("over", ["ws", "sse"])
async def test_an_auction_is_told_as_it_is_and_as_it_becomes(
    own_core: Asker, tmp_path: Path, auction: str, over: str
) -> None:
    """The present state, then each new price, and nothing after the hammer has fallen."""
    async with listening(own_core, BIDS, over=over, id=auction) as heard:
        first = (await heard.data())["auctionBids"]
        assert (first["id"], first["status"]) == (auction, "OPEN")
        for fen in (10**11, 10**11 + 1):
            await change_auction(own_core, tmp_path / "core.db", auction, fen)
            assert (await heard.data())["auctionBids"]["currentPrice"] == {"amountFen": fen}
        await change_auction(own_core, tmp_path / "core.db", auction, 10**11 + 2, "SOLD")
        assert (await heard.data())["auctionBids"]["status"] == "SOLD"
        assert await heard.next() is None


async def test_an_auction_that_is_over_is_told_once(core: Asker, database: Path) -> None:
    """As it ended; then the subscription ends."""
    ((identity, status),) = rows(database, "SELECT id, status FROM auction WHERE status = 'SOLD' LIMIT 1")
    async with listening(core, BIDS, id=identity) as heard:
        assert (await heard.data())["auctionBids"]["status"] == status
        assert await heard.next() is None


async def test_two_auctions_on_one_connection_do_not_show_each_others_past(
    own_core: Asker, tmp_path: Path, database: Path
) -> None:
    """Each event is read anew, whatever was read before for another subscription."""
    one, other = column(database, "SELECT id FROM auction WHERE status = 'OPEN' ORDER BY id LIMIT 2")
    async with listening(own_core, BIDS, id=one) as here, listening(own_core, BIDS, id=other) as there:
        await asyncio.gather(here.data(), there.data())
        for fen in range(10**11, 10**11 + 5):
            for auction, heard in ((one, here), (other, there)):
                await change_auction(own_core, tmp_path / "core.db", auction, fen)
                found = (await heard.data())["auctionBids"]
                assert (found["id"], found["currentPrice"]) == (auction, {"amountFen": fen})


async def test_a_deal_is_told_as_it_is_and_after_each_change(own_core: Asker, tmp_path: Path, database: Path) -> None:
    """It may change again, so the subscription goes on."""
    ((identity, number),) = rows(database, "SELECT id, contract_no FROM deal LIMIT 1")
    async with listening(own_core, DEAL, id=identity) as heard:
        assert (await heard.data())["dealUpdates"] == {"id": identity, "contractNo": number}
        engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'core.db'}")
        async with AsyncSession(engine) as session:
            await session.execute(update(tables.Deal).where(tables.Deal.id == identity).values(contract_no="NEW"))
            announce_deal(session, identity)
            events = announced(session)
            await session.commit()
        await own_core.app.state.events.after_commit(events)
        await engine.dispose()
        assert (await heard.data())["dealUpdates"] == {"id": identity, "contractNo": "NEW"}
        await until_listened(own_core, f"deal:{identity}")


@pytest.mark.parametrize(("query", "code"), [(BIDS, "AUCTION_NOT_FOUND"), (DEAL, "DEAL_NOT_FOUND")])
async def test_what_there_is_not_cannot_be_watched(core: Asker, query: str, code: str) -> None:
    """Refused by name."""
    async with listening(core, query, id="nothing") as heard:
        answer = await heard.next()
    assert answer["errors"][0]["extensions"]["code"] == code
