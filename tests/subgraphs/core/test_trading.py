"""浙江拍: three ways to a price and one to a contract; who may do what when, and what everything else is refused as."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from subgraphs.kit.actor import AUDIT, BROKER, TRADE
from subgraphs.kit.tokens import Tokens
from tests.subgraphs.asking import open_market
from tests.subgraphs.core.floor import AGREEMENT, DOCUMENT, PRICE, Floor
from tests.subgraphs.core.test_bidding import check_chain
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.listening import listening
from tests.subgraphs.rows import column
from tests.subgraphs.signing import sign, write_keys


@pytest.fixture
async def floor(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Floor]:
    url = market_databases.copy("core", tmp_path)
    floor = Floor(tmp_path / "core.db")
    async with open_market("core", url, clock=floor.clock) as floor.core:
        yield floor


async def test_a_negotiation_goes_to_and_fro_until_it_is_agreed_and_signed(floor: Floor) -> None:
    """The price is the last offer's, both sign one document, and the chain tells all of it."""
    opened = await floor.open(note="含三年技术服务")
    assert (opened["status"], opened["turn"], opened["seller"]) == ("OPEN", "SELLER", {"uscc": floor.seller})
    number, buyer = opened["id"], floor.buyers[0]
    await floor.do("counterOffer", negotiationId=number, organizationUscc=floor.seller, amountFen=3 * PRICE)
    countered = await floor.do("counterOffer", negotiationId=number, organizationUscc=buyer, amountFen=2 * PRICE)
    assert [(each["party"], each["amount"]["amountFen"]) for each in countered["offers"]] == [
        ("BUYER", PRICE),
        ("SELLER", 3 * PRICE),
        ("BUYER", 2 * PRICE),
    ]
    accepted = await floor.do("acceptOffer", negotiationId=number, organizationUscc=floor.seller)
    assert accepted["status"] == "AGREED"
    agreement = accepted["agreement"]["id"]
    half = await floor.sign(agreement, buyer)
    assert (half["status"], half["sellerSignedAt"], half["deal"]) == ("PENDING", None, None)
    assert floor.deals() == []
    whole = await floor.sign(agreement, floor.seller)
    assert (whole["status"], whole["deal"]["amount"]) == ("SIGNED", {"amountFen": 2 * PRICE})
    assert floor.deals() == [("NEGOTIATED", 2 * PRICE, floor.seller, buyer)]
    kinds = check_chain(floor.path, floor.achievement)
    assert kinds[-7:] == [
        "OFFERED",
        "OFFERED",
        "OFFERED",
        "ACCEPTED",
        "SIGNATURE_GIVEN",
        "SIGNATURE_GIVEN",
        "CONTRACT_SIGNED",
    ]
    evidence = await floor.core.ask("query ($r: [_Any!]!) { _entities(representations: $r) { ... on Deal { evidence { kind } } } }",
                                    r=[{"__typename": "Deal", "id": whole["deal"]["id"]}])  # fmt: skip
    assert evidence["_entities"] == [{"evidence": [{"kind": "CONTRACT_SIGNED"}]}]


async def test_each_side_waits_for_its_turn(floor: Floor) -> None:
    """Nobody accepts his own offer, or speaks for others; what is over is over."""
    opened = await floor.open()
    number, buyer, stranger = opened["id"], floor.buyers[0], floor.buyers[1]
    act = {"negotiationId": number}
    assert await floor.do("acceptOffer", **act, organizationUscc=buyer) == "NOT_YOUR_TURN"
    assert await floor.do("counterOffer", **act, organizationUscc=buyer, amountFen=1) == "NOT_YOUR_TURN"
    assert await floor.do("acceptOffer", **act, organizationUscc=stranger) == "NOT_A_PARTY"
    assert await floor.do("counterOffer", **act, organizationUscc=floor.seller, amountFen=0) == "INVALID_AMOUNT"
    assert (await floor.do("endNegotiation", **act, organizationUscc=buyer))["status"] == "ENDED"
    assert await floor.do("acceptOffer", **act, organizationUscc=floor.seller) == "NEGOTIATION_OVER"
    assert await floor.do("endNegotiation", **act, organizationUscc=buyer) == "NEGOTIATION_OVER"
    assert await floor.do("endNegotiation", negotiationId="x", organizationUscc=buyer) == "NEGOTIATION_NOT_FOUND"
    assert check_chain(floor.path, floor.achievement)[-2:] == ["OFFERED", "WITHDRAWN"]


async def test_an_old_offer_cannot_be_accepted_but_countered(floor: Floor) -> None:
    """It stands for fourteen days."""
    act = {"negotiationId": (await floor.open())["id"]}
    floor.now += timedelta(days=14)
    assert await floor.do("acceptOffer", **act, organizationUscc=floor.seller) == "OFFER_EXPIRED"
    await floor.do("counterOffer", **act, organizationUscc=floor.seller, amountFen=PRICE)
    made = await floor.do("acceptOffer", **act, organizationUscc=floor.buyers[0])
    assert made["status"] == "AGREED"


async def test_what_is_wrong_with_a_first_offer_is_named(floor: Floor) -> None:
    """The achievement, the buyer, the broker, the demand, the note."""
    assert await floor.open(achievementId="330300-A-999999") == "ACHIEVEMENT_NOT_FOUND"
    assert await floor.open(achievementId="330300-D-000001") == "ACHIEVEMENT_NOT_FOUND"
    assert await floor.open(buyerUscc=floor.seller) == "OWN_ACHIEVEMENT"
    assert await floor.open(buyerUscc="x") == "ORGANIZATION_NOT_FOUND"
    assert await floor.open(brokerNo="x") == "BROKER_NOT_FOUND"
    assert await floor.open(demandId="330300-D-999999") == "DEMAND_NOT_FOUND"
    assert await floor.open(note=" ") == "INVALID_TEXT"
    (traded,) = column(floor.path, "SELECT achievement_id FROM deal ORDER BY id LIMIT 1")
    assert await floor.open(achievementId=traded) == "ACHIEVEMENT_NOT_FREE"


async def test_a_listed_offer_is_the_first_ones(floor: Floor) -> None:
    """At its price; the others are told that it is gone, also when all come at once."""
    offer = await floor.offer()
    shown = await floor.core.ask("{ listedOffers { id status achievement { id } } }")
    assert shown["listedOffers"] == [{"id": offer["id"], "status": "OPEN", "achievement": {"id": floor.achievement}}]
    came = await asyncio.gather(*(floor.take(offer["id"], buyer, key=f"take-{buyer}") for buyer in range(8)))
    taken = [each for each in came if isinstance(each, dict)]
    assert len(taken) == 1
    assert [each for each in came if isinstance(each, str)] == ["OFFER_OVER"] * 7
    assert (taken[0]["pricingMode"], taken[0]["amount"]) == ("LISTED", {"amountFen": PRICE})
    assert (await floor.core.ask("{ listedOffers { id } }"))["listedOffers"] == []


async def test_a_listed_offer_holds_for_its_time(floor: Floor) -> None:
    """Not before, not after, and not once it was withdrawn; its seller cannot take it."""
    later = (floor.now + timedelta(hours=1)).isoformat()
    offer = (await floor.offer(opensAt=later))["id"]
    assert await floor.take(offer) == "OFFER_NOT_OPEN"
    floor.now += timedelta(hours=1)
    assert await floor.do("takeListedOffer", offerId=offer, buyerUscc=floor.seller) == "OWN_ACHIEVEMENT"
    assert await floor.offer() == "ACHIEVEMENT_NOT_FREE"
    assert await floor.open(1) == "ACHIEVEMENT_NOT_FREE"
    floor.now += timedelta(days=1)
    assert await floor.take(offer) == "OFFER_NOT_OPEN"
    assert (await floor.offer())["status"] == "OPEN"  # what has expired stands in nobody's way
    assert await floor.do("withdrawListedOffer", offerId="x") == "OFFER_NOT_FOUND"


async def test_a_withdrawn_offer_is_over(floor: Floor) -> None:
    """And its achievement is free."""
    offer = (await floor.offer())["id"]
    assert (await floor.do("withdrawListedOffer", offerId=offer))["status"] == "WITHDRAWN"
    assert await floor.take(offer) == "OFFER_OVER"
    assert (await floor.open())["status"] == "OPEN"
    assert await floor.offer(sellerUscc=floor.buyers[0]) == "NOT_THE_OWNER"
    assert await floor.offer(priceFen=0) == "INVALID_AMOUNT"
    assert await floor.offer(closesAt=floor.now.isoformat()) == "INVALID_PERIOD"


async def test_a_sold_auction_is_signed_by_winner_and_owner(floor: Floor) -> None:
    """At the hammer's price; the winner's deposit is held until both have signed."""
    auction, agreement = await floor.sold()
    loser, winner = floor.buyers[:2]
    assert floor.deposits(auction) == {loser: "RELEASED", winner: "HELD"}
    assert await floor.sign(agreement, loser) == "NOT_A_PARTY"
    await floor.sign(agreement, winner)
    assert floor.deposits(auction)[winner] == "HELD"
    signed = await floor.sign(agreement, floor.seller)
    assert (signed["status"], signed["auction"]) == ("SIGNED", {"id": auction})
    assert floor.deposits(auction) == {loser: "RELEASED", winner: "RELEASED"}
    assert floor.deals() == [("AUCTION", PRICE + 1, floor.seller, winner)]
    own = (await floor.core.ask("query ($r: [_Any!]!) { _entities(representations: $r) { ... on Auction { deal { id } } } }",
                                r=[{"__typename": "Auction", "id": auction}]))["_entities"]  # fmt: skip
    assert own == [{"deal": {"id": signed["deal"]["id"]}}]


@pytest.mark.parametrize(
    ("who_signs", "becomes"), [("nobody", "FORFEITED"), ("seller", "FORFEITED"), ("winner", "RELEASED")]
)
async def test_an_unsigned_agreement_lapses_and_settles_the_deposit(floor: Floor, who_signs: str, becomes: str) -> None:
    """A winner who does not sign forfeits it; one who waited for the seller in vain has it back. The achievement is free again."""
    auction, agreement = await floor.sold()
    winner = floor.buyers[1]
    if who_signs != "nobody":
        await floor.sign(agreement, {"seller": floor.seller, "winner": winner}[who_signs])
    assert await floor.do("lapseAgreement", agreementId=agreement) == "STILL_TIME_TO_SIGN"
    floor.now += timedelta(days=30)
    assert await floor.sign(agreement, winner if who_signs == "seller" else floor.seller) == "TOO_LATE_TO_SIGN"
    assert (await floor.do("lapseAgreement", agreementId=agreement))["status"] == "LAPSED"
    assert floor.deposits(auction)[winner] == becomes
    assert await floor.sign(agreement, winner) == "AGREEMENT_OVER"
    assert floor.deals() == []
    assert (await floor.open(2))["status"] == "OPEN"
    assert check_chain(floor.path, floor.achievement)[-2:] == ["AGREEMENT_LAPSED", "OFFERED"]


async def test_a_winner_who_was_not_let_sign_has_the_deposit_back(floor: Floor) -> None:
    """An institution that never approves its service invention costs nobody but itself."""
    auction, agreement = await floor.sold()
    winner = floor.buyers[1]
    floor.change("UPDATE listing_record SET service_invention = 1 WHERE id = ?", floor.achievement)
    assert await floor.sign(agreement, winner) == "NOT_APPROVED"
    floor.now += timedelta(days=30)
    assert (await floor.do("lapseAgreement", agreementId=agreement))["status"] == "LAPSED"
    assert floor.deposits(auction)[winner] == "RELEASED"


async def test_who_no_longer_owns_an_achievement_does_not_sell_it(floor: Floor) -> None:
    """Its city may have told of another owner since the talks began."""
    negotiation = await floor.open()
    floor.change("UPDATE listing_record SET owner_uscc = ? WHERE id = ?", floor.buyers[5], floor.achievement)
    accept = {"negotiationId": negotiation["id"], "organizationUscc": floor.seller}
    assert await floor.do("acceptOffer", **accept) == "NOT_THE_OWNER"


async def test_both_sides_sign_the_same_document_once(floor: Floor) -> None:
    """Its hash is all that the market keeps of it."""
    agreement = await floor.agreed()
    assert await floor.sign(agreement, floor.seller, "AB" * 32) == "INVALID_DOCUMENT"
    await floor.sign(agreement, floor.seller)
    assert await floor.sign(agreement, floor.seller) == "ALREADY_SIGNED"
    assert await floor.sign(agreement, floor.buyers[0], "cd" * 32) == "DOCUMENT_DIFFERS"
    assert (await floor.sign(agreement, floor.buyers[0]))["documentSha256"] == DOCUMENT
    assert await floor.sign("x", floor.seller) == "AGREEMENT_NOT_FOUND"


async def test_what_is_agreed_with_one_cannot_be_agreed_with_another(floor: Floor) -> None:
    """Several may talk; the first who agrees has it, and after the deal nobody else."""
    first, second = [(await floor.open(buyer))["id"] for buyer in (0, 1)]
    accepted = await floor.do("acceptOffer", negotiationId=first, organizationUscc=floor.seller)
    assert await floor.do("acceptOffer", negotiationId=second, organizationUscc=floor.seller) == "ACHIEVEMENT_NOT_FREE"
    for side in (floor.buyers[0], floor.seller):
        await floor.sign(accepted["agreement"]["id"], side)
    assert await floor.do("acceptOffer", negotiationId=second, organizationUscc=floor.seller) == "ACHIEVEMENT_NOT_FREE"
    assert len(floor.deals()) == 1


@pytest.mark.parametrize(
    ("status", "is_cleared"), [("PUBLICITY", False), ("REJECTED", False), ("APPROVED", True), ("RELEASED", True)]
)
async def test_nobody_signs_away_a_service_invention_without_approval(
    floor: Floor, status: str, is_cleared: bool
) -> None:
    """安心屋: the institution's case has to be through; an invention that needs one and has none is not signed either."""
    agreement = await floor.agreed()
    floor.change("UPDATE listing_record SET service_invention = 1 WHERE id = ?", floor.achievement)
    assert await floor.sign(agreement, floor.seller) == "NOT_APPROVED"
    floor.change(
        "INSERT INTO approval_case (id, institution_uscc, achievement_id, status, inventor_share, objections, single_listed)"
        " VALUES ('330100-S-999999', ?, ?, ?, 0.7, 0, 0)",
        floor.seller,
        floor.achievement,
        status,
    )
    signed = await floor.sign(agreement, floor.seller)
    assert (signed == "NOT_APPROVED") is not is_cleared


async def test_payments_are_told_and_never_exceed_the_price(floor: Floor) -> None:
    """In instalments, each a record of evidence of the deal; who listens hears of each."""
    agreement = await floor.agreed()
    await floor.sign(agreement, floor.seller)
    deal = (await floor.sign(agreement, floor.buyers[0]))["deal"]["id"]
    query = "subscription ($id: ID!) { dealUpdates(dealId: $id) { payments { number amount { amountFen } } } }"
    async with listening(floor.core, query, id=deal) as heard:
        assert (await heard.data())["dealUpdates"] == {"payments": []}
        await floor.do("recordPayment", dealId=deal, amountFen=PRICE - 1)
        assert (await heard.data())["dealUpdates"]["payments"] == [{"number": 1, "amount": {"amountFen": PRICE - 1}}]
    assert await floor.do("recordPayment", dealId=deal, amountFen=2) == "PAID_TOO_MUCH"
    paid = await floor.do("recordPayment", dealId=deal, amountFen=1)
    assert [each["amount"]["amountFen"] for each in paid["payments"]] == [PRICE - 1, 1]
    assert await floor.do("recordPayment", dealId="x", amountFen=1) == "DEAL_NOT_FOUND"
    assert check_chain(floor.path, floor.achievement)[-2:] == ["PAYMENT_RECEIVED"] * 2


async def test_the_same_wish_twice_happens_once(floor: Floor) -> None:
    """Whatever it is, and whatever has happened since."""
    opened = await floor.open(key="a")
    assert await floor.open(key="a") == opened
    act = {"negotiationId": opened["id"], "organizationUscc": floor.seller}
    accepted = await floor.do("acceptOffer", key="b", **act)
    agreement = accepted["agreement"]["id"]
    first = await floor.sign(agreement, floor.seller, key="c")
    await floor.sign(agreement, floor.buyers[0], key="d")
    again = await floor.sign(agreement, floor.seller, key="c")
    assert (first["status"], again["status"]) == ("PENDING", "SIGNED")  # done once; shown as it is now
    assert len(floor.deals()) == 1
    assert (await floor.do("acceptOffer", key="b", **act))["agreement"]["id"] == agreement
    assert await floor.open(key="a", amountFen=1) == "IDEMPOTENCY_KEY_REUSED"


async def test_who_trades_has_the_scope_and_the_side(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """A broker opens and takes for others, but neither accepts nor signs; auditors look on."""
    tokens = Tokens.read(write_keys(tmp_path / "keys.json"))
    url, floor = market_databases.copy("core", tmp_path), Floor(tmp_path / "core.db")
    async with open_market("core", url, clock=floor.clock, tokens=tokens) as core:
        (number,) = column(floor.path, "SELECT registration_no FROM broker ORDER BY 1 LIMIT 1")
        seller = core.as_(sign("seller", TRADE, organization=floor.seller))
        buyer = core.as_(sign("buyer", TRADE, organization=floor.buyers[0]))
        rival = core.as_(sign("rival", TRADE, organization=floor.buyers[1]))
        broker, auditor = core.as_(sign("broker", BROKER, broker=number)), core.as_(sign("auditor", AUDIT))
        floor.core = core
        assert await floor.open() == "NOT_SIGNED_IN"
        floor.core = rival
        assert await floor.open() == "NOT_ALLOWED"
        floor.core = broker
        opened = await floor.open(brokerNo=number)
        act = {"negotiationId": opened["id"], "organizationUscc": floor.seller}
        assert await floor.do("acceptOffer", **act) == "NOT_ALLOWED"
        floor.core = seller
        agreement = (await floor.do("acceptOffer", **act))["agreement"]["id"]
        floor.core = buyer
        assert await floor.sign(agreement, floor.seller) == "NOT_ALLOWED"
        assert (await floor.sign(agreement, floor.buyers[0]))["status"] == "PENDING"
        query = f"query ($id: ID!) {{ agreement(id: $id) {AGREEMENT} }}"
        for who, codes in (
            (seller, []),
            (buyer, []),
            (broker, []),
            (auditor, []),
            (rival, ["NOT_ALLOWED"]),
            (core, ["NOT_SIGNED_IN"]),
        ):
            assert await who.codes(query, id=agreement) == codes
