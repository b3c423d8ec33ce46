"""On PostgreSQL, where it is installed, every market answers as it does on SQLite."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from subgraphs.demo.seed import seed_databases
from tests.subgraphs.asking import TABLES, Asker, open_market
from tests.subgraphs.city.test_demand_steps import NUMBERS, check_chain, publish, read, step
from tests.subgraphs.city.test_subscriptions import QUERY as NEW_DEMANDS
from tests.subgraphs.city.test_subscriptions import publish as publish_demand
from tests.subgraphs.core.floor import Floor
from tests.subgraphs.core.test_audit import VERIFY
from tests.subgraphs.core.test_contributions import RECORD, act
from tests.subgraphs.databases import MarketDatabases, show_nothing
from tests.subgraphs.listening import PATIENCE_SECONDS, listening

PAGE = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id publishedAt status } }"
QUESTIONS = [
    ("core", '{ region(code: "330000") { children { code statistics(period: "2021") { dealCount dealAmount { amountFen } } subMarket { __typename name } } } }'),
    ("core", "{ figures { cities mountainCounties visits visitsPerDay enterpriseShare dealAmount { amountFen } deals(pricingMode: AUCTION) programmeListings(programme: LINGYAN) challengeIntendedAmount { amountFen } allianceMembers serviceClasses residentInstitutions } }"),
    ("core", "{ mountainCounties { kind validFrom validTo region { name parent { name } physicalMarkets { id } } } }"),
    ("core", "{ auctions(status: OPEN) { id closesAt currentPrice { amountFen } bids(first: 2) { amount { amountFen } bidder { name } } achievement { title } } }"),
    ("core", "{ deals(first: 30) { id amount { amountFen } signedAt seller { __typename name } buyer { name } broker { name contributionPoints contributions(first: 3) { points at } } evidence { height sha256 } } }"),
    ("core", "{ programmeListings(programme: JIANBING, year: 2022) { number list sourceDemands { id challengeEntries { stage } programmeListing { number } } } }"),
    ("core", "{ challengeEvent(year: 2021) { collectedCount matchedCount signedCount intendedAmount { amountFen } entries(first: 3) { number } } }"),
    ("core", '{ serviceInstitutions(regionCode: "330300", first: 50) { uscc name contributionPoints brokers { name } } }'),
    ("core", '{ _entities(representations: [{__typename: "EvidenceRecord", chain: "330100-A-004769", height: 1}, {__typename: "ProgrammeListing", programme: "LINGYAN", year: 2022, number: 3}, {__typename: "ChallengeEntry", event: {year: 2021}, number: 5}]) { ... on EvidenceRecord { sha256 } ... on ProgrammeListing { title } ... on ChallengeEntry { stage } } }'),
    ("core", '{ _entities(representations: [{__typename: "Demand", id: "330300-D-999999", title: "茶叶加工智能化升级", countyCode: "330326", technicalField: {code: "0201"}}]) { ... on Demand { matches(first: 1) { parts { criterion weight } } } } }'),
    ("city", f"{{ demands(status: OPEN, first: 30) {{ {PAGE} }} }}"),
    ("city", f'{{ achievements(cityCode: "330300", fieldCode: "02", last: 30) {{ {PAGE} }} }}'),
    ("city", f'{{ _entities(representations: [{{__typename: "Region", code: "330000"}}, {{__typename: "Region", code: "330300"}}, {{__typename: "Region", code: "331127"}}]) {{ ... on Region {{ demands(status: OPEN, first: 4) {{ {PAGE} }} achievements(first: 2) {{ {PAGE} }} }} }} }}'),
    ("city", '{ _entities(representations: [{__typename: "MarketStatistics", regionCode: "330300", period: "2022-Q1"}, {__typename: "MarketFigures", regionCode: "330000"}]) { ... on MarketStatistics { achievementCount demandCount openDemandCount } ... on MarketFigures { achievements } } }'),
    ("agriculture", "{ agriculturalAchievements(crop: TEA, first: 10) { id agriculture { crops seasons varietyApprovalNo demonstrationBases { name areaMu } } } }"),
    ("carbon", "{ carbonSectors { code name listings(first: 3) { id } } carbonListings { id } }"),
    ("healthcare", "{ medicalAchievements(regulatoryClass: DEVICE_III, first: 10) { id medical { indication trialBases { uscc departments } clinicalData { subjects } } } }"),
]  # fmt: skip


async def create_databases(url: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for name in TABLES:
            await connection.execute(text(f"CREATE DATABASE market_{name}"))
    await engine.dispose()


@asynccontextmanager
async def on_postgresql(url: str) -> AsyncIterator[dict[str, Asker]]:
    """The five markets over the demo data in five PostgreSQL databases."""
    await create_databases(url)
    urls = {name: url.replace("@/postgres?", f"@/market_{name}?") for name in TABLES}
    await seed_databases(urls, show_nothing)
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(open_market(name, at)) for name, at in urls.items()}


async def test_postgresql_answers_as_sqlite_does(postgresql_url: str, market_databases: MarketDatabases) -> None:
    """Root fields, pages, entities, sums, searches and writes; one test, for the databases take long to fill."""
    async with on_postgresql(postgresql_url) as markets, AsyncExitStack() as stack:
        on_sqlite = {
            name: await stack.enter_async_context(open_market(name, market_databases.url(name))) for name in TABLES
        }
        for name, question in QUESTIONS:
            assert await markets[name].ask(question) == await on_sqlite[name].ask(question), question
        for words in ("抹茶", "matcha", "光伏 组件 hangzhou"):
            assert await hits(markets["core"], words) == await hits(on_sqlite["core"], words) != set()
        await check_wishes_sent_at_once(markets["city"])
        await check_steps_taken_at_once(markets["city"])
        await check_brokers_at_once(markets["core"])
        await check_bent_evidence_is_found(markets["core"], postgresql_url.replace("@/postgres?", "@/market_core?"))
        await check_traders_at_once(markets["core"], market_databases.directory / "core.db")
        other = await stack.enter_async_context(
            open_market("city", postgresql_url.replace("@/postgres?", "@/market_city?"))
        )
        await check_events_reach_other_processes(markets["city"], other)


async def hits(core: Asker, words: str) -> set[str]:
    """What a search finds, in no order: each database has its own idea of which is best."""
    kinds = "... on TechnologyAchievement { id } ... on Demand { id } ... on Enterprise { uscc }"
    answer = await core.ask(f"query ($t: String!) {{ search(text: $t, first: 500) {{ {kinds} }} }}", t=words)
    return {value for hit in answer["search"] for value in hit.values()}


async def check_wishes_sent_at_once(city: Asker) -> None:
    """Ten calls of one key make one demand; ten keys make ten, numbered without a gap."""
    publish = 'mutation ($key: ID!) { publishDemand(input: {countyCode: "330328", title: "竹材防霉", summary: "工艺", fieldCode: "0202", publisherUscc: "91330113DM6YRNH131", idempotencyKey: $key}) { id } }'
    same = await asyncio.gather(*(city.ask(publish, key="one") for _ in range(10)))
    assert len({answer["publishDemand"]["id"] for answer in same}) == 1
    others = await asyncio.gather(*(city.ask(publish, key=f"other {number}") for number in range(10)))
    numbers = sorted(int(answer["publishDemand"]["id"][-6:]) for answer in [*same[:1], *others])
    assert numbers == list(range(numbers[0], numbers[0] + 11))


async def check_steps_taken_at_once(city: Asker) -> None:
    """Of eight matches under as many keys one is made; sent again, it is the same; the records verify."""
    identity = await publish(city, "pg")
    wishes = [step(city, "match", identity, key=f"pg-{number}") for number in range(8)]
    found = await asyncio.gather(*wishes, *(step(city, "match", identity, key="pg-0") for _ in range(4)))
    done = [number for number in range(8) if "errors" not in found[number]]
    assert len(done) == 1
    again = await asyncio.gather(*(step(city, "match", identity, key=f"pg-{done[0]}") for _ in range(4)))
    assert all(answer == found[done[0]] for answer in again)
    assert check_chain(await read(city, identity)) == ["PUBLISHED", "ANSWERED", "MATCHED"]


async def check_brokers_at_once(core: Asker) -> None:
    """Of six brokers who say at once that they refined a demand, one earns the points."""
    brokers = (await core.ask("{ serviceInstitutions(first: 20) { brokers { registrationNo } } }"))[
        "serviceInstitutions"
    ]
    numbers = [broker["registrationNo"] for institution in brokers for broker in institution["brokers"]][:6]
    codes = await asyncio.gather(*(core.codes(RECORD, input=act(number, idempotencyKey=number)) for number in numbers))
    assert sorted(codes) == [[], *([["CONTRIBUTION_TAKEN"]] * (len(numbers) - 1))]


BENDS = [
    ("UPDATE evidence_seal SET previous_root = NULL WHERE root = (SELECT max(sealed_in_root) FROM evidence WHERE chain = :chain)", "SEAL_BROKEN", None),
    ("UPDATE evidence SET subject = '{}' WHERE chain = :chain AND height = 1", "RECORD_CHANGED", 1),
    ("DELETE FROM evidence WHERE chain = :chain AND height = 0", "RECORD_MISSING", 0),
    ("DELETE FROM evidence WHERE chain = :chain AND height = 2", "RECORD_MISSING", 2),
    ("DELETE FROM evidence e USING evidence_head h WHERE e.chain = :chain AND h.chain = e.chain AND e.height = h.height", "RECORD_MISSING", -1),
    ("UPDATE evidence SET height = 7 - height WHERE chain = :chain AND height IN (3, 4)", "LINK_BROKEN", 3),
]  # fmt: skip


async def check_bent_evidence_is_found(core: Asker, url: str) -> None:
    """Changed, removed, reordered and forged by plain SQL, each in a chain of its own; the height -1 is where the chain ended."""
    engine = create_async_engine(url)
    chains = (
        "SELECT chain, max(height) FROM evidence GROUP BY chain HAVING max(height) > 5"
        " AND count(sealed_in_root) > max(height) ORDER BY chain LIMIT 6"
    )
    async with engine.connect() as connection:
        chosen = (await connection.execute(text(chains))).all()
    for (chain, last), (sql, kind, height) in zip(chosen, BENDS, strict=True):
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE evidence DROP CONSTRAINT IF EXISTS pk_evidence"))
            bent = await connection.execute(text(sql), {"chain": chain})
            assert bent.rowcount == (2 if kind == "LINK_BROKEN" else 1)
        fault = (await core.ask(VERIFY, chain=chain))["verifyEvidence"]["fault"]
        where = (None, None) if height is None else (chain, last if height < 0 else height)
        assert (fault["kind"], fault["chain"], fault["height"]) == (kind, *where)
    await engine.dispose()


async def check_traders_at_once(core: Asker, same_data: Path) -> None:
    """Of eight who take a listed offer at once one has it; both sides sign at once, and there is one deal."""
    floor = Floor(same_data)
    floor.core = core
    offer = (await floor.offer())["id"]
    came = await asyncio.gather(*(floor.take(offer, buyer, key=f"pg-{buyer}") for buyer in range(8)))
    assert sorted(each for each in came if isinstance(each, str)) == ["OFFER_OVER"] * 7
    (taken,) = (each for each in came if isinstance(each, dict))
    sides = (taken["buyer"]["uscc"], floor.seller)
    signed = await asyncio.gather(*(floor.sign(taken["id"], side, key=f"pg-{side}") for side in (*sides, *sides)))
    assert all(each["id"] == taken["id"] for each in signed)
    made = (await core.ask("query ($id: ID!) { agreement(id: $id) { status deal { id } } }", id=taken["id"]))[
        "agreement"
    ]
    assert made["status"] == "SIGNED"
    assert await floor.sign(taken["id"], floor.seller) == "AGREEMENT_OVER"


async def check_events_reach_other_processes(one: Asker, other: Asker) -> None:
    """What is published in one process is told in the other, whole; while it listens nothing is lost."""
    async with listening(other, NEW_DEMANDS) as heard:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not heard.waiting:  # it does not say when it listens
                await publish_demand(one, f"warm-{next(NUMBERS)}")
        made = [await publish_demand(one, f"told-{number}") for number in range(20)]
        told: list[str] = []
        while told[-20:] != made:
            told.append((await heard.data())["newDemands"]["id"])
