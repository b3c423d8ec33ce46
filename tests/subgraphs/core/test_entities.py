"""Core's entities: each key of each type, what core adds to the cities' listings, and the price of many at once."""

from pathlib import Path
from typing import Any

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows

KEYS = [
    ("Region", {"code": "region.code"}),
    ("PhysicalMarket", {"id": "physical_market.id"}),
    ("TechnicalField", {"code": "technical_field.code"}),
    ("AllianceMembership", {"memberUscc": "alliance_member.member_uscc"}),
    ("TechnologyBroker", {"registrationNo": "broker.registration_no"}),
    ("Deal", {"id": "deal.id"}),
    ("Deal", {"contractNo": "deal.contract_no"}),
    ("Auction", {"id": "auction.id"}),
    ("Bid", {"id": "bid.id"}),
    ("EvidenceRecord", {"chain": "evidence.chain", "height": "evidence.height"}),
    ("ApprovalCase", {"id": "approval_case.id"}),
    ("FreeLicence", {"id": "free_licence.id"}),
    ("ProgrammeListing", {"programme": "programme_listing.programme", "year": "programme_listing.year", "number": "programme_listing.number"}),
    ("ChallengeEvent", {"year": "challenge_event.year"}),
]  # fmt: skip
WRONG: dict[type, Any] = {str: "x", int: -1}


def entity(name: str, **key: Any) -> dict[str, Any]:
    return {"__typename": name, **key}


@pytest.mark.parametrize(
    ("name", "columns"), KEYS, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
async def test_an_entity_is_found_by_its_key(core: Asker, database: Path, name: str, columns: dict[str, str]) -> None:
    """What SQL has comes back with the same key; a key that nothing has is null without an error."""
    table = next(iter(columns.values())).split(".")[0]
    values = rows(database, f"SELECT {', '.join(columns.values())} FROM {table} LIMIT 1")[0]
    key = dict(zip(columns, values, strict=True))
    no_key = {field: WRONG[type(value)] for field, value in key.items()}
    found = await core.entities(
        f"__typename ... on {name} {{ {' '.join(key)} }}", entity(name, **key), entity(name, **no_key)
    )
    assert found == [entity(name, **key), None]


async def test_a_challenge_entry_is_found_by_its_nested_key(core: Asker) -> None:
    """``event { year } number``; without the year it is refused."""
    fields = "... on ChallengeEntry { number event { year } }"
    key = entity("ChallengeEntry", event={"year": 2021}, number=7)
    found = await core.entities(fields, key, entity("ChallengeEntry", event={"year": 1999}, number=7))
    assert found == [{"number": 7, "event": {"year": 2021}}, None]
    query = (
        'query { _entities(representations: [{__typename: "ChallengeEntry", event: {}, number: 7}]) { __typename } }'
    )
    assert await core.codes(query) == ["INVALID_REPRESENTATION"]


async def test_organisations_and_sub_markets_are_of_their_kind_by_either_name(core: Asker, database: Path) -> None:
    """By the concrete name, and organisations by the interface's, which city's interface object needs."""
    kinds = dict(rows(database, "SELECT kind, min(uscc) FROM organization GROUP BY 1"))
    markets = dict(rows(database, "SELECT kind, min(id) FROM sub_market GROUP BY 1"))
    found = await core.entities(
        "__typename ... on CitySubMarket { region { level } } ... on IndustrySubMarket { industry operator { name } coBuilders { name } }",
        entity("Organization", uscc=kinds["HOSPITAL"]),
        entity("Organization", uscc=kinds["ENTERPRISE"]),
        entity("Hospital", uscc=kinds["HOSPITAL"]),
        entity("Organization", uscc="x"),
        entity("CitySubMarket", id=markets["CITY"]),
        entity("CountySubMarket", id=markets["COUNTY"]),
        entity("IndustrySubMarket", id="SM-CARBON"),
    )
    names = ["Hospital", "Enterprise", "Hospital", None, "CitySubMarket", "CountySubMarket", "IndustrySubMarket"]
    assert [each and each["__typename"] for each in found] == names
    assert found[4]["region"] == {"level": "CITY"}
    assert found[6]["industry"] == "CARBON"
    assert len(found[6]["coBuilders"]) == 2


async def test_what_core_adds_to_an_achievement(core: Asker, database: Path) -> None:
    """Owner by the code that is sent; deals, auction, approval, licences and evidence by the id."""
    sql = "SELECT d.achievement_id, d.seller_uscc, d.id FROM deal d JOIN approval_case USING (achievement_id) WHERE auction_id IS NOT NULL LIMIT 1"
    identity, owner, deal = rows(database, sql)[0]
    (licensed,) = column(database, "SELECT achievement_id FROM free_licence LIMIT 1")
    fields = "... on TechnologyAchievement { id owner { uscc } deals { id } auction { id status achievement { title } } approvalCase { status institution { uscc } achievement { id } } freeLicences { county { mountainCounty { kind } } licensee { name } freeTo convertedInto { contractNo } } evidence { chain height previousSha256 sha256 } }"
    found = await core.entities(
        fields,
        entity("TechnologyAchievement", id=identity, ownerUscc=owner),
        entity("TechnologyAchievement", id=licensed, ownerUscc=owner),
    )
    first = found[0]
    assert (first["owner"]["uscc"], [d["id"] for d in first["deals"]]) == (owner, [deal])
    assert first["auction"]["status"] == "SOLD"
    assert first["approvalCase"]["achievement"] == {"id": identity}
    heights = column(database, "SELECT height FROM evidence WHERE chain = ? ORDER BY 1", identity)
    assert [record["height"] for record in first["evidence"]] == heights
    assert all(
        after["previousSha256"] == before["sha256"]
        for before, after in zip(first["evidence"], first["evidence"][1:], strict=False)
    )
    assert found[1]["freeLicences"]


async def test_what_core_adds_to_a_demand(core: Asker, database: Path) -> None:
    """Publisher and eligibility by what is sent: small and micro enterprises of the 26 counties, and no others."""
    of_scale = dict(rows(database, "SELECT scale, min(uscc) FROM organization GROUP BY 1"))
    sent = [
        ("331127", of_scale["SMALL"]), ("331127", of_scale["MICRO"]), ("331127", of_scale["MEDIUM"]),
        ("331127", of_scale[None]), ("330102", of_scale["SMALL"]), ("331127", "x"),
    ]  # fmt: skip
    fields = "... on Demand { freeLicenceEligible }"
    found = await core.entities(fields, *(entity("Demand", id="d", countyCode=c, publisherUscc=u) for c, u in sent))
    assert [each["freeLicenceEligible"] for each in found] == [True, True, False, False, False, False]
    named = await core.entities(
        "... on Demand { publisher { uscc } }", entity("Demand", id="d", publisherUscc=of_scale["SMALL"])
    )
    assert named == [{"publisher": {"uscc": of_scale["SMALL"]}}]


@pytest.mark.parametrize(
    ("name", "field"),
    [("TechnologyAchievement", "owner { uscc }"), ("Demand", "publisher { uscc }"), ("Demand", "freeLicenceEligible")],
)
async def test_what_is_required_must_be_sent(core: Asker, name: str, field: str) -> None:
    """Without it the field is refused, and the refusal names what is wanting."""
    query = (
        f'query {{ _entities(representations: [{{__typename: "{name}", id: "x"}}]) {{ ... on {name} {{ {field} }} }} }}'
    )
    assert await core.codes(query) == ["INVALID_REPRESENTATION"]


async def test_the_match_rate_is_deals_over_the_demands_that_are_sent(core: Asker) -> None:
    """Deals are core's, demands the city's; without demands there is no rate."""
    fields = "... on MarketStatistics { matchRate }"
    key = {"regionCode": "330000", "period": "ALL"}
    found = await core.entities(
        fields, entity("MarketStatistics", **key, demandCount=2499), entity("MarketStatistics", **key, demandCount=0)
    )
    assert found == [{"matchRate": 1304 / 2499}, {"matchRate": None}]


RELATIONS = 24
"""How many fields of the query below lead to other rows. Some share a loader and a moment, so a run may take fewer."""


async def test_fifty_entities_take_no_more_statements_than_there_are_relations(core: Asker, database: Path) -> None:
    """Everything that core adds to an achievement, and all that hangs on it, is loaded in batches."""
    sql = "SELECT achievement_id, seller_uscc FROM deal JOIN approval_case USING (achievement_id) WHERE auction_id IS NOT NULL LIMIT 50"
    sent = [entity("TechnologyAchievement", id=identity, ownerUscc=owner) for identity, owner in rows(database, sql)]
    of_deal = "buyer { name } seller { name } achievement { title } evidence { kind } broker { name contributionPoints contributions(first: 2) { points } institution { name contributionPoints brokers { name } } }"
    fields = f"... on TechnologyAchievement {{ title owner {{ name region {{ name mountainCounty {{ kind }} parent {{ name }} }} }} deals {{ {of_deal} }} auction {{ bids(first: 3) {{ bidder {{ name }} }} deal {{ id }} }} approvalCase {{ institution {{ name }} }} freeLicences {{ county {{ name }} }} evidence {{ kind }} }}"
    found = await core.entities(fields, *sent)
    assert len(found) == 50
    assert all(each["title"] and each["deals"] for each in found)
    assert len(core.statements) <= RELATIONS


async def test_fifty_entities_take_as_many_statements_as_one(core: Asker, database: Path) -> None:
    """Where no two relations share a loader, the number of statements does not depend on the number of entities."""
    some = column(database, "SELECT DISTINCT achievement_id FROM deal WHERE auction_id IS NOT NULL LIMIT 50")
    fields = "... on TechnologyAchievement { title auction { bids(first: 2) { amount { amountFen } } } deals { buyer { region { name } } } evidence { kind } }"
    await core.entities(fields, entity("TechnologyAchievement", id=some[0]))
    for_one = len(core.statements)
    core.statements.clear()
    assert len(await core.entities(fields, *(entity("TechnologyAchievement", id=identity) for identity in some))) == 50
    assert len(core.statements) == for_one == 7


async def test_an_answer_leads_to_its_organisation_and_to_any_citys_achievement(core: Asker, database: Path) -> None:
    """From the codes that the city sends with the key; without an achievement there is none, without a code it is refused."""
    (uscc,) = column(database, "SELECT uscc FROM organization WHERE kind = 'UNIVERSITY' LIMIT 1")
    given = {"organizationUscc": uscc, "achievementId": "330100-A-000001"}
    fields = "... on DemandAnswer { organization { __typename uscc } achievement { id } }"
    found = await core.entities(
        fields,
        entity("DemandAnswer", id="330300-D-000225-01", **given),
        entity("DemandAnswer", id="330300-D-000225-02", **given | {"achievementId": None}),
    )
    organization = {"__typename": "University", "uscc": uscc}
    assert found == [
        {"organization": organization, "achievement": {"id": "330100-A-000001"}},
        {"organization": organization, "achievement": None},
    ]
    query = '{ _entities(representations: [{__typename: "DemandAnswer", id: "x"}]) { ... on DemandAnswer { organization { uscc } } } }'
    assert await core.codes(query) == ["INVALID_REPRESENTATION"]
