"""What cities tell core of their listings: found, proposed and traded from then on."""

from pathlib import Path
from typing import Any

from subgraphs.kit.actor import OPERATE, PUBLISH, RECORD
from subgraphs.kit.tokens import Tokens
from tests.subgraphs.asking import Asker, open_market
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.signing import sign, write_keys

TELL = "mutation ($input: RecordListingsInput!) { recordListings(input: $input) }"
SEARCH = (
    "query ($text: String!) { search(text: $text) { ... on TechnologyAchievement { id title } ... on Demand { id } } }"
)
NEW = {
    "number": 7,
    "id": "330300-A-900001",
    "title": "深海贻贝采收机",
    "summary": "延绳养殖的自动采收。",
    "countyCode": "330324",
    "fieldCode": "0202",
    "ownerUscc": "91330113DM6YRNH131",
    "maturityLevel": 6,
    "serviceInvention": True,
}
DEMAND = {key: value for key, value in NEW.items() if key not in {"maturityLevel", "serviceInvention"}}


def told(*listings: dict[str, Any], key: str = "k") -> dict[str, Any]:
    return {"listings": list(listings), "idempotencyKey": key}


async def found(core: Asker, text: str) -> list[dict[str, Any]]:
    return list((await core.ask(SEARCH, text=text))["search"])


async def test_a_listing_is_found_as_soon_as_core_is_told(own_core: Asker) -> None:
    """By its title, its summary, its county and its city; as what its id says it is."""
    assert await found(own_core, "贻贝") == []
    assert (await own_core.ask(TELL, input=told(NEW, DEMAND | {"id": "330300-D-900001"})))["recordListings"] == 2
    wanted = [{"id": "330300-A-900001", "title": "深海贻贝采收机"}, {"id": "330300-D-900001"}]
    for text in ("贻贝采收", "延绳", "贻贝 永嘉县", "贻贝 Wenzhou"):
        assert sorted(await found(own_core, text), key=lambda hit: hit["id"]) == wanted, text


async def test_newer_news_counts_in_whatever_order_it_comes(own_core: Asker) -> None:
    """News that comes again, or late, changes nothing."""
    newer, older = NEW | {"number": 9, "title": "贻贝采收机二型"}, NEW | {"number": 8, "title": "贻贝旧名"}
    assert (await own_core.ask(TELL, input=told(NEW, newer)))["recordListings"] == 2
    assert (await own_core.ask(TELL, input=told(older, newer, key="k2")))["recordListings"] == 0
    assert await found(own_core, "贻贝") == [{"id": NEW["id"], "title": "贻贝采收机二型"}]
    assert await found(own_core, "旧名") == []


async def test_news_of_what_is_no_listing_is_refused_whole(own_core: Asker) -> None:
    """Nothing of it is taken."""
    assert await own_core.codes(TELL, input=told(NEW, NEW | {"id": "330300-X-1"})) == ["INVALID_LISTING"]
    assert await found(own_core, "贻贝") == []


async def test_only_cities_servers_tell(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """And the operator, who may do everything."""
    tokens = Tokens.read(write_keys(tmp_path / "keys.json"))
    async with open_market("core", market_databases.copy("core", tmp_path), tokens=tokens) as core:
        assert await core.codes(TELL, input=told(NEW)) == ["NOT_SIGNED_IN"]
        assert await core.as_(sign("company", PUBLISH)).codes(TELL, input=told(NEW)) == ["NOT_ALLOWED"]
        for name, scope in (("city", RECORD), ("operator", OPERATE)):
            assert await core.as_(sign(name, scope)).codes(TELL, input=told(NEW, key=name)) == []


async def test_what_was_told_is_proposed_for_demands(own_core: Asker) -> None:
    """With its maturity and its county."""
    await own_core.ask(TELL, input=told(NEW))
    asked = {"__typename": "Demand", "id": "330300-D-000001", "title": "贻贝采收", "technicalField": {"code": "0202"}, "countyCode": "330324"}  # fmt: skip
    fields = "... on Demand { matches(first: 1) { achievement { id } parts { criterion score } } }"
    (demand,) = await own_core.entities(fields, asked)
    (match,) = demand["matches"]
    assert match["achievement"] == {"id": NEW["id"]}
    assert {part["criterion"]: part["score"] for part in match["parts"]} | {"TEXT": 1.0} == {
        "TEXT": 1.0,
        "INDUSTRY": 1.0,
        "REGION": 1.0,
        "MATURITY": 0.6667,
    }
