"""The market's floor, as tests use it: core at a time that the test tells, two sides, and achievements to trade."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.subgraphs.asking import LETTER_DAY, Asker
from tests.subgraphs.rows import column, rows

NEGOTIATION = """{ id status turn amount { amountFen } expiresAt offers { number party amount { amountFen } note }
  seller { uscc } buyer { uscc } broker { registrationNo } agreement { id status } }"""
AGREEMENT = """{ id status pricingMode conversionMode amount { amountFen } seller { uscc } buyer { uscc } signBy documentSha256
  sellerSignedAt buyerSignedAt auction { id } deal { id contractNo amount { amountFen } } }"""
OFFER = "{ id status price { amountFen } closesAt seller { uscc } }"
CASE = "{ id status objections publicityFrom publicityTo inventorShare objectionList { number isUpheld } }"
LICENCE = "{ id freeFrom freeTo endedOn licensee { uscc } county { code } reports { quarter } convertedInto { id } }"
STEPS = ("submitApproval", "publishApproval", "approve", "rejectApproval", "releaseApproval")
MUTATIONS = {
    "openApproval": ("OpenApprovalInput", CASE),
    "objectToApproval": ("ObjectToApprovalInput", CASE),
    "settleObjection": ("SettleObjectionInput", CASE),
    **dict.fromkeys(STEPS, ("ApprovalStepInput", CASE)),
    "grantFreeLicence": ("GrantFreeLicenceInput", LICENCE),
    "reportUsage": ("ReportUsageInput", LICENCE),
    "endFreeLicence": ("LicenceStepInput", LICENCE),
    "convertLicence": ("LicenceStepInput", AGREEMENT),
    "openNegotiation": ("OpenNegotiationInput", NEGOTIATION),
    "counterOffer": ("CounterOfferInput", NEGOTIATION),
    "acceptOffer": ("AcceptOfferInput", NEGOTIATION),
    "endNegotiation": ("EndNegotiationInput", NEGOTIATION),
    "listOffer": ("ListOfferInput", OFFER),
    "takeListedOffer": ("TakeListedOfferInput", AGREEMENT),
    "withdrawListedOffer": ("WithdrawListedOfferInput", OFFER),
    "signAgreement": ("SignAgreementInput", AGREEMENT),
    "lapseAgreement": ("LapseAgreementInput", AGREEMENT),
    "recordPayment": ("RecordPaymentInput", "{ id payments { number amount { amountFen } } }"),
    "openAuction": ("OpenAuctionInput", "{ id status }"),
    "registerBidder": ("RegisterBidderInput", "{ paddleNo }"),
    "placeBid": ("PlaceBidInput", "{ id }"),
    "closeAuction": ("CloseAuctionInput", "{ id status }"),
}
PRICE = 1_000_000
DOCUMENT = "ab" * 32
TRADABLE = """SELECT id, owner_uscc FROM listing_record WHERE kind = 'ACHIEVEMENT' AND service_invention = 0
  AND id NOT IN (SELECT achievement_id FROM deal) AND id NOT IN (SELECT achievement_id FROM auction)
  AND id NOT IN (SELECT achievement_id FROM approval_case) ORDER BY id LIMIT ?"""


class Floor:
    """Where trades are made. Each call has a key of its own; what is refused comes out as its code."""

    def __init__(self, path: Path, tradable: int = 20) -> None:
        self.path, self.now, self.calls = path, LETTER_DAY, 0
        self.core: Asker
        self.achievements = [(str(id_), str(owner)) for id_, owner in rows(path, TRADABLE, tradable)]
        self.achievement, self.seller = self.achievements[0]
        owners = {owner for _, owner in self.achievements}
        companies = column(path, "SELECT uscc FROM organization WHERE kind = 'ENTERPRISE' ORDER BY uscc LIMIT 60")
        self.buyers = [uscc for uscc in companies if uscc not in owners]

    def clock(self) -> datetime:
        return self.now

    async def do(self, mutation: str, key: str = "", **given: Any) -> Any:
        """The data of a mutation, or the code of its refusal."""
        self.calls += 1
        input_type, fields = MUTATIONS[mutation]
        query = f"mutation ($input: {input_type}!) {{ {mutation}(input: $input) {fields} }}"
        answer = await self.core.answer(query, input={"idempotencyKey": key or f"f{self.calls}"} | given)
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        return answer["data"][mutation]

    async def open(self, buyer: int = 0, **more: Any) -> Any:
        given = {
            "achievementId": self.achievement,
            "buyerUscc": self.buyers[buyer],
            "amountFen": PRICE,
            "conversionMode": "LICENCE",
        }
        return await self.do("openNegotiation", **(given | more))

    async def offer(self, **more: Any) -> Any:
        given = {
            "achievementId": self.achievement, "sellerUscc": self.seller, "priceFen": PRICE, "conversionMode": "ASSIGNMENT",
            "opensAt": self.now.isoformat(), "closesAt": (self.now + timedelta(days=1)).isoformat(),
        }  # fmt: skip
        return await self.do("listOffer", **(given | more))

    async def take(self, offer: str, buyer: int = 0, **more: Any) -> Any:
        return await self.do("takeListedOffer", offerId=offer, buyerUscc=self.buyers[buyer], **more)

    async def sign(self, agreement: str, organization: str, document: str = DOCUMENT, **more: Any) -> Any:
        return await self.do(
            "signAgreement", agreementId=agreement, organizationUscc=organization, documentSha256=document, **more
        )

    async def agreed(self, buyer: int = 0) -> str:
        """The number of an agreement that was negotiated, to be signed."""
        negotiation = await self.open(buyer)
        made = await self.do("acceptOffer", negotiationId=negotiation["id"], organizationUscc=self.seller)
        return str(made["agreement"]["id"])

    async def sold(self, price: int = PRICE) -> tuple[str, str]:
        """An auction that the first two buyers took part in and the second won, and its agreement."""
        auction = await self.do(
            "openAuction", achievementId=self.achievement, startPriceFen=price, incrementFen=1, depositFen=5_000,
            opensAt=self.now.isoformat(), closesAt=(self.now + timedelta(hours=1)).isoformat(),
        )  # fmt: skip
        for number, buyer in enumerate(self.buyers[:2]):
            await self.do("registerBidder", auctionId=auction["id"], bidderUscc=buyer, depositFen=5_000)
            await self.do("placeBid", auctionId=auction["id"], bidderUscc=buyer, amountFen=price + number)
        self.now += timedelta(hours=1)
        await self.do("closeAuction", auctionId=auction["id"])
        (agreement,) = column(self.path, "SELECT id FROM agreement WHERE auction_id = ?", auction["id"])
        return auction["id"], agreement

    def change(self, sql: str, *values: str) -> None:
        """Change the database behind the market's back."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql, values)

    def deposits(self, auction: str) -> dict[str, str]:
        """What has become of each bidder's deposit."""
        sql = "SELECT bidder_uscc, released_at, forfeited_at FROM auction_registration WHERE auction_id = ?"
        return {
            bidder: "RELEASED" if released else "FORFEITED" if forfeited else "HELD"
            for bidder, released, forfeited in rows(self.path, sql, auction)
        }

    def deals(self) -> list[tuple[Any, ...]]:
        """The deals of the achievement: mode, amount, seller, buyer."""
        sql = "SELECT pricing_mode, amount_fen, seller_uscc, buyer_uscc FROM deal WHERE achievement_id = ?"
        return rows(self.path, sql, self.achievement)
