"""A storm on core: many bidders, auctions and traders at once over HTTP, every call tried again until it is answered, whatever dies meanwhile.

Servers are processes; they may be killed at any moment and come back on the same port. What came of it is judged by a sequential model: the order
in which each auction's chain has its bids.
"""

import asyncio
import json
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.subgraphs.asking import LETTER_DAY
from tests.subgraphs.core.floor import MUTATIONS, TRADABLE

ROOT: Final = Path(__file__).parents[3]
START, STEP, DEPOSIT = 1_000_000, 10_000, 50_000
BUSY: Final = {"SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR"}
Call = tuple[str, dict[str, Any]]


class Core:
    """A core process on a port of its own, which a signal may end at any moment."""

    def __init__(self, database: str, now: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/graphql"
        self._command = (
            sys.executable,
            "-m",
            "subgraphs.core",
            "--port",
            str(self.port),
            "--database",
            database,
            "--now",
            now,
        )
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(*self._command, cwd=ROOT, env=os.environ)
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                assert self.process.returncode is None, "core did not start"
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@dataclass
class Storm:
    """What was sent, what was answered, and how long that took."""

    database: str
    cores: list[Core]
    http: ClientSession
    achievements: list[tuple[str, str]]
    bidders: list[str]
    answers: dict[str, Any] = field(default_factory=dict)
    """By key: the data, or the code of the refusal."""
    seconds: list[float] = field(default_factory=list)

    async def call(self, key: str, mutation: str, given: dict[str, Any]) -> Any:
        """Call until there is an answer; a second answer under the same key must say the same thing's number."""
        input_type, fields = MUTATIONS[mutation]
        query = f"mutation ($input: {input_type}!) {{ {mutation}(input: $input) {fields} }}"
        body = {"query": query, "variables": {"input": {"idempotencyKey": key} | given}}
        began = perf_counter()
        while True:
            core = random.choice(self.cores)
            try:
                async with self.http.post(core.url, json=body) as response:
                    answer = await response.json()
            except (ClientError, TimeoutError):
                await asyncio.sleep(0.02)
                continue
            if answer.get("errors"):
                found = answer["errors"][0]["extensions"]["code"]
                if found in BUSY:
                    await asyncio.sleep(0.02)
                    continue
            else:
                found = answer["data"][mutation]
            break
        self.seconds.append(perf_counter() - began)
        before = self.answers.setdefault(key, found)
        assert same_thing(before, found), (key, before, found)
        return found

    async def all(self, calls: Sequence[tuple[str, Call]], at_once: int) -> None:
        """Make calls, so many at once."""
        room = asyncio.Semaphore(at_once)

        async def make(key: str, call: Call) -> None:
            async with room:
                await self.call(key, *call)

        async with asyncio.TaskGroup() as group:
            for key, call in calls:
                group.create_task(make(key, call))

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        engine = create_async_engine(self.database)
        async with engine.connect() as connection:
            found = (await connection.execute(text(sql), values)).all()
        await engine.dispose()
        return [tuple(row) for row in found]

    async def verify(self, **what: str) -> Any:
        """The fault of a chain or a deal, as core sees it."""
        query = (
            "query ($dealId: ID, $chain: ID) { verifyEvidence(dealId: $dealId, chain: $chain) { fault { message } } }"
        )
        async with self.http.post(self.cores[0].url, json={"query": query, "variables": what}) as response:
            return (await response.json())["data"]["verifyEvidence"]["fault"]


def same_thing(before: Any, after: Any) -> bool:
    """Whether two answers under one key tell of one thing; a refusal may become another once things have moved on."""
    if isinstance(before, dict) and isinstance(after, dict):
        return bool(before.get("id") == after.get("id") and before.get("paddleNo") == after.get("paddleNo"))
    return isinstance(before, str) and isinstance(after, str)


@asynccontextmanager
async def storm_on(database: str, *, processes: int) -> AsyncIterator[Storm]:
    """Core's processes over a database, and somebody who calls them."""
    now = LETTER_DAY.strftime("%Y-%m-%dT%H:%M:%S%z")
    cores = [Core(database, now) for _ in range(processes)]
    for core in cores:
        await core.start()
    timeout = ClientTimeout(total=60)
    async with ClientSession(timeout=timeout, connector=TCPConnector(limit=0, force_close=False)) as http:
        storm = Storm(database, cores, http, [], [])
        tradable = TRADABLE.replace("= 0", "= :no").replace("?", ":most")
        storm.achievements = await storm.rows(tradable, no=False, most=60)
        companies = "SELECT uscc FROM organization WHERE kind = 'ENTERPRISE' ORDER BY uscc LIMIT 300"
        owners = {owner for _, owner in storm.achievements}
        storm.bidders = [uscc for (uscc,) in await storm.rows(companies) if uscc not in owners]
        try:
            yield storm
        finally:
            for core in cores:
                await core.kill()


async def open_auctions(storm: Storm, auctions: int, bidders: int) -> list[str]:
    """Auctions for a day, each bidder registered for all of them."""
    closes = (LETTER_DAY + timedelta(days=1)).isoformat()
    terms = {
        "startPriceFen": START,
        "incrementFen": STEP,
        "depositFen": DEPOSIT,
        "opensAt": LETTER_DAY.isoformat(),
        "closesAt": closes,
    }
    chosen = storm.achievements[:auctions]
    calls = [(f"open-{n}", ("openAuction", terms | {"achievementId": id_})) for n, (id_, _) in enumerate(chosen)]
    await storm.all(calls, 8)
    names = [str(storm.answers[f"open-{n}"]["id"]) for n in range(auctions)]
    register = [
        (
            f"{auction}-{n}",
            ("registerBidder", {"auctionId": auction, "bidderUscc": storm.bidders[n], "depositFen": DEPOSIT}),
        )
        for auction in names
        for n in range(bidders)
    ]
    await storm.all(register, 32)
    storm.seconds.clear()
    return names


def make_bids(
    storm: Storm, auctions: Sequence[str], bidders: int, bids: int, draw: random.Random
) -> list[tuple[str, Call]]:
    """Bids of random bidders on random auctions, rising on the whole, a fifth of them sent twice; in random order within a window."""
    calls: list[tuple[str, Call]] = []
    for number in range(bids):
        amount = START + STEP * draw.randrange(number // len(auctions) + 20)
        wish = {
            "auctionId": draw.choice(list(auctions)),
            "bidderUscc": storm.bidders[draw.randrange(bidders)],
            "amountFen": amount,
        }
        calls += [(f"bid-{number}", ("placeBid", wish))] * (2 if draw.random() < 0.2 else 1)
    order = sorted(range(len(calls)), key=lambda at: at + draw.randrange(200))
    return [calls[at] for at in order]


async def check_auctions(storm: Storm, auctions: Sequence[str], calls: Sequence[tuple[str, Call]]) -> int:
    """Every auction is what a sequential model says; gives the number of bids that counted."""
    acknowledged = {
        answer["id"] for key, answer in storm.answers.items() if key.startswith("bid-") and isinstance(answer, dict)
    }
    counted = 0
    for auction in auctions:
        ((achievement, price, deposits),) = await storm.rows(
            "SELECT achievement_id, current_price_fen, (SELECT SUM(deposit_fen) FROM auction_registration r WHERE r.auction_id = a.id"
            " AND released_at IS NULL AND forfeited_at IS NULL) FROM auction a WHERE id = :id",
            id=auction,
        )  # fmt: skip
        stored = await storm.rows(
            "SELECT id, amount_fen, paddle_no FROM bid WHERE auction_id = :id ORDER BY amount_fen", id=auction
        )
        chain = await storm.rows(
            "SELECT subject FROM evidence WHERE chain = :chain AND kind = 'BID_PLACED' ORDER BY height",
            chain=achievement,
        )
        told = [read(subject) for (subject,) in chain if read(subject)["auction"] == auction]
        model = None
        for record in told:  # the order in which they were taken
            least = START if model is None else model + STEP
            assert record["amountFen"] >= least, (auction, record, least)
            model = record["amountFen"]
        assert [(each["amountFen"], each["paddleNo"]) for each in told] == [
            (amount, paddle) for _, amount, paddle in stored
        ]
        assert price == model
        assert {bid for bid in acknowledged if bid.startswith(f"{auction}-")} == {bid for bid, _, _ in stored}
        wishes = [given["amountFen"] for _, (_, given) in calls if given["auctionId"] == auction]
        assert not wishes or (model is not None and max(wishes) < model + STEP), (
            "the highest bid cannot have been refused"
        )
        paid = sum(1 for key in storm.answers if key.startswith(f"{auction}-"))
        assert deposits == paid * DEPOSIT
        assert await storm.verify(chain=achievement) is None
        counted += len(stored)
    assert counted == len(acknowledged)
    return counted


def read(subject: Any) -> Any:
    """A subject as the database gives it: text in SQLite, a value in PostgreSQL."""
    return json.loads(subject) if isinstance(subject, str) else subject


async def trade(storm: Storm, number: int) -> None:
    """From a first offer to both signatures, each call until it is answered."""
    achievement, seller = storm.achievements[-1 - number]
    buyer = storm.bidders[number]
    name = f"trade-{number}"
    offer = {"achievementId": achievement, "buyerUscc": buyer, "amountFen": START, "conversionMode": "LICENCE"}
    opened = await storm.call(f"{name}-open", "openNegotiation", offer)
    act = {"negotiationId": opened["id"], "organizationUscc": seller}
    agreed = (await storm.call(f"{name}-accept", "acceptOffer", act))["agreement"]["id"]
    signs = [{"agreementId": agreed, "organizationUscc": side, "documentSha256": "ab" * 32} for side in (seller, buyer)]
    await asyncio.gather(*(storm.call(f"{name}-sign-{n}", "signAgreement", given) for n, given in enumerate(signs)))


async def check_trades(storm: Storm, count: int) -> None:
    """Whoever was answered has a deal, one, signed by both; nothing is half signed."""
    signed = await storm.rows(
        "SELECT achievement_id, deal_id, seller_signed_at, buyer_signed_at, status FROM agreement"
    )
    assert len(signed) == count
    for achievement, deal, seller, buyer, status in signed:
        assert seller
        assert buyer
        assert status == "SIGNED"
        found = await storm.rows("SELECT id FROM deal WHERE achievement_id = :id", id=achievement)
        assert found == [(deal,)]
        assert await storm.verify(dealId=deal) is None
