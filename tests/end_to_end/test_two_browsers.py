"""Two people at two browsers, on the gateway's own page, watch the market: both see what a third one does, as he does it."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from gateway.transport.graphiql import Example
from tests.browser.chromium import Tab, browser_tab
from tests.cli.test_demo import Demo
from tests.end_to_end.databases import opened
from tests.end_to_end.subscribing import PATIENCE_SECONDS
from tests.end_to_end.test_live import own_folder, publish, running
from tests.subgraphs.conftest import market_databases

__all__ = ["market_databases", "own_folder", "running"]

ANSWER = "document.querySelector('.graphiql-response').innerText.replaceAll('\\u00a0', ' ')"
RUN = ".graphiql-execute-button"
NEW_DEMANDS = "subscription { newDemands { id title county { name } publisher { name } } }"


async def watch(tab: Tab, address: str, subscription: str) -> None:
    """Open the page with a subscription and start it."""
    await tab.open(f"{address}?{urlencode({'query': subscription})}", width=1280, height=800)
    await tab.wait_for("document.querySelector('.graphiql-query-editor').innerText.includes('subscription')")
    await tab.click(RUN)


async def test_two_browsers_see_a_demand_as_it_is_published(running: Demo, own_folder: Path, tmp_path: Path) -> None:
    """With the names that core knows; a page that does not listen yet sees the next one."""
    with opened(own_folder) as databases:
        row = databases.row(
            "core", "select uscc, name from organization where region_code = '330328' and kind = 'ENTERPRISE'"
        )
    assert row
    async with browser_tab(tmp_path / "one") as one, browser_tab(tmp_path / "other", language="zh-CN") as other:
        for tab in (one, other):
            await watch(tab, running.address, NEW_DEMANDS)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not all([await tab.evaluate(f"{ANSWER}.includes('newDemands')") for tab in (one, other)]):
                await publish(running, row["uscc"])
        made = await publish(running, row["uscc"], title="毛竹防霉剂")
        for tab in (one, other):
            await tab.wait_for(f"{ANSWER}.includes('{made}')")
            shown = "".join((await tab.evaluate(ANSWER)).split())  # long lines are broken
            assert "毛竹防霉剂" in shown
            assert row["name"] in shown
            assert tab.complaints == []
        await one.screenshot(tmp_path / "one.png")


CLOCK = """mutation ($input: PublishDemandInput!) { publishDemand(input: $input) { publishedAt } }"""
OPEN = "mutation ($input: OpenAuctionInput!) { openAuction(input: $input) { id } }"
REGISTER = "mutation ($input: RegisterBidderInput!) { registerBidder(input: $input) { paddleNo } }"
BID = "mutation ($input: PlaceBidInput!) { placeBid(input: $input) { id } }"
CLOSE = "mutation ($input: CloseAuctionInput!) { closeAuction(input: $input) { status } }"
WATCH = """subscription { auctionBids(auctionId: "%s") {
  status closesAt currentPrice { amountFen } achievement { title owner { name } }
} }"""
START, STEP, DEPOSIT = 1_000_000, 10_000, 50_000
SECONDS = (15, 60, 240)
"""How long the auction takes: where the machine is so slow that it ends before its bids, a longer one is held."""


class Hall:
    """An auction through the gateway, and what is called in it."""

    def __init__(self, running: Demo, folder: Path) -> None:
        self.running, self.calls, self.auction = running, 0, ""
        with opened(folder) as databases:
            found = databases.rows(
                "core", "select uscc from organization where kind = 'ENTERPRISE' order by uscc limit 2"
            )
            self.bidders = [row["uscc"] for row in found]
            self.achievements = databases.rows(
                "core",
                "select r.id, r.title from listing_record r where r.kind = 'ACHIEVEMENT' and r.id not in (select achievement_id from deal)"
                " and r.id not in (select achievement_id from auction) order by r.id limit 3",
            )

    async def answer(self, query: str, **given: Any) -> Any:
        self.calls += 1
        variables = {"input": {"idempotencyKey": f"hall-{self.calls}"} | given}
        return await asyncio.to_thread(self.running.ask, Example("", {}, {}, query, json.dumps(variables)))

    async def call(self, query: str, **given: Any) -> bool:
        """Whether it was done; else it came too late, or too early for the hammer."""
        answer = await self.answer(query, auctionId=self.auction, **given)
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= {"AUCTION_OVER", "AUCTION_STILL_OPEN"}, answer
        return not codes

    async def open(self, achievement: str, seconds: int) -> None:
        """An auction of so many seconds by the market's own clock, with both bidders registered."""
        wish = {
            "countyCode": "330328",
            "title": "时刻",
            "summary": "时刻",
            "fieldCode": "0202",
            "publisherUscc": self.bidders[0],
        }
        told = await self.answer(CLOCK, **wish)
        now = datetime.fromisoformat(told["data"]["publishDemand"]["publishedAt"])
        terms = {"startPriceFen": START, "incrementFen": STEP, "depositFen": DEPOSIT, "reservePriceFen": START + STEP}
        span = {"opensAt": now.isoformat(), "closesAt": (now + timedelta(seconds=seconds)).isoformat()}
        opened = await self.answer(OPEN, achievementId=achievement, **terms, **span)
        self.auction = opened["data"]["openAuction"]["id"]
        for bidder in self.bidders:
            await self.call(REGISTER, bidderUscc=bidder, depositFen=DEPOSIT)


async def test_two_browsers_watch_an_auction_to_its_end(running: Demo, own_folder: Path, tmp_path: Path) -> None:
    """Both show each bid as it is placed, with the title and the owner that the city and core know, and the hammer's fall."""
    hall = Hall(running, own_folder)
    async with browser_tab(tmp_path / "one") as one, browser_tab(tmp_path / "other", language="zh-CN") as other:
        for seconds, achievement in zip(SECONDS, hall.achievements, strict=True):
            await hall.open(achievement["id"], seconds)
            if await watch_to_the_end(hall, achievement["title"], one, other):
                break
        else:
            raise AssertionError("no auction was long enough")
        assert [tab.complaints for tab in (one, other)] == [[], []]
        await one.screenshot(tmp_path / "sold.png")


async def watch_to_the_end(hall: Hall, title: str, *tabs: Tab) -> bool:
    """Whether the auction took all its bids in time; then everybody has seen all of it."""
    for tab in tabs:
        await watch(tab, hall.running.address, WATCH % hall.auction)
        await tab.wait_for(f"{ANSWER}.includes('\"status\"')")
    for number, bidder in enumerate((0, 1, 0)):
        price = START + STEP * number
        if not await hall.call(BID, bidderUscc=hall.bidders[bidder], amountFen=price):
            return False
        for tab in tabs:
            await tab.wait_for(f"{ANSWER}.includes('\"amountFen\": {price}')")
    shown = "".join((await tabs[0].evaluate(ANSWER)).split())
    assert "".join(title.split()) in shown
    async with asyncio.timeout(SECONDS[-1] + PATIENCE_SECONDS):
        while not await hall.call(CLOSE):
            pass  # the hammer falls when the time has come, and that is the market's
    for tab in tabs:
        await tab.wait_for(f"{ANSWER}.includes('SOLD')")
    return True
