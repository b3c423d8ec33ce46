"""A stranger's day, through the gateway only: a demand of Wenzhou, an answer from Hangzhou, and a broker between them.

Everybody has no more than a token and the gateway's address; whatever an id is, it came with an answer before.
"""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from time import monotonic
from typing import Any

import pytest

from subgraphs.kit.actor import ANSWER, BROKER, OPERATE, PUBLISH, TRADE
from subgraphs.kit.evidence import record_hash
from tests.end_to_end.strangers import Province, Stranger, province
from tests.end_to_end.subscribing import PATIENCE_SECONDS, next_data, subscribed
from tests.subgraphs.conftest import market_databases
from tests.subgraphs.databases import MarketDatabases

__all__ = ["market_databases"]

PUBLISH_DEMAND = """mutation ($input: PublishDemandInput!) { publishDemand(input: $input) {
  id status publisher { name } county { name } freeLicenceEligible contact { name }
  matches(first: 5) { score parts { criterion score reason } achievement { id title maturityLevel county { name } owner { uscc name } } }
} }"""
ANSWER_DEMAND = "mutation ($input: AnswerDemandInput!) { answerDemand(input: $input) { id } }"
MATCH = """mutation ($input: MatchDemandInput!) { matchDemand(input: $input) {
  status agreement { answer { id solution } broker { registrationNo name } matchedAt }
} }"""
SIGN = "mutation ($input: SignDemandInput!) { signDemand(input: $input) { status agreement { contractNo } } }"
RECORD = "mutation ($input: RecordContributionInput!) { recordContribution(input: $input) { points reason demand { title } } }"
PROMOTE = """mutation ($input: PromoteDemandsInput!) { promoteDemands(input: $input) {
  number sourceDemands { id title county { name } }
} }"""
DEMAND = """query ($id: ID!) { demand(id: $id) {
  id status programmeListing { number } answers { id solution }
  records { height step subject sha256 previousSha256 recordedAt }
} verifyDemand(id: $id) { recordCount fault { kind } } }"""
OPEN_NEGOTIATION = (
    "mutation ($input: OpenNegotiationInput!) { openNegotiation(input: $input) { id turn achievement { title } } }"
)
COUNTER = "mutation ($input: CounterOfferInput!) { counterOffer(input: $input) { turn } }"
ACCEPT = "mutation ($input: AcceptOfferInput!) { acceptOffer(input: $input) { agreement { id } } }"
SIGN_AGREEMENT = (
    "mutation ($input: SignAgreementInput!) { signAgreement(input: $input) { status deal { id contractNo } } }"
)
PAY = "mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }"
WISH = {
    "countyCode": "330328", "title": "竹材防霉技术", "summary": "文成竹制品厂寻求环保的竹材防霉工艺。", "fieldCode": "0202",
    "contact": {"name": "联系人一号", "phone": "000-3303-0001"},
}  # fmt: skip


@pytest.fixture(scope="module")
def here(market_databases: MarketDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    with province(market_databases, tmp_path_factory.mktemp("strangers")) as running:
        yield running


class People:
    """Who takes part: found in the register, as they would find themselves."""

    def __init__(self, here: Province) -> None:
        kind = "select * from organization where kind = ? and region_code like ?"
        self.company_row = here.find(f"{kind} and region_code = '330328'", "ENTERPRISE", "3303%")
        self.university_row = here.find(kind, "UNIVERSITY", "3301%")
        self.broker_row = here.find("select * from broker where registration_no like '3303%'")
        self.company = here.stranger("company", PUBLISH, organization=self.company_row["uscc"])
        self.university = here.stranger("university", ANSWER, organization=self.university_row["uscc"])
        self.broker = here.stranger("broker", BROKER, broker=self.broker_row["registration_no"])
        self.operator = here.stranger("operator", OPERATE)
        self.visitor = Stranger(here.address)


@pytest.fixture(scope="module")
def people(here: Province) -> People:
    return People(here)


def check_chain(found: Any) -> list[str]:
    """The steps of a demand's records, after each was hashed anew from what the gateway shows to everybody."""
    previous = None
    for height, record in enumerate(found["records"]):
        at, subject = datetime.fromisoformat(record["recordedAt"]), json.loads(record["subject"])
        previous = record_hash(
            chain=found["id"], height=height, kind=record["step"], recorded_at=at, subject=subject, previous=previous
        )
        assert record["sha256"] == previous
    return [record["step"] for record in found["records"]]


def test_a_demand_of_wenzhou_is_met_from_hangzhou(here: Province, people: People) -> None:
    """Published, matched with reasons, answered, brought together, signed; points for the broker, and records that verify."""
    company, university, broker = people.company, people.university, people.broker
    wish = {"input": WISH | {"publisherUscc": people.company_row["uscc"], "idempotencyKey": "day-1"}}
    published = company.ask(PUBLISH_DEMAND, **wish)["publishDemand"]
    demand_id = published["id"]
    assert (published["status"], published["county"]["name"]) == ("OPEN", "文成县")
    assert published["publisher"]["name"] == people.company_row["name"]
    assert published["contact"] == {"name": "联系人一号"}
    best = published["matches"][0]
    assert [part["criterion"] for part in best["parts"]] == ["TEXT", "INDUSTRY", "REGION", "MATURITY"]
    assert all(part["reason"] for part in best["parts"])
    assert best["achievement"]["owner"]["name"]

    answered = university.ask(
        ANSWER_DEMAND,
        input={
            "demandId": demand_id, "organizationUscc": people.university_row["uscc"], "solution": "以植物提取物复配防霉剂",
            "idempotencyKey": "day-1",
        },
    )["answerDemand"]  # fmt: skip

    number = people.broker_row["registration_no"]
    pair = {"demandId": demand_id, "answerId": answered["id"], "brokerNo": number, "idempotencyKey": "day-1"}
    matched = broker.ask(MATCH, input=pair)["matchDemand"]
    assert matched["status"] == "MATCHED"
    assert matched["agreement"]["answer"] == {"id": answered["id"], "solution": "以植物提取物复配防霉剂"}
    assert matched["agreement"]["broker"] == {"registrationNo": number, "name": people.broker_row["name"]}
    earned = broker.ask(
        RECORD,
        input={"registrationNo": number, "reason": "DEMAND_PUSHED", "demandId": demand_id, "idempotencyKey": "day-1"},
    )
    assert earned["recordContribution"] == {"points": 5, "reason": "DEMAND_PUSHED", "demand": {"title": WISH["title"]}}

    contract = {"demandId": demand_id, "contractNo": "2022-33-900001", "idempotencyKey": "day-1"}
    assert company.ask(SIGN, input=contract)["signDemand"]["agreement"] == {"contractNo": "2022-33-900001"}

    found = people.visitor.ask(DEMAND, id=demand_id)
    assert found["verifyDemand"] == {"recordCount": 4, "fault": None}
    seen = found["demand"]
    assert (seen["status"], [answer["id"] for answer in seen["answers"]]) == ("SIGNED", [answered["id"]])
    assert check_chain(seen) == ["PUBLISHED", "ANSWERED", "MATCHED", "SIGNED"]
    assert company.ask(PUBLISH_DEMAND, **wish)["publishDemand"]["id"] == demand_id  # sent again, nothing happens again
    assert check_chain(people.visitor.ask(DEMAND, id=demand_id)["demand"])[-1] == "SIGNED"


def test_an_operator_promotes_a_demand(people: People) -> None:
    """It stands on the programme's list, and the list leads back to it."""
    wish = WISH | {"publisherUscc": people.company_row["uscc"], "idempotencyKey": "day-2"}
    demand_id = people.company.ask(PUBLISH_DEMAND, input=wish)["publishDemand"]["id"]
    item = {
        "programme": "JIANBING", "year": 2022, "title": "竹材防霉关键技术", "organisationMode": "HORSE_RACE",
        "list": "ACHIEVEMENT_CONVERSION", "demandIds": [demand_id], "idempotencyKey": "day-2",
    }  # fmt: skip
    listed = people.operator.ask(PROMOTE, input=item)["promoteDemands"]
    assert listed["sourceDemands"] == [{"id": demand_id, "title": WISH["title"], "county": {"name": "文成县"}}]
    seen = people.visitor.ask(DEMAND, id=demand_id)["demand"]
    assert seen["programmeListing"] == {"number": listed["number"]}


def test_nobody_acts_for_another(here: Province, people: People) -> None:
    """The gateway refuses who lacks the scope, the market who has it for somebody else."""
    wish = WISH | {"publisherUscc": people.company_row["uscc"], "idempotencyKey": "day-3"}
    assert people.visitor.codes(PUBLISH_DEMAND, input=wish) == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    assert people.university.codes(PUBLISH_DEMAND, input=wish) == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    rival = here.stranger("rival", PUBLISH, organization=people.university_row["uscc"])
    assert rival.codes(PUBLISH_DEMAND, input=wish) == ["NOT_ALLOWED"]
    number = people.broker_row["registration_no"]
    other = here.stranger("other", BROKER, broker="330300-B-9999")
    act = {"registrationNo": number, "reason": "ROADSHOW", "idempotencyKey": "day-3"}
    assert other.codes(RECORD, input=act) == ["NOT_ALLOWED"]


def test_what_a_city_publishes_is_found_in_the_whole_province(people: People) -> None:
    """The search is core's, which hears of it from the city; the title comes from the city."""
    words = {"title": "磁浮轴承冷却膏", "summary": "用于高速主轴。", "idempotencyKey": "day-4"}
    wish = WISH | words | {"publisherUscc": people.company_row["uscc"]}
    demand_id = people.company.ask(PUBLISH_DEMAND, input=wish)["publishDemand"]["id"]
    search = '{ search(text: "磁浮轴承冷却膏") { ... on Demand { id title county { name } } } }'
    deadline = monotonic() + PATIENCE_SECONDS
    while not (found := people.visitor.ask(search)["search"]):
        assert monotonic() < deadline, "core was not told"
    assert found == [{"id": demand_id, "title": words["title"], "county": {"name": "文成县"}}]


async def test_a_company_and_an_owner_come_to_a_deal(here: Province, people: People) -> None:
    """They negotiate a price, sign one document, and the owner confirms the payment: who watches the deal hears of it."""
    row = here.find(
        "select id, owner_uscc from listing_record where kind = 'ACHIEVEMENT' and service_invention = 0 and id like '3301%'"
        " and id not in (select achievement_id from deal) and id not in (select achievement_id from auction)"
        " and id not in (select achievement_id from approval_case)"
    )
    buyer_code, seller_code = people.company_row["uscc"], row["owner_uscc"]
    buyer = here.stranger("buyer", f"{TRADE} deal:read", organization=buyer_code)
    seller = here.stranger("seller", TRADE, organization=seller_code)
    offer = {"achievementId": row["id"], "buyerUscc": buyer_code, "amountFen": 2_000_000, "conversionMode": "LICENCE", "idempotencyKey": "day-5"}  # fmt: skip
    opened = buyer.ask(OPEN_NEGOTIATION, input=offer)["openNegotiation"]
    assert opened["achievement"]["title"]
    talk = {"negotiationId": opened["id"], "idempotencyKey": "day-5"}
    seller.ask(COUNTER, input=talk | {"organizationUscc": seller_code, "amountFen": 2_500_000})
    assert seller.codes(ACCEPT, input=talk | {"organizationUscc": seller_code}) == ["NOT_YOUR_TURN"]
    agreed = buyer.ask(ACCEPT, input=talk | {"organizationUscc": buyer_code})["acceptOffer"]["agreement"]
    contract = {"agreementId": agreed["id"], "documentSha256": "5e" * 32, "idempotencyKey": "day-5"}
    assert people.visitor.codes(SIGN_AGREEMENT, input=contract | {"organizationUscc": buyer_code}) == [
        "UNAUTHORIZED_FIELD_OR_TYPE"
    ]
    assert buyer.ask(SIGN_AGREEMENT, input=contract | {"organizationUscc": buyer_code})["signAgreement"]["deal"] is None
    signed = seller.ask(SIGN_AGREEMENT, input=contract | {"organizationUscc": seller_code, "idempotencyKey": "day-6"})
    deal = signed["signAgreement"]["deal"]
    seen = buyer.ask(
        "query ($id: ID!) { achievement(id: $id) { deals { id amount { amountFen } buyer { name } } evidence { kind } } }",
        id=row["id"],
    )["achievement"]
    assert seen["deals"] == [
        {"id": deal["id"], "amount": {"amountFen": 2_500_000}, "buyer": {"name": people.company_row["name"]}}
    ]
    assert [record["kind"] for record in seen["evidence"]][-6:] == [
        "OFFERED", "OFFERED", "ACCEPTED", "SIGNATURE_GIVEN", "SIGNATURE_GIVEN", "CONTRACT_SIGNED",
    ]  # fmt: skip
    verified = people.visitor.ask(
        "query ($id: ID!) { verifyEvidence(dealId: $id) { recordCount fault { message } } }", id=deal["id"]
    )
    assert verified["verifyEvidence"]["fault"] is None
    assert verified["verifyEvidence"]["recordCount"] >= len(seen["evidence"])
    updates = f'subscription {{ dealUpdates(dealId: "{deal["id"]}") {{ id signedAt }} }}'
    async with asyncio.timeout(PATIENCE_SECONDS), subscribed(here.address, updates) as heard:
        assert (await next_data(heard))["dealUpdates"]["id"] == deal["id"]
        paid = {"dealId": deal["id"], "amountFen": 2_500_000, "idempotencyKey": "day-5"}
        await asyncio.to_thread(seller.ask, PAY, input=paid)
        assert (await next_data(heard))["dealUpdates"]["id"] == deal["id"]
    paid_for = buyer.ask(
        "query ($id: ID!) { achievement(id: $id) { deals { payments { amount { amountFen } } } } }", id=row["id"]
    )
    assert paid_for["achievement"]["deals"] == [{"payments": [{"amount": {"amountFen": 2_500_000}}]}]


def test_a_service_invention_waits_for_its_institution(here: Province, people: People) -> None:
    """Agreed on, but not signed, while its case is in public; what was approved before is signed at once."""
    own = (
        "select r.id, r.owner_uscc from listing_record r left join approval_case a on a.achievement_id = r.id where r.kind = 'ACHIEVEMENT'"
        " and r.id not in (select achievement_id from deal) and r.id not in (select achievement_id from auction) and "
    )
    waiting = here.find(own + "r.service_invention = 1 and a.id is null")
    cleared = here.find(own + "a.status in ('APPROVED', 'RELEASED')")
    agreed = {row["id"]: agree(here, people, row) for row in (waiting, cleared)}
    institution = here.stranger("institution", f"{TRADE} approval:decide approval:read", organization=waiting["owner_uscc"])
    case = {
        "achievementId": waiting["id"],
        "institutionUscc": waiting["owner_uscc"],
        "inventorShare": 0.7,
        "singleListed": False,
    }
    number = institution.ask(step("openApproval", "OpenApprovalInput"), input=case | {"idempotencyKey": "day-7"})[
        "openApproval"
    ]["id"]
    for name in ("submitApproval", "publishApproval"):
        institution.ask(step(name, "ApprovalStepInput"), input={"approvalId": number, "idempotencyKey": name})
    objector = here.stranger("objector", "approval:object approval:read", organization=people.company_row["uscc"])
    objection = {
        "approvalId": number,
        "organizationUscc": people.company_row["uscc"],
        "reason": "权属有争议",
        "idempotencyKey": "day-7",
    }
    assert objector.codes(
        step("approve", "ApprovalStepInput"), input={"approvalId": number, "idempotencyKey": "x"}
    ) == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    objector.ask(step("objectToApproval", "ObjectToApprovalInput"), input=objection)
    settled = {"approvalId": number, "number": 1, "isUpheld": False, "idempotencyKey": "day-7"}
    institution.ask(step("settleObjection", "SettleObjectionInput"), input=settled)
    assert institution.codes(
        step("approve", "ApprovalStepInput"), input={"approvalId": number, "idempotencyKey": "day-8"}
    ) == ["STILL_PUBLIC"]
    for row, codes in ((waiting, ["NOT_APPROVED"]), (cleared, [])):
        owner = here.stranger("owner", TRADE, organization=row["owner_uscc"])
        signature = {
            "agreementId": agreed[row["id"]],
            "organizationUscc": row["owner_uscc"],
            "documentSha256": "5e" * 32,
            "idempotencyKey": f"sign-{row['id']}",
        }
        assert owner.codes(SIGN_AGREEMENT, input=signature) == codes


def step(mutation: str, input_type: str) -> str:
    return f"mutation ($input: {input_type}!) {{ {mutation}(input: $input) {{ id }} }}"


def agree(here: Province, people: People, row: Any) -> str:
    """The number of an agreement between Wenzhou's company and the owner of an achievement."""
    buyer = here.stranger("buyer", TRADE, organization=people.company_row["uscc"])
    owner = here.stranger("owner", TRADE, organization=row["owner_uscc"])
    key = {"idempotencyKey": f"agree-{row['id']}"}
    offer = {
        "achievementId": row["id"],
        "buyerUscc": people.company_row["uscc"],
        "amountFen": 2_000_000,
        "conversionMode": "ASSIGNMENT",
    }
    opened = buyer.ask(OPEN_NEGOTIATION, input=offer | key)["openNegotiation"]
    accepted = owner.ask(ACCEPT, input={"negotiationId": opened["id"], "organizationUscc": row["owner_uscc"]} | key)
    return str(accepted["acceptOffer"]["agreement"]["id"])


async def test_a_visitor_sees_demands_as_they_come(here: Province, people: People) -> None:
    """The city sends its event to the gateway as server-sent events; who published it is asked of core."""
    query = 'subscription { newDemands(region: "330300") { id publisher { name } } }'
    async with asyncio.timeout(PATIENCE_SECONDS), subscribed(here.address, query) as heard:
        number = count()
        while not heard.qsize():
            wish = WISH | {"publisherUscc": people.company_row["uscc"], "idempotencyKey": f"live-{next(number)}"}
            await asyncio.to_thread(people.company.ask, PUBLISH_DEMAND, input=wish)
        told = (await next_data(heard))["newDemands"]
    assert told["id"].startswith("330300-D-")
    assert told["publisher"]["name"] == people.company_row["name"]
