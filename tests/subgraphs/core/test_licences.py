"""先免费许可、后付费转化: for whom, for how long, with what reports, and how it becomes a deal."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.subgraphs.asking import open_market
from tests.subgraphs.core.floor import DOCUMENT, PRICE, Floor
from tests.subgraphs.core.test_bidding import check_chain
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column

ELIGIBLE = """SELECT uscc FROM organization WHERE kind = 'ENTERPRISE' AND scale IN ('MICRO', 'SMALL')
  AND region_code IN (SELECT region_code FROM mountain_county) AND region_code = '330328' ORDER BY uscc LIMIT 1"""
LARGE = """SELECT uscc FROM organization WHERE kind = 'ENTERPRISE' AND scale NOT IN ('MICRO', 'SMALL') AND region_code = '330328' ORDER BY uscc LIMIT 1"""


class Grange(Floor):
    """An owner, and a small enterprise in the mountains."""

    licence = ""

    async def grant(self, **more: Any) -> Any:
        (licensee,) = column(self.path, ELIGIBLE)
        self.licensee = licensee
        day = self.now.date()
        given = {
            "achievementId": self.achievement, "ownerUscc": self.seller, "licenseeUscc": licensee, "priceFen": PRICE,
            "freeTo": (day + timedelta(days=365)).isoformat(),
        }  # fmt: skip
        made = await self.do("grantFreeLicence", **(given | more))
        if isinstance(made, dict):
            self.licence = made["id"]
        return made

    async def report(self, quarter: str, document: str = DOCUMENT) -> Any:
        return await self.do("reportUsage", licenceId=self.licence, quarter=quarter, documentSha256=document)

    async def step(self, mutation: str) -> Any:
        return await self.do(mutation, licenceId=self.licence)


@pytest.fixture
async def grange(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Grange]:
    url = market_databases.copy("core", tmp_path)
    grange = Grange(tmp_path / "core.db")
    async with open_market("core", url, clock=grange.clock) as grange.core:
        yield grange


async def test_a_licence_is_free_reported_on_and_paid_for_later(grange: Grange) -> None:
    """At the price that was named at first; the licence says into which deal it was converted."""
    granted = await grange.grant()
    assert (granted["licensee"], granted["county"]) == ({"uscc": grange.licensee}, {"code": "330328"})
    assert [each["quarter"] for each in (await grange.report("2022-Q2"))["reports"]] == ["2022-Q2"]
    assert await grange.report("2022-Q2") == "ALREADY_REPORTED"
    agreement = await grange.step("convertLicence")
    assert (agreement["amount"], agreement["conversionMode"]) == ({"amountFen": PRICE}, "LICENCE")
    for side in (grange.seller, grange.licensee):
        signed = await grange.sign(agreement["id"], side)
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on FreeLicence { convertedInto { id } } } }"
    found = await grange.core.ask(query, r=[{"__typename": "FreeLicence", "id": grange.licence}])
    assert found["_entities"] == [{"convertedInto": {"id": signed["deal"]["id"]}}]
    assert await grange.report("2022-Q3") == "LICENCE_OVER"
    assert await grange.step("convertLicence") == "LICENCE_OVER"
    kinds = check_chain(grange.path, grange.achievement)
    assert kinds[-7:] == [
        "LICENCE_GRANTED", "USAGE_REPORTED", "ACCEPTED", "SIGNATURE_GIVEN", "SIGNATURE_GIVEN", "CONTRACT_SIGNED", "LICENCE_CONVERTED",
    ]  # fmt: skip


async def test_licences_are_free_for_small_enterprises_of_the_mountains_alone(grange: Grange) -> None:
    """By the register and the list of counties that holds on the day."""
    for wrong in (column(grange.path, LARGE)[0], grange.buyers[0]):
        assert await grange.grant(licenseeUscc=wrong) == "NOT_ELIGIBLE"
    assert await grange.grant(licenseeUscc="x") == "ORGANIZATION_NOT_FOUND"
    assert await grange.grant(ownerUscc=grange.buyers[0]) == "NOT_THE_OWNER"
    assert await grange.grant(freeTo=grange.now.date().isoformat()) == "INVALID_PERIOD"
    assert await grange.grant(freeTo="2032-01-01") == "INVALID_PERIOD"
    assert await grange.grant(priceFen=0) == "INVALID_AMOUNT"


async def test_a_licence_that_has_run_out_can_be_converted_for_ninety_days(grange: Grange) -> None:
    """But not reported on, nor ended."""
    await grange.grant()
    grange.now += timedelta(days=366)
    assert await grange.report("2023-Q2") == "LICENCE_OVER"
    assert await grange.step("endFreeLicence") == "LICENCE_OVER"
    grange.now += timedelta(days=90)
    assert await grange.step("convertLicence") == "LICENCE_OVER"
    grange.now -= timedelta(days=1)
    assert (await grange.step("convertLicence"))["status"] == "PENDING"


async def test_a_licence_may_be_ended_before_its_time(grange: Grange) -> None:
    """By its licensee; it is over the day after."""
    await grange.grant()
    assert (await grange.step("endFreeLicence"))["endedOn"] == grange.now.date().isoformat()
    grange.now += timedelta(days=1)
    assert await grange.report("2022-Q2") == "LICENCE_OVER"
    grange.licence = "x"
    assert await grange.report("2022-Q2") == "LICENCE_NOT_FOUND"


async def test_what_is_reported_is_a_quarter_and_a_hash(grange: Grange) -> None:
    """Of one licence that names no price nothing can be converted by itself."""
    await grange.grant()
    assert await grange.report("2022") == "INVALID_PERIOD"
    assert await grange.report("2022-Q2", "ab") == "INVALID_DOCUMENT"
    (grange.licence,) = column(
        grange.path, "SELECT id FROM free_licence WHERE price_fen IS NULL AND converted_into IS NULL LIMIT 1"
    )
    assert await grange.step("convertLicence") == "NO_PRICE_NAMED"
