"""安心屋: each step of a case and what everything else is refused as; and no walk releases what somebody still objects to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.kit.actor import APPROVE, OBJECT
from subgraphs.kit.tokens import Tokens
from tests.subgraphs.asking import open_market
from tests.subgraphs.core.floor import Floor
from tests.subgraphs.core.test_bidding import check_chain
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import rows
from tests.subgraphs.signing import sign, write_keys


class House(Floor):
    """An institution, its case, and those who may object."""

    case = ""

    async def open_case(self, **more: Any) -> Any:
        given = {
            "achievementId": self.achievement,
            "institutionUscc": self.seller,
            "inventorShare": 0.7,
            "singleListed": True,
        }
        made = await self.do("openApproval", **(given | more))
        if isinstance(made, dict):
            self.case = made["id"]
        return made

    async def step(self, mutation: str) -> Any:
        made = await self.do(mutation, approvalId=self.case)
        return made["status"] if isinstance(made, dict) else made

    async def object(self, who: int = 0) -> Any:
        made = await self.do(
            "objectToApproval", approvalId=self.case, organizationUscc=self.buyers[who], reason="权属有争议"
        )
        return made["status"] if isinstance(made, dict) else made

    async def settle(self, number: int, *, upheld: bool) -> Any:
        made = await self.do("settleObjection", approvalId=self.case, number=number, isUpheld=upheld)
        return made["status"] if isinstance(made, dict) else made

    async def make_public(self) -> None:
        await self.open_case()
        assert await self.step("submitApproval") == "INSTITUTION_REVIEW"
        assert await self.step("publishApproval") == "PUBLICITY"


@pytest.fixture
async def house(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[House]:
    url = market_databases.copy("core", tmp_path)
    house = House(tmp_path / "core.db", tradable=200)
    async with open_market("core", url, clock=house.clock) as house.core:
        yield house


async def test_a_case_goes_through_and_its_achievement_can_be_signed_for(house: House) -> None:
    """In public for fifteen days, an objection that came to nothing, approved, released; each step is evidence."""
    agreement = await house.agreed()
    await house.make_public()
    assert await house.sign(agreement, house.seller) == "NOT_APPROVED"
    assert await house.object() == "OBJECTED"
    house.now += timedelta(days=15)
    assert await house.step("approve") == "APPROVAL_NOT_THERE"
    assert await house.settle(1, upheld=False) == "PUBLICITY"
    assert await house.step("approve") == "APPROVED"
    assert await house.step("releaseApproval") == "RELEASED"
    assert (await house.sign(agreement, house.seller))["status"] == "PENDING"
    kinds = check_chain(house.path, house.achievement)
    assert kinds[-8:] == [*["APPROVAL_STEP"] * 5, "APPROVAL_PASSED", "APPROVAL_STEP", "SIGNATURE_GIVEN"]


async def test_an_objection_that_is_upheld_ends_the_case(house: House) -> None:
    """Whatever else is open."""
    await house.make_public()
    assert await house.object() == "OBJECTED"
    assert await house.object(1) == "OBJECTED"
    assert await house.settle(1, upheld=False) == "OBJECTED"
    assert await house.settle(1, upheld=False) == "OBJECTION_NOT_OPEN"
    assert await house.settle(2, upheld=True) == "REJECTED"
    assert await house.step("approve") == "APPROVAL_NOT_THERE"
    assert await house.open_case() == "APPROVAL_EXISTS"


async def test_its_days_in_public_are_kept(house: House) -> None:
    """Nobody decides before they are over, nobody objects after."""
    await house.make_public()
    assert await house.step("approve") == "STILL_PUBLIC"
    house.now += timedelta(days=14)
    assert await house.step("approve") == "STILL_PUBLIC"
    house.now += timedelta(days=1)
    assert await house.object() == "PUBLICITY_OVER"
    assert await house.step("approve") == "APPROVED"
    assert await house.step("rejectApproval") == "APPROVAL_NOT_THERE"


async def test_what_is_wrong_with_a_case_is_named(house: House) -> None:
    """Its terms, its institution, its number."""
    assert await house.open_case(inventorShare=0.4) == "INVALID_SHARE"
    assert await house.open_case(inventorShare=1.1) == "INVALID_SHARE"
    assert await house.open_case(usageRightYears=9) == "INVALID_USAGE_RIGHT"
    assert await house.open_case(institutionUscc=house.buyers[0]) == "NOT_THE_OWNER"
    assert (await house.open_case(usageRightYears=10))["status"] == "DRAFT"
    assert await house.step("publishApproval") == "APPROVAL_NOT_THERE"
    assert await house.object() == "APPROVAL_NOT_THERE"
    house.case = "x"
    assert await house.step("submitApproval") == "APPROVAL_NOT_FOUND"


async def test_the_institution_decides_and_others_object(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """Each for itself alone."""
    tokens = Tokens.read(write_keys(tmp_path / "keys.json"))
    url, house = market_databases.copy("core", tmp_path), House(tmp_path / "core.db")
    async with open_market("core", url, clock=house.clock, tokens=tokens) as core:
        owner = core.as_(sign("owner", APPROVE, organization=house.seller))
        other = core.as_(sign("other", f"{APPROVE} {OBJECT}", organization=house.buyers[0]))
        house.core = other
        assert await house.open_case() == "NOT_ALLOWED"
        house.core = owner
        await house.make_public()
        assert await house.object() == "NOT_ALLOWED"
        house.core = other
        assert await house.step("rejectApproval") == "NOT_ALLOWED"
        assert await house.object() == "OBJECTED"


MOVES = st.one_of(
    st.sampled_from(
        ["submitApproval", "publishApproval", "approve", "rejectApproval", "releaseApproval", "object", "open"]
    ),
    st.tuples(st.integers(1, 3), st.booleans()),
    st.integers(1, 16),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVES, min_size=4, max_size=25))
async def test_no_walk_approves_too_soon_or_over_an_objection(house: House, moves: list[Any]) -> None:
    """Random steps, objections and days: what is approved was public for fifteen days, and nobody's objection is open or upheld."""
    house.achievement, house.seller = house.achievements.pop()
    await house.open_case()
    for move in moves:
        match move:
            case int():
                house.now += timedelta(days=move)
            case (number, upheld):
                await house.settle(number, upheld=upheld)
            case "object":
                await house.object()
            case "open":
                await house.open_case()
            case _:
                await house.step(move)
        sql = "SELECT id, status, publicity_from, publicity_to FROM approval_case WHERE achievement_id = ?"
        ((case, status, since, until),) = rows(house.path, sql, house.achievement)
        open_or_upheld = rows(house.path, "SELECT 1 FROM objection WHERE case_id = ? AND is_upheld IS NOT 0", case)
        if status in ("APPROVED", "RELEASED"):
            assert not open_or_upheld
            assert since is not None
            assert house.now.date().isoformat() >= until
        assert status == "OBJECTED" or status == "REJECTED" or not open_or_upheld
        check_chain(house.path, house.achievement)
