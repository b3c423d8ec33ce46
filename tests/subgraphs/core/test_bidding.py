"""Auctions: who may bid when and how much, what the hammer decides, and that contention bends nothing."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from subgraphs.kit.evidence import record_hash
from tests.subgraphs.asking import LETTER_DAY, Asker, open_market
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.listening import listening
from tests.subgraphs.rows import column, rows

AUCTION = "{ id status startPrice { amountFen } currentPrice { amountFen } closesAt bids(first: 500) { id paddleNo amount { amountFen } } }"
OPEN = f"mutation ($input: OpenAuctionInput!) {{ openAuction(input: $input) {AUCTION} }}"
CLOSE = f"mutation ($input: CloseAuctionInput!) {{ closeAuction(input: $input) {AUCTION} }}"
WITHDRAW = f"mutation ($input: WithdrawAuctionInput!) {{ withdrawAuction(input: $input) {AUCTION} }}"
REGISTER = "mutation ($input: RegisterBidderInput!) { registerBidder(input: $input) { paddleNo deposit { amountFen } releasedAt auction { id } } }"
BID = "mutation ($input: PlaceBidInput!) { placeBid(input: $input) { id paddleNo amount { amountFen } at } }"
WATCH = f"subscription ($id: ID!) {{ auctionBids(auctionId: $id) {AUCTION} }}"
START, STEP, DEPOSIT, RESERVE = 1_000_000, 10_000, 50_000, 1_050_000


class Hall:
    """Core's market at a time that the test tells, and one auction of an hour in it."""

    def __init__(self, path: Path) -> None:
        self.path, self.now, self.calls = path, LETTER_DAY, 0
        self.core: Asker
        self.bidders = column(path, "SELECT uscc FROM organization WHERE kind = 'ENTERPRISE' ORDER BY uscc LIMIT 40")
        sql = "SELECT id FROM listing_record WHERE kind = 'ACHIEVEMENT' AND id NOT IN (SELECT achievement_id FROM deal) AND id NOT IN (SELECT achievement_id FROM auction) ORDER BY id LIMIT 25"
        self.achievements = column(path, sql)
        self.auction = ""

    def clock(self) -> datetime:
        return self.now

    async def send(self, query: str, **given: Any) -> Any:
        """The data of a call under a key of its own, or the code of its refusal."""
        self.calls += 1
        answer = await self.core.answer(query, input={"idempotencyKey": f"h{self.calls}"} | given)
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        return next(iter(answer["data"].values()))

    async def open(self, number: int = 0, **terms: Any) -> Any:
        given = {
            "achievementId": self.achievements[number], "startPriceFen": START, "incrementFen": STEP, "depositFen": DEPOSIT,
            "reservePriceFen": RESERVE, "opensAt": self.now.isoformat(), "closesAt": (self.now + timedelta(hours=1)).isoformat(),
        }  # fmt: skip
        return await self.send(OPEN, **(given | terms))

    async def register(self, bidder: int, auction: str = "", deposit: int = DEPOSIT) -> Any:
        return await self.send(
            REGISTER, auctionId=auction or self.auction, bidderUscc=self.bidders[bidder], depositFen=deposit
        )

    async def bid(self, bidder: int, fen: int, auction: str = "") -> Any:
        return await self.send(BID, auctionId=auction or self.auction, bidderUscc=self.bidders[bidder], amountFen=fen)

    async def close(self, auction: str = "") -> Any:
        return await self.send(CLOSE, auctionId=auction or self.auction)

    def held(self) -> list[str]:
        sql = "SELECT bidder_uscc FROM auction_registration WHERE auction_id = ? AND released_at IS NULL"
        return column(self.path, sql, self.auction)


@pytest.fixture
async def hall(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Hall]:
    url = market_databases.copy("core", tmp_path)
    hall = Hall(tmp_path / "core.db")
    async with open_market("core", url, clock=hall.clock) as hall.core:
        hall.auction = (await hall.open())["id"]
        for bidder in range(3):
            await hall.register(bidder)
        yield hall


def check_chain(path: Path, chain: str) -> list[str]:
    """The kinds of a listing's records, after each was hashed anew."""
    sql = "SELECT height, kind, subject, sha256, previous_sha256, recorded_at FROM evidence WHERE chain = ? ORDER BY height"
    previous, kinds = None, []
    for height, (at, kind, subject, digest, before, moment) in enumerate(rows(path, sql, chain)):
        assert (at, before) == (height, previous)
        previous = record_hash(
            chain=chain, height=height, kind=kind, recorded_at=datetime.fromisoformat(moment).replace(tzinfo=UTC),
            subject=json.loads(subject), previous=before,
        )  # fmt: skip
        assert digest == previous
        kinds.append(kind)
    return kinds


async def test_an_auction_runs_to_its_end_and_is_sold(hall: Hall) -> None:
    """The highest bid wins, the others have their deposits back, and the chain tells all of it."""
    for bidder, fen in ((0, START), (1, START + STEP), (2, RESERVE)):
        made = await hall.bid(bidder, fen)
        assert (made["paddleNo"], made["amount"]) == (bidder + 1, {"amountFen": fen})
    hall.now += timedelta(hours=1)
    closed = await hall.close()
    assert (closed["status"], closed["currentPrice"]) == ("SOLD", {"amountFen": RESERVE})
    assert [bid["amount"]["amountFen"] for bid in closed["bids"]] == [RESERVE, START + STEP, START]
    assert hall.held() == [hall.bidders[2]]
    kinds = check_chain(hall.path, hall.achievements[0])
    assert kinds[-6:] == ["PUBLISHED", *["BID_PLACED"] * 3, "AUCTION_CLOSED", "ACCEPTED"]
    assert await hall.bid(0, 10 * RESERVE) == "AUCTION_OVER"
    assert await hall.close() == "AUCTION_OVER"


@pytest.mark.parametrize("bids", [(), (START,), (START, RESERVE - 1)])
async def test_below_the_reserve_price_nothing_is_sold(hall: Hall, bids: tuple[int, ...]) -> None:
    """Nor without a bid; all deposits go back."""
    for bidder, fen in enumerate(bids):
        assert "id" in await hall.bid(bidder, fen)
    hall.now += timedelta(hours=1)
    assert (await hall.close())["status"] == "UNSOLD"
    assert hall.held() == []


async def test_a_bid_must_be_high_enough(hall: Hall) -> None:
    """The start price at first, then a step above the highest."""
    assert await hall.bid(0, START - 1) == "BID_TOO_LOW"
    assert "id" in await hall.bid(0, START)
    assert await hall.bid(1, START + STEP - 1) == "BID_TOO_LOW"
    assert "id" in await hall.bid(1, START + STEP)


async def test_who_bids_is_registered_with_the_deposit(hall: Hall) -> None:
    """Each under the next paddle, once."""
    assert await hall.bid(3, START) == "NOT_REGISTERED"
    assert await hall.register(3, deposit=DEPOSIT - 1) == "WRONG_DEPOSIT"
    made = await hall.register(3)
    assert made == {
        "paddleNo": 4,
        "deposit": {"amountFen": DEPOSIT},
        "releasedAt": None,
        "auction": {"id": hall.auction},
    }
    assert await hall.register(3) == "ALREADY_REGISTERED"
    wish = {"auctionId": hall.auction, "bidderUscc": "91330113DM6YRNH133", "depositFen": DEPOSIT}
    assert await hall.send(REGISTER, **wish) == "ORGANIZATION_NOT_FOUND"


async def test_a_late_bid_moves_the_end(hall: Hall) -> None:
    """By two minutes at most: whoever wants to answer it can. An early one moves nothing."""
    end = hall.now + timedelta(hours=1)
    hall.now = end - timedelta(minutes=2)
    await hall.bid(0, START)
    assert (await state(hall))["closesAt"] == end.isoformat()
    hall.now = end - timedelta(seconds=1)
    await hall.bid(1, START + STEP)
    later = await state(hall)
    assert later["status"] == "EXTENDED"
    assert datetime.fromisoformat(later["closesAt"]) == hall.now + timedelta(minutes=2)
    hall.now = end
    assert await hall.close() == "AUCTION_STILL_OPEN"
    assert "id" in await hall.bid(0, RESERVE)


async def state(hall: Hall) -> Any:
    query = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Auction {AUCTION} }} }}"
    (found,) = (await hall.core.ask(query, r=[{"__typename": "Auction", "id": hall.auction}]))["_entities"]
    return found


async def test_an_auction_has_its_time(hall: Hall) -> None:
    """No bid before it opens, no hammer before it ends, no withdrawal after a bid."""
    later = (hall.now + timedelta(minutes=1)).isoformat()
    scheduled = await hall.open(1, opensAt=later)
    assert scheduled["status"] == "SCHEDULED"
    await hall.register(0, scheduled["id"])
    assert await hall.bid(0, START, scheduled["id"]) == "AUCTION_NOT_OPEN"
    hall.now += timedelta(minutes=1)
    assert "id" in await hall.bid(0, START, scheduled["id"])
    assert await hall.send(WITHDRAW, auctionId=scheduled["id"]) == "AUCTION_HAS_BIDS"
    assert await hall.close() == "AUCTION_STILL_OPEN"
    assert (await hall.send(WITHDRAW, auctionId=hall.auction))["status"] == "WITHDRAWN"
    assert hall.held() == []


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"achievementId": "330300-A-999999"}, "ACHIEVEMENT_NOT_FOUND"),
        ({"startPriceFen": 0}, "INVALID_AMOUNT"),
        ({"incrementFen": -1}, "INVALID_AMOUNT"),
        ({"closesAt": "2022-06-27T14:00:00+00:00"}, "INVALID_PERIOD"),
        ({}, "ACHIEVEMENT_NOT_FREE"),
    ],
)
async def test_an_auction_that_cannot_be_is_refused_by_name(hall: Hall, terms: dict[str, Any], code: str) -> None:
    """Without a listing, with terms that make no sense, or of what is under the hammer already."""
    assert await hall.open(**terms) == code


async def test_a_traded_achievement_is_not_put_under_the_hammer(hall: Hall) -> None:
    """Its deal is named."""
    (traded,) = column(hall.path, "SELECT achievement_id FROM deal LIMIT 1")
    assert await hall.open(achievementId=traded) == "ACHIEVEMENT_NOT_FREE"


async def test_a_bid_sent_twice_is_one_bid(hall: Hall) -> None:
    """Ten calls under one key, all at once: one bid, and all hear of it; another amount under it is refused."""
    wish = {"auctionId": hall.auction, "bidderUscc": hall.bidders[0], "amountFen": START, "idempotencyKey": "same"}
    answers = await asyncio.gather(*(hall.core.ask(BID, input=wish) for _ in range(10)))
    assert answers == [answers[0]] * 10
    assert await hall.core.codes(BID, input=wish | {"amountFen": START + STEP}) == ["IDEMPOTENCY_KEY_REUSED"]
    assert len((await state(hall))["bids"]) == 1


async def test_those_who_watch_see_each_bid_and_the_end(hall: Hall) -> None:
    """The auction as it is, after each bid, and sold; then nothing more."""
    async with listening(hall.core, WATCH, id=hall.auction) as heard:
        assert (await heard.data())["auctionBids"]["currentPrice"] is None
        for bidder, fen in ((0, START), (1, RESERVE)):
            await hall.bid(bidder, fen)
            assert (await heard.data())["auctionBids"]["currentPrice"] == {"amountFen": fen}
        hall.now += timedelta(hours=1)
        await hall.close()
        assert (await heard.data())["auctionBids"]["status"] == "SOLD"
        assert await heard.next() is None


async def test_contention_bends_nothing(hall: Hall) -> None:
    """Eight auctions, 12 bidders, 480 bids in random order and with retries, all at once: what was accepted is a sequence that rises
    by at least a step, the highest wins, no bid is lost or doubled, deposits add up, and every chain verifies."""
    draw = random.Random(10)
    auctions = [(await hall.open(number))["id"] for number in range(1, 9)]
    for auction in auctions:
        await asyncio.gather(*(hall.register(bidder, auction) for bidder in range(12)))
    calls = [
        {"auctionId": auction, "bidderUscc": hall.bidders[draw.randrange(12)], "amountFen": START + STEP * draw.randrange(80), "idempotencyKey": f"{auction}/{n}"}
        for auction in auctions
        for n in range(60)
    ]  # fmt: skip
    sent = calls + draw.sample(calls, 120)
    draw.shuffle(sent)
    room = asyncio.Semaphore(64)

    async def send(wish: dict[str, Any]) -> tuple[str, str | None]:
        async with room:
            answer = await hall.core.answer(BID, input=wish)
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["code"] == "BID_TOO_LOW"
            return wish["idempotencyKey"], None
        return wish["idempotencyKey"], answer["data"]["placeBid"]["id"]

    found = await asyncio.gather(*(send(wish) for wish in sent))
    accepted = {(key, bid) for key, bid in found if bid}
    assert len({key for key, _ in accepted}) == len(accepted)
    hall.now += timedelta(hours=2)
    for auction in auctions:
        closed = await hall.close(auction)
        stored = rows(hall.path, "SELECT id, amount_fen, paddle_no FROM bid WHERE auction_id = ? ORDER BY id", auction)
        amounts = [amount for _, amount, _ in stored]
        assert {bid for _, bid in accepted if bid.startswith(auction)} == {bid for bid, _, _ in stored}
        assert all(later - earlier >= STEP for earlier, later in pairwise(amounts))
        assert (closed["status"], closed["currentPrice"]["amountFen"]) == ("SOLD", amounts[-1])
        sql = "SELECT paddle_no, deposit_fen FROM auction_registration WHERE auction_id = ? AND released_at IS NULL"
        assert rows(hall.path, sql, auction) == [(stored[-1][2], DEPOSIT)]
        (achievement,) = column(hall.path, "SELECT achievement_id FROM auction WHERE id = ?", auction)
        assert check_chain(hall.path, achievement).count("BID_PLACED") == len(stored)
