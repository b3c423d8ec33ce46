"""Members come and go beside each other; one whose types contradict the subgraph's is refused, one that only lacks something is not."""

import asyncio
from typing import Any

import pytest

from gateway.registry import publishing
from gateway.registry.access import Caller
from gateway.registry.errors import ForbiddenError, InvalidError, NotFoundError
from gateway.registry.members import put_member, take_member
from gateway.registry.model import Member, Right
from gateway.registry.publishing import Outcome, Published, Publisher
from gateway.registry.store.database import Database
from gateway.registry.store.versions import read_current
from tests.registry.markets import ADMIN, CITY, LINK, OPEN_TERMS, city, make_publisher

URL = "http://127.0.0.1:1/graphql"


async def with_city(database: Database) -> Publisher:
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    return publisher


async def put(publisher: Publisher, member: Member, caller: Caller = ADMIN) -> Published:
    return await put_member(publisher, caller, "production", "city", member, terms=OPEN_TERMS)


WRONG = {
    "type": (CITY.replace("title: String", "title: Int"), "FIELD_TYPE_MISMATCH"),
    "kind": (CITY.replace("type Achievement @key", "interface Achievement @key"), "TYPE_KIND_MISMATCH"),
    "argument": (CITY.replace("id: ID!)", "id: Int!)"), "FIELD_ARGUMENT_TYPE_MISMATCH"),
    "no_sdl": ("type Query {", "INVALID_GRAPHQL"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
async def test_a_member_that_contradicts_is_refused(case: str, database: Database) -> None:
    """With composition's code; nothing is changed."""
    sdl, code = WRONG[case]
    refused = await put(await with_city(database), Member("3302", (URL,), sdl))
    assert (refused.outcome, refused.version and refused.version.number) == (Outcome.REFUSED, 1)
    assert code in [error.code for error in refused.assessment.errors]


LAGGING = {
    "field": LINK + 'type Query { achievement(id: ID!): Achievement } type Achievement @key(fields: "id") { id: ID! }',
    "type": LINK + "type Query { none: Int }",
    "more": CITY + " type Extra { x: Int }",
}


@pytest.mark.parametrize("case", sorted(LAGGING))
async def test_a_member_may_lag_or_lead(case: str, database: Database) -> None:
    """Eleven cities do not deploy on one day."""
    accepted = await put(await with_city(database), Member("3302", (URL,), LAGGING[case]))
    assert accepted.outcome is Outcome.PUBLISHED
    current = await read_current(database, "production")
    assert current is not None
    assert current.subgraphs[0].members == (Member("3302", (URL,), LAGGING[case]),)


async def test_a_token_may_be_for_one_member(database: Database) -> None:
    """Ningbo changes its own server, neither Hangzhou's nor the schema of all cities."""
    publisher = await with_city(database)
    ningbo = Caller("ningbo", frozenset({Right.PUBLISH}), subgraphs=("city/3302",))
    assert (await put(publisher, Member("3302", (URL,)), ningbo)).outcome is Outcome.PUBLISHED
    with pytest.raises(ForbiddenError, match="is for city/3302, not for city/3301"):
        await put(publisher, Member("3301", (URL,)), ningbo)
    with pytest.raises(ForbiddenError, match="is for city/3302, not for city"):
        await publisher.publish(ningbo, "production", [city()])
    everywhere = Caller("province", frozenset({Right.PUBLISH}), subgraphs=("city",))
    assert (await put(publisher, Member("3301", (URL,)), everywhere)).outcome is Outcome.PUBLISHED


async def test_a_member_needs_its_subgraph_an_address_and_a_right(database: Database) -> None:
    """Each is refused by itself."""
    publisher = await with_city(database)
    carbon = Caller("carbon", frozenset({Right.PUBLISH}), subgraphs=("carbon",))
    with pytest.raises(ForbiddenError):
        await put(publisher, Member("3302", (URL,)), carbon)
    with pytest.raises(InvalidError, match="at least one address"):
        await put(publisher, Member("3302", ()))
    with pytest.raises(NotFoundError, match="publish it before its members"):
        await put_member(publisher, ADMIN, "production", "marine", Member("1", (URL,)), terms=OPEN_TERMS)
    with pytest.raises(NotFoundError, match="has no member 3302"):
        await take_member(publisher, ADMIN, "production", "city", "3302")


async def test_eleven_members_come_at_once(database: Database) -> None:
    """They are not in each other's way, and nothing is composed for any of them."""
    publisher = await with_city(database)
    members = [Member(str(partition), (URL,), CITY) for partition in range(3301, 3312)]
    done = await asyncio.gather(*(put(publisher, member) for member in members))
    assert [one.outcome for one in done] == [Outcome.PUBLISHED] * 11
    current = await read_current(database, "production")
    assert current is not None
    assert current.subgraphs[0].members == tuple(members)
    assert len({one.assessment.supergraph_sdl for one in done}) == 1


async def test_one_member_changed_twice_at_once_is_a_conflict(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes of the registry that have both read the same version: the slower one is told, and nothing is lost in silence."""
    first, second = await with_city(database), make_publisher(database)
    both, waiting = asyncio.Barrier(2), 4 * [True]  # each reads once to look, once to change

    async def read_together(*arguments: Any) -> Any:
        found = await read_current(*arguments)
        if waiting:
            waiting.pop()
            await both.wait()
        return found

    monkeypatch.setattr(publishing, "read_current", read_together)
    outcomes = await asyncio.gather(
        put(first, Member("3302", (URL,))), put(second, Member("3302", (URL + "/b",))), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["ConflictError", "Published"]
