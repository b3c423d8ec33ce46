"""Core's root fields give what SQL gives."""

from pathlib import Path

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows


async def test_the_province_has_its_cities_with_their_statistics(core: Asker, database: Path) -> None:
    """The home page's part of core: children in the order of their codes, deals counted by city and year."""
    query = '{ region(code: "330000") { name nameEn level children { code name statistics(period: "2021") { dealCount dealAmount { amountFen } } } } }'
    province = (await core.ask(query))["region"]
    sql = "SELECT r.code, r.name, count(d.id), coalesce(sum(d.amount_fen), 0) FROM region r LEFT JOIN deal d ON d.region_code = r.code AND d.signed_at BETWEEN '2020-12-31 16' AND '2021-12-31 16' WHERE r.level = 'CITY' GROUP BY 1 ORDER BY 1"
    found = [
        (c["code"], c["name"], c["statistics"]["dealCount"], c["statistics"]["dealAmount"]["amountFen"])
        for c in province["children"]
    ]
    assert found == rows(database, sql)
    assert len(core.statements) == 4


async def test_the_province_counts_all_cities_and_a_county_none(core: Asker, database: Path) -> None:
    """330000 is the sum; a county has no statistics of deals."""
    found = await core.ask(
        '{ all: region(code: "330000") { statistics(period: "ALL") { dealCount dealAmount { amountFen } } } county: region(code: "331127") { statistics(period: "ALL") { dealCount } } }'
    )
    assert found["all"]["statistics"] == {"dealCount": 1304, "dealAmount": {"amountFen": 49_500_000_000}}
    assert found["county"]["statistics"] is None


@pytest.mark.parametrize("period", ["2022-00", "2022-Q5", "22", "", "2022-6", "last year"])
async def test_a_period_that_is_none_is_refused(core: Asker, period: str) -> None:
    """By name, with how to write one."""
    query = 'query ($p: ID!) { region(code: "330000") { statistics(period: $p) { dealCount } } }'
    assert await core.codes(query, p=period) == ["INVALID_PERIOD"]


async def test_regions_of_a_level_come_with_all_they_have(core: Asker, database: Path) -> None:
    """Ninety counties with parents, sub-markets and physical markets in a fixed number of statements."""
    query = "{ regions(level: COUNTY) { code parent { name } subMarket { __typename id name operator { name } ... on CountySubMarket { region { code } city { id region { code } } } } physicalMarkets { id region { code } } mountainCounty { kind } } }"
    counties = (await core.ask(query))["regions"]
    assert [county["code"] for county in counties] == column(
        database, "SELECT code FROM region WHERE level = 'COUNTY' ORDER BY code"
    )
    assert all(
        c["subMarket"]["region"]["code"] == c["code"]
        and c["subMarket"]["city"]["region"]["code"] == c["code"][:4] + "00"
        for c in counties
    )
    assert sum(len(c["physicalMarkets"]) for c in counties) == 59
    assert sum(c["mountainCounty"] is not None for c in counties) == 26
    assert len(core.statements) <= 9


async def test_mountain_counties_are_those_of_the_day(core: Asker) -> None:
    """26 on the day of the letter, which is today here; 25 since three left and two came in August 2024."""
    query = '{ today: mountainCounties { region { code } kind validFrom validTo } letter: mountainCounties(on: "2022-06-27") { region { code } kind validFrom validTo } last: mountainCounties(on: "2024-08-20") { region { code } } next: mountainCounties(on: "2024-08-21") { region { code } } }'
    found = await core.ask(query)
    assert found["today"] == found["letter"]
    assert [len(found[name]) for name in ("letter", "last", "next")] == [26, 26, 25]


async def test_service_institutions_by_class_and_region(core: Asker, database: Path) -> None:
    """A region takes in those of the regions in it."""
    query = '{ all: serviceInstitutions(first: 500) { uscc } testing: serviceInstitutions(serviceClass: INSPECTION_AND_TESTING, first: 10) { uscc name region { name } serviceClass brokers { name registrationNo } contributionPoints } city: serviceInstitutions(regionCode: "330300", first: 500) { uscc } county: serviceInstitutions(regionCode: "330302", first: 500) { uscc } odd: serviceInstitutions(regionCode: "%") { uscc } }'
    found = await core.ask(query)
    kind = "SELECT uscc FROM organization WHERE kind = 'SERVICE_INSTITUTION'"
    codes = {name: [each["uscc"] for each in institutions] for name, institutions in found.items()}
    assert codes["all"] == column(database, f"{kind} ORDER BY uscc")
    assert codes["testing"] == column(
        database, f"{kind} AND service_class = 'INSPECTION_AND_TESTING' ORDER BY uscc LIMIT 10"
    )
    assert codes["city"] == column(database, f"{kind} AND region_code LIKE '3303%' ORDER BY uscc")
    assert codes["county"] == column(database, f"{kind} AND region_code = '330302' ORDER BY uscc")
    assert codes["odd"] == []
    for institution in found["testing"]:
        sql = "SELECT coalesce(sum(c.points), 0) FROM broker b JOIN contribution c USING (registration_no) WHERE b.institution_uscc = ?"
        assert institution["contributionPoints"] == column(database, sql, institution["uscc"])[0]
        assert [b["registrationNo"] for b in institution["brokers"]] == column(
            database, "SELECT registration_no FROM broker WHERE institution_uscc = ? ORDER BY 1", institution["uscc"]
        )


async def test_a_broker_with_the_ledger(core: Asker, database: Path) -> None:
    """The desk's part of core: points are the sum of the ledger, entries the newest first."""
    (number,) = column(database, "SELECT registration_no FROM contribution GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    query = 'query ($no: ID!) { broker(registrationNo: $no) { name level phone contributionPoints institution { name serviceClass } contributions(first: 10) { points reason at demand { id evidence { kind } } deal { contractNo achievement { title } buyer { name } } } } none: broker(registrationNo: "x") { name } }'
    found = await core.ask(query, no=number)
    sql = "SELECT points, reason FROM contribution WHERE registration_no = ? ORDER BY at DESC, id LIMIT 10"
    assert [(e["points"], e["reason"]) for e in found["broker"]["contributions"]] == rows(database, sql, number)
    assert (
        found["broker"]["contributionPoints"]
        == column(database, "SELECT sum(points) FROM contribution WHERE registration_no = ?", number)[0]
    )
    assert found["none"] is None


async def test_a_deal_by_either_number(core: Asker, database: Path) -> None:
    """By id, by contract, by both if they belong together; by neither is a named refusal."""
    (identity, contract), (_, other) = rows(database, "SELECT id, contract_no FROM deal LIMIT 2")
    query = "query ($id: ID, $no: ID) { deal(id: $id, contractNo: $no) { id contractNo } }"
    expected = {"deal": {"id": identity, "contractNo": contract}}
    assert await core.ask(query, id=identity) == expected
    assert await core.ask(query, no=contract) == expected
    assert await core.ask(query, id=identity, no=contract) == expected
    assert await core.ask(query, id=identity, no=other) == {"deal": None}
    assert await core.ask(query, id="x") == {"deal": None}
    assert await core.codes(query) == ["MISSING_ARGUMENT"]


async def test_deals_come_newest_first(core: Asker, database: Path) -> None:
    """All, or of one way of pricing, with seller, buyer, broker and auction."""
    found = await core.ask(
        "{ all: deals(first: 500) { id } auctioned: deals(pricingMode: AUCTION, first: 5) { id riskNote seller { name } buyer { uscc } auction { id deal { id } } achievement { id title } demand { id } evidence { chain kind } } }"
    )
    assert [deal["id"] for deal in found["all"]] == column(
        database, "SELECT id FROM deal ORDER BY signed_at DESC, id LIMIT 500"
    )
    sql = "SELECT d.id, d.auction_id, l.id, l.title FROM deal d JOIN listing_record l ON l.id = d.achievement_id WHERE pricing_mode = 'AUCTION' ORDER BY signed_at DESC, d.id LIMIT 5"
    assert [
        (d["id"], d["auction"]["id"], d["achievement"]["id"], d["achievement"]["title"]) for d in found["auctioned"]
    ] == rows(database, sql)
    assert all(d["auction"]["deal"]["id"] == d["id"] for d in found["auctioned"])


async def test_the_auction_hall(core: Asker, database: Path) -> None:
    """Open auctions by when they close, each with its highest bids and the title that core provides."""
    query = "{ auctions(status: OPEN, first: 20) { id currentPrice { amountFen } reservePrice { amountFen } closesAt bids(first: 2) { paddleNo amount { amountFen } bidder { name } } achievement { title } } }"
    found = (await core.ask(query))["auctions"]
    sql = "SELECT a.id, a.current_price_fen, l.title FROM auction a JOIN listing_record l ON l.id = a.achievement_id WHERE status = 'OPEN' ORDER BY closes_at, a.id LIMIT 20"
    assert [(a["id"], (a["currentPrice"] or {}).get("amountFen"), a["achievement"]["title"]) for a in found] == rows(
        database, sql
    )
    for auction in found:
        bids = column(
            database, "SELECT amount_fen FROM bid WHERE auction_id = ? ORDER BY amount_fen DESC LIMIT 2", auction["id"]
        )
        assert [bid["amount"]["amountFen"] for bid in auction["bids"]] == bids


async def test_a_programmes_list_leads_back_to_its_demands(core: Asker, database: Path) -> None:
    """By number, each with the demands it was distilled from in their order, and these lead to it again."""
    query = "{ programmeListings(programme: JIANBING, year: 2022, first: 50) { programme year number title organisationMode list sourceDemands { id programmeListing { number } challengeEntries { stage } } } }"
    found = (await core.ask(query))["programmeListings"]
    assert [item["number"] for item in found] == list(range(1, 51))
    sql = "SELECT number, demand_id FROM programme_listing_source WHERE programme = 'JIANBING' AND number <= 50 ORDER BY number, position"
    assert [(item["number"], demand["id"]) for item in found for demand in item["sourceDemands"]] == rows(database, sql)
    assert all(d["programmeListing"]["number"] == item["number"] for item in found for d in item["sourceDemands"])
    assert len(core.statements) == 4


async def test_the_challenge_counts_its_entries(core: Asker) -> None:
    """380 collected, 185 matched, 22 signed, 75 658 000 yuan; another year has none."""
    query = "{ challengeEvent(year: 2021) { name collectedCount matchedCount signedCount intendedAmount { amountFen } entries(first: 500) { number event { year } demand { id } stage intendedAmount { amountFen } } } none: challengeEvent(year: 1999) { name } }"
    found = await core.ask(query)
    event = found["challengeEvent"]
    assert (event["collectedCount"], event["matchedCount"], event["signedCount"]) == (380, 185, 22)
    assert event["intendedAmount"] == {"amountFen": 7_565_800_000}
    assert [entry["number"] for entry in event["entries"]] == list(range(1, 381))
    assert sum(entry["intendedAmount"] is not None for entry in event["entries"]) == 22
    assert found["none"] is None


async def test_an_organisation_is_of_its_kind(core: Asker, database: Path) -> None:
    """One of each kind, by its code, with the fields of its kind; null for no such code."""
    names = {"ENTERPRISE": "Enterprise", "UNIVERSITY": "University", "RESEARCH_INSTITUTE": "ResearchInstitute", "HOSPITAL": "Hospital", "GOVERNMENT_DEPARTMENT": "GovernmentDepartment", "SERVICE_INSTITUTION": "ServiceInstitution"}  # fmt: skip
    query = "query ($u: ID!) { organization(uscc: $u) { __typename uscc name resident region { code } ... on Enterprise { scale highTech } ... on University { alliance { kind joinedOn organization { uscc } } } ... on Hospital { grade } } }"
    kinds = rows(database, "SELECT kind, min(uscc) FROM organization GROUP BY 1")
    assert {kind for kind, _ in kinds} == set(names)
    for kind, uscc in kinds:
        found = (await core.ask(query, u=uscc))["organization"]
        assert (found["__typename"], found["uscc"]) == (names[kind], uscc)
    assert await core.ask(query, u="x") == {"organization": None}


@pytest.mark.parametrize(
    ("words", "tokens"),
    [("茶叶", {"茶叶"}), ("tea", {"tea"}), ("光伏 组件", {"光伏", "组件"}), ("CARBON", {"carbon"}), ("Hangzhou 医疗", {"hangzhou", "医疗"})],
)  # fmt: skip
async def test_a_search_finds_words_of_both_languages(
    core: Asker, database: Path, words: str, tokens: set[str]
) -> None:
    """What is found holds all the words, and as many are found as there are, or as were asked for."""
    fields = "__typename ... on TechnologyAchievement { key: id } ... on Demand { key: id } ... on Enterprise { key: uscc } ... on University { key: uscc } ... on ResearchInstitute { key: uscc } ... on ServiceInstitution { key: uscc }"
    found = (await core.ask(f"query ($t: String!) {{ search(text: $t, first: 30) {{ {fields} }} }}", t=words))["search"]
    entries = {
        (kind, key): set(text.split())
        for kind, key, text in rows(database, "SELECT kind, key, tokens FROM search_entry")
    }
    holding = {entry for entry, held in entries.items() if tokens <= held}
    assert len(found) == min(30, len(holding)) > 0
    assert {(hit["__typename"], hit["key"]) for hit in found} <= holding


async def test_a_search_for_an_organisation_gives_its_kind(core: Asker, database: Path) -> None:
    """By its name, and by its code."""
    uscc, name = rows(database, "SELECT uscc, name FROM organization WHERE kind = 'UNIVERSITY' LIMIT 1")[0]
    query = "query ($t: String!) { search(text: $t) { __typename ... on University { uscc name } } }"
    for words in (name, uscc):
        assert {"__typename": "University", "uscc": uscc, "name": name} in (await core.ask(query, t=words))["search"]


@pytest.mark.parametrize("words", ["", "  ", "!?。", '" OR 1=1 --', "没有这样的东西啊啊"])
async def test_a_search_for_nothing_finds_nothing(core: Asker, words: str) -> None:
    """No words, or words that nothing holds, are no error."""
    assert await core.ask("query ($t: String!) { search(text: $t) { __typename } }", t=words) == {"search": []}


async def test_a_list_that_is_too_long_is_refused(core: Asker) -> None:
    """Every ``first`` is bounded, at the root and below it."""
    assert await core.codes("{ deals(first: 501) { id } }") == ["INVALID_PAGE_SIZE"]
    assert await core.codes('{ search(text: "x", first: -1) { __typename } }') == ["INVALID_PAGE_SIZE"]
    assert await core.codes("{ challengeEvent(year: 2021) { entries(first: 501) { number } } }") == [
        "INVALID_PAGE_SIZE"
    ]
