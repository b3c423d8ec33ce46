"""Whatever anybody tries in whatever order: no money is made or lost, nothing is sold twice, and every chain verifies."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.subgraphs.asking import open_market
from tests.subgraphs.core.floor import PRICE, Floor
from tests.subgraphs.core.test_bidding import check_chain
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column, rows

DEPOSIT = 5_000
WHO = st.integers(0, 3)
"""The seller, or one of three buyers."""
AMOUNT = st.sampled_from([PRICE - 1, PRICE, PRICE + 7, 2 * PRICE])
STEP = st.one_of(
    st.tuples(st.just("open"), WHO, AMOUNT),
    st.tuples(st.just("counter"), WHO, AMOUNT),
    st.tuples(st.sampled_from(["accept", "end", "take", "withdraw", "sign", "sign_other", "register", "close"]), WHO),
    st.tuples(st.just("lapse"), WHO),
    st.tuples(st.just("offer"), WHO, AMOUNT),
    st.tuples(st.just("auction"), WHO, AMOUNT),
    st.tuples(st.just("bid"), WHO, AMOUNT),
    st.tuples(st.just("pay"), WHO, AMOUNT),
    st.tuples(st.just("again"), WHO),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 15 * 24, 31 * 24])),
)


@pytest.fixture
async def floor(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Floor]:
    url = market_databases.copy("core", tmp_path)
    floor = Floor(tmp_path / "core.db", tradable=200)
    async with open_market("core", url, clock=floor.clock) as floor.core:
        yield floor


class Walk:
    """Random acts of a seller and three buyers over one achievement."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.people = [floor.seller, *floor.buyers[:3]]
        self.last: tuple[str, str, dict[str, Any]] | None = None

    async def act(self, mutation: str, **given: Any) -> None:
        key = f"{self.floor.achievement}-{self.floor.calls}"
        self.last = mutation, key, given
        await self.floor.do(mutation, key=key, **given)

    def newest(self, table: str) -> str:
        found = column(
            self.floor.path,
            f"SELECT id FROM {table} WHERE achievement_id = ? ORDER BY id DESC LIMIT 1",
            self.floor.achievement,
        )
        return found[0] if found else "none"

    async def step(self, kind: str, who: int, amount: int = 0) -> None:  # noqa: C901 - a case for each act
        floor, me = self.floor, self.people[who % 4]
        achievement, until = floor.achievement, (floor.now + timedelta(hours=20)).isoformat()
        match kind:
            case "open":
                await self.act(
                    "openNegotiation",
                    achievementId=achievement,
                    buyerUscc=me,
                    amountFen=amount,
                    conversionMode="LICENCE",
                )
            case "counter":
                await self.act(
                    "counterOffer", negotiationId=self.newest("negotiation"), organizationUscc=me, amountFen=amount
                )
            case "accept" | "end":
                mutation = {"accept": "acceptOffer", "end": "endNegotiation"}[kind]
                await self.act(mutation, negotiationId=self.newest("negotiation"), organizationUscc=me)
            case "offer":
                await self.act("listOffer", achievementId=achievement, sellerUscc=me, priceFen=amount, conversionMode="SERVICE",
                               opensAt=floor.now.isoformat(), closesAt=until)  # fmt: skip
            case "take":
                await self.act("takeListedOffer", offerId=self.newest("listed_offer"), buyerUscc=me)
            case "withdraw":
                await self.act("withdrawListedOffer", offerId=self.newest("listed_offer"))
            case "sign" | "sign_other":
                document = ("ab" if kind == "sign" else "cd") * 32
                await self.act(
                    "signAgreement", agreementId=self.newest("agreement"), organizationUscc=me, documentSha256=document
                )
            case "lapse":
                await self.act("lapseAgreement", agreementId=self.newest("agreement"))
            case "auction":
                await self.act("openAuction", achievementId=achievement, startPriceFen=amount, incrementFen=1, depositFen=DEPOSIT,
                               opensAt=floor.now.isoformat(), closesAt=until)  # fmt: skip
            case "register":
                await self.act("registerBidder", auctionId=self.newest("auction"), bidderUscc=me, depositFen=DEPOSIT)
            case "bid":
                await self.act("placeBid", auctionId=self.newest("auction"), bidderUscc=me, amountFen=amount)
            case "close":
                await self.act("closeAuction", auctionId=self.newest("auction"))
            case "pay":
                await self.act("recordPayment", dealId=self.newest("deal"), amountFen=amount)
            case "again" if self.last is not None:
                mutation, key, given = self.last
                await floor.do(mutation, key=key, **given)
            case "wait":
                floor.now += timedelta(hours=who)

    def check(self) -> None:
        """Nothing is created and nothing lost."""
        path, achievement = self.floor.path, self.floor.achievement
        held = """SELECT r.released_at IS NOT NULL, r.forfeited_at IS NOT NULL, r.deposit_fen, a.status, r.bidder_uscc,
              (SELECT status FROM agreement g WHERE g.auction_id = a.id AND g.buyer_uscc = r.bidder_uscc)
            FROM auction_registration r JOIN auction a ON a.id = r.auction_id WHERE a.achievement_id = ?"""
        for released, forfeited, deposit, status, _bidder, agreed in rows(path, held, achievement):
            assert deposit == DEPOSIT
            assert not (released and forfeited), "a deposit goes one way"
            is_over = status in ("SOLD", "UNSOLD", "WITHDRAWN")
            assert (released or forfeited) == (is_over and agreed != "PENDING"), (status, agreed, released, forfeited)
            assert not forfeited or agreed == "LAPSED"
        pair = "seller_uscc, buyer_uscc, amount_fen, pricing_mode"
        signed = rows(path, f"SELECT {pair} FROM agreement WHERE achievement_id = ? AND status = 'SIGNED'", achievement)
        deals = rows(path, f"SELECT {pair} FROM deal WHERE achievement_id = ?", achievement)
        assert deals == signed
        assert len(deals) <= 1, "it is sold once"
        unsigned = "SELECT COUNT(*) FROM agreement WHERE achievement_id = ? AND status = 'SIGNED' AND (seller_signed_at IS NULL OR buyer_signed_at IS NULL)"
        assert column(path, unsigned, achievement) == [0]
        pending = "SELECT COUNT(*) FROM agreement WHERE achievement_id = ? AND status = 'PENDING'"
        assert column(path, pending, achievement)[0] <= 1 - len(deals)
        paid = "SELECT d.amount_fen - (SELECT COALESCE(SUM(amount_fen), 0) FROM payment p WHERE p.deal_id = d.id) FROM deal d WHERE achievement_id = ?"
        assert all(rest >= 0 for rest in column(path, paid, achievement))
        prices = """SELECT g.amount_fen, g.pricing_mode, (SELECT n.amount_fen FROM negotiation n WHERE n.agreement_id = g.id),
              (SELECT MAX(b.amount_fen) FROM bid b WHERE b.auction_id = g.auction_id),
              (SELECT COUNT(*) FROM listed_offer l WHERE l.achievement_id = g.achievement_id AND l.status = 'TAKEN' AND l.price_fen = g.amount_fen)
            FROM agreement g WHERE achievement_id = ?"""
        for amount, mode, offered, hammer, listed in rows(path, prices, achievement):
            assert {"NEGOTIATED": amount == offered, "AUCTION": amount == hammer, "LISTED": listed > 0}[mode]
        check_chain(path, achievement)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=5, max_size=40))
async def test_money_is_never_made_or_lost(floor: Floor, steps: list[Any]) -> None:
    """By four people, in any order, with retries, and with weeks between."""
    floor.achievement, floor.seller = floor.achievements.pop()
    walk = Walk(floor)
    for step in steps:
        await walk.step(*step)
        walk.check()


@pytest.mark.parametrize("mode", ["negotiated", "listed", "auction"])
async def test_walks_come_to_deals(floor: Floor, mode: str) -> None:
    """Each way through to its end, so that the walks above are known to be able to get there."""
    ways: dict[str, list[Any]] = {
        "negotiated": [("open", 1, PRICE), ("counter", 0, 2 * PRICE), ("accept", 1)],
        "listed": [("offer", 0, PRICE), ("take", 2)],
        "auction": [("auction", 0, PRICE), ("register", 1), ("register", 2), ("bid", 1, PRICE), ("bid", 2, 2 * PRICE), ("wait", 31 * 24), ("close", 0)],
    }  # fmt: skip
    buyer = {"negotiated": 1, "listed": 2, "auction": 2}[mode]
    walk = Walk(floor)
    for step in [*ways[mode], ("sign", 0), ("sign", buyer), ("again", 0), ("pay", 0, PRICE)]:
        await walk.step(*step)
        walk.check()
    assert [deal[0] for deal in floor.deals()] == [mode.upper()]
