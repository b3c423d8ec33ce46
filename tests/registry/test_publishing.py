"""A change is stored whole when it composes and breaks nobody, and not at all otherwise."""

import asyncio

import pytest
from graphql import build_schema

from gateway.registry.access import NOBODY, Caller
from gateway.registry.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    UnauthenticatedError,
)
from gateway.registry.events import Event
from gateway.registry.model import Right, VersionKind
from gateway.registry.proposals import Proposal, Terms
from gateway.registry.publishing import Outcome
from gateway.registry.store.audit import read_audit, verify_audit
from gateway.registry.store.database import Database
from gateway.registry.store.usage import Use, add_uses
from gateway.registry.store.versions import read_current, read_head, read_version
from gateway.registry.usage.signature import make_signature
from gateway.schema.supergraph import read_supergraph
from tests.registry.clock import TestClock
from tests.registry.markets import (
    ADMIN,
    CITY,
    CITY_URL,
    CONFLICTING,
    HEALTH,
    WITHOUT_TITLE,
    city,
    health,
    make_publisher,
)

CITYS = Caller("ningbo", frozenset({Right.PUBLISH}), subgraphs=("city",), token_id="1")


async def use(database: Database, query: str, *, client: str = "portal", version: str = "3.0", count: int = 7) -> None:
    """As if a client had sent a query."""
    current = await read_current(database, "production")
    assert current is not None
    signature = make_signature(read_supergraph(current.supergraph_sdl).api_schema, query, None)
    assert signature is not None
    await add_uses(database, "production", [Use(signature, client, version, count)])


async def test_the_first_subgraph_makes_the_first_version(database: Database) -> None:
    """The supergraph is stored with it."""
    published = await make_publisher(database).publish(CITYS, "production", [city()], message="first")
    current = await read_current(database, "production")
    assert current is not None
    assert (published.outcome, published.version) == (Outcome.PUBLISHED, current.info)
    assert (current.info.number, current.info.author, current.info.message) == (1, "ningbo", "first")
    assert "title" in read_supergraph(current.supergraph_sdl).field_types["Achievement"]


async def test_a_subgraph_joins_the_others(database: Database) -> None:
    """The changes that clients can see are told."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    published = await publisher.publish(ADMIN, "production", [health()])
    assert [change.coordinate for change in published.assessment.changes] == ["Achievement.indication"]
    current = await read_current(database, "production")
    assert current is not None
    assert [record.name for record in current.subgraphs] == ["city", "healthcare"]


async def test_what_does_not_compose_changes_nothing(database: Database) -> None:
    """The publisher gets code, coordinate, message and mend, and everybody else goes on."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        heard.append(event)

    publisher.listeners.append(listen)
    refused = await publisher.publish(ADMIN, "production", [health(CONFLICTING)])
    assert refused.outcome is Outcome.REFUSED
    (error,) = refused.assessment.errors
    assert (error.code, error.coordinate) == ("INVALID_FIELD_SHARING", "Achievement.title")
    assert error.mend
    assert await read_head(database, "production") == 1
    assert [(event.kind.value, event.detail["codes"]) for event in heard] == [("failed", ["INVALID_FIELD_SHARING"])]


async def test_the_same_again_is_no_new_version(database: Database) -> None:
    """A sub-market may publish at each of its starts."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    again = await publisher.publish(ADMIN, "production", [city()])
    assert (again.outcome, again.version and again.version.number) == (Outcome.UNCHANGED, 1)


async def test_what_breaks_a_client_is_refused(database: Database) -> None:
    """With the operation, the client, its version and how often it came; unless it is forced by whoever may."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    await use(database, '{ achievement(id: "330100-A-1") { title } }')
    refused = await publisher.publish(CITYS, "production", [city(WITHOUT_TITLE)])
    (broken,) = refused.assessment.broken
    (client,) = broken.operation.clients
    assert (refused.outcome, client.client, client.version, client.count) == (Outcome.REFUSED, "portal", "3.0", 7)
    assert broken.operation.signature.text == '{achievement(id:""){title}}'
    assert "Cannot query field 'title'" in broken.reasons[0]
    with pytest.raises(ForbiddenError, match="'force'"):
        await publisher.publish(CITYS, "production", [city(WITHOUT_TITLE)], force=True)
    forced = await publisher.publish(ADMIN, "production", [city(WITHOUT_TITLE)], force=True)
    assert forced.outcome is Outcome.PUBLISHED
    assert (await read_audit(database, first=1))[0].detail["forced"] is True


async def test_what_breaks_nobody_is_published(database: Database) -> None:
    """A breaking change of what no client has asked for in the days that count."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    await use(database, '{ achievement(id: "1") { id } }')
    published = await publisher.publish(CITYS, "production", [city(WITHOUT_TITLE)])
    assert published.outcome is Outcome.PUBLISHED
    assert [change.coordinate for change in published.assessment.breaking] == ["Achievement.title"]


async def test_an_answer_that_may_now_be_null_breaks_its_clients(database: Database) -> None:
    """The operation stays valid, but who wrote it counted on the value."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city(CITY.replace("title: String", "title: String!"))])
    await use(database, '{ achievement(id: "1") { title } }')
    refused = await publisher.publish(ADMIN, "production", [city()])
    assert refused.outcome is Outcome.REFUSED
    assert len(refused.assessment.broken) == 1


async def test_a_check_changes_nothing(database: Database) -> None:
    """It tells what publishing would."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    await use(database, '{ achievement(id: "1") { title } }')
    assessment = await publisher.check(ADMIN, "production", [city(WITHOUT_TITLE)])
    assert len(assessment.broken) == 1
    assert (await publisher.check(ADMIN, "production", [health(CONFLICTING)])).errors
    assert await read_head(database, "production") == 1
    assert (await verify_audit(database)).entries == 1


async def test_a_token_is_for_its_subgraph(database: Database) -> None:
    """Ningbo cannot publish carbon."""
    publisher = make_publisher(database)
    with pytest.raises(ForbiddenError, match="for city, not for carbon"):
        await publisher.publish(CITYS, "production", [Proposal("carbon", CITY_URL, CITY)])
    with pytest.raises(ForbiddenError, match="for city, not for healthcare"):
        await publisher.publish(CITYS, "production", [city(), health()])
    with pytest.raises(ForbiddenError, match="'check'"):
        await publisher.check(CITYS, "production", [city()])
    with pytest.raises(UnauthenticatedError):
        await publisher.publish(NOBODY, "production", [city()])
    bound = Caller("ningbo", frozenset({Right.PUBLISH}), environments=("staging",))
    with pytest.raises(ForbiddenError, match="for staging, not for production"):
        await publisher.publish(bound, "production", [city()])
    assert await read_head(database, "production") == 0


async def test_two_who_publish_the_same_subgraph_at_once(database: Database) -> None:
    """One wins, the other is told; never are both lost, never is one overwritten unseen."""
    replicas = [make_publisher(database) for _ in range(2)]
    await replicas[0].publish(ADMIN, "production", [city()])
    texts = [CITY.replace("title: String", f"title: String area{n}: Int") for n in range(2)]
    results = await asyncio.gather(
        *(replica.publish(ADMIN, "production", [city(text)]) for replica, text in zip(replicas, texts, strict=True)),
        return_exceptions=True,
    )
    conflicts = [result for result in results if isinstance(result, ConflictError)]
    assert len(conflicts) == 1
    assert "city was changed by admin at the same moment" in conflicts[0].message
    assert await read_head(database, "production") == 2


async def test_two_who_publish_the_same_at_once(database: Database) -> None:
    """As the workers of one sub-market do when they start: it is one version, and nobody is told of a conflict."""
    replicas = [make_publisher(database) for _ in range(2)]
    results = await asyncio.gather(
        replicas[0].publish(ADMIN, "production", [city()]),
        replicas[1].publish(ADMIN, "production", [city(CITY + "\n")]),
    )
    assert sorted(result.outcome.value for result in results) == ["published", "unchanged"]
    assert await read_head(database, "production") == 1


async def test_two_who_publish_different_subgraphs_at_once(database: Database) -> None:
    """Both are published: the later one is composed anew with the earlier one."""
    replicas = [make_publisher(database) for _ in range(2)]
    await replicas[0].publish(ADMIN, "production", [city()])
    wider = CITY.replace("title", "area: Int title")
    results = await asyncio.gather(
        replicas[0].publish(ADMIN, "production", [city(wider)]), replicas[1].publish(ADMIN, "production", [health()])
    )
    assert [result.outcome for result in results] == [Outcome.PUBLISHED] * 2
    current = await read_current(database, "production")
    assert current is not None
    assert current.info.number == 3
    assert {"area", "indication"} <= read_supergraph(current.supergraph_sdl).field_types["Achievement"].keys()


async def test_a_publisher_may_insist_on_a_version(database: Database) -> None:
    """As who edits a file insists that it is the one that was opened."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    with pytest.raises(ConflictError, match="at version 1, not at 5"):
        await publisher.publish(ADMIN, "production", [health()], expected=5)
    assert (await publisher.publish(ADMIN, "production", [health()], expected=1)).outcome is Outcome.PUBLISHED


async def test_a_version_can_be_brought_back(database: Database) -> None:
    """As a new version with the old one's content."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city()])
    await publisher.publish(ADMIN, "production", [health()])
    info = await publisher.rollback(ADMIN, "production", 1, message="back")
    assert (info.number, info.kind, info.origin) == (3, VersionKind.ROLLBACK, "production:1")
    old, now = await read_version(database, "production", 1), await read_current(database, "production")
    assert now is not None
    assert (now.supergraph_sdl, now.subgraphs) == (old.supergraph_sdl, old.subgraphs)
    with pytest.raises(NotFoundError):
        await publisher.rollback(ADMIN, "production", 9)
    with pytest.raises(ForbiddenError):
        await publisher.rollback(CITYS, "production", 1)


async def test_an_environment_is_promoted_to_another(database: Database) -> None:
    """Its schemas go over; addresses that the other one has stay its own."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [Proposal("city", "http://city.production/graphql", CITY)])
    wider = CITY.replace("title", "area: Int title")
    await publisher.publish(ADMIN, "staging", [Proposal("city", "http://city.staging/graphql", wider), health()])
    promoted = await publisher.promote(ADMIN, "staging", "production")
    current = await read_current(database, "production")
    assert current is not None
    assert (promoted.outcome, current.info.kind, current.info.origin) == (
        Outcome.PUBLISHED,
        VersionKind.PROMOTE,
        "staging:1",
    )
    assert [(one.name, one.url) for one in current.subgraphs] == [
        ("city", "http://city.production/graphql"),
        ("healthcare", health().url),
    ]
    assert current.subgraphs[0].sdl == wider
    assert 'url: "http://city.production/graphql"' in current.supergraph_sdl


async def test_a_subgraph_can_be_taken_out(database: Database) -> None:
    """If nobody uses what only it has."""
    publisher = make_publisher(database)
    await publisher.publish(ADMIN, "production", [city(), health()])
    await use(database, '{ achievement(id: "1") { indication } }')
    assert (await publisher.remove(ADMIN, "production", "healthcare")).outcome is Outcome.REFUSED
    removed = await publisher.remove(ADMIN, "production", "healthcare", force=True)
    assert removed.outcome is Outcome.PUBLISHED
    with pytest.raises(NotFoundError):
        await publisher.remove(ADMIN, "production", "healthcare")


async def test_subgraphs_that_need_each_other_wait_for_each_other(database: Database) -> None:
    """Alone neither composes; the second to come is published with the first."""
    publisher = make_publisher(database)
    orphan = health()
    first = await publisher.publish(ADMIN, "production", [orphan], together=True)
    assert (first.outcome, first.waiting) == (Outcome.REFUSED, True)
    assert await read_head(database, "production") == 0
    needing = CITY.replace("title: String", "title: String @shareable") + " extend type Query { x: Int }"
    second = await publisher.publish(ADMIN, "production", [city(needing)], together=True)
    assert second.outcome is Outcome.PUBLISHED
    third = await publisher.publish(ADMIN, "production", [orphan], together=True)
    assert third.outcome is Outcome.PUBLISHED
    current = await read_current(database, "production")
    assert current is not None
    assert [record.name for record in current.subgraphs] == ["city", "healthcare"]


MUTUAL_A = CITY.replace('["@key"', '["@external", "@requires", "@key"').replace(
    "title: String", 'price: Int @external title: String @requires(fields: "price")'
)
MUTUAL_B = HEALTH.replace("indication: String", "price: Int") + " type Extra { x: Int }"


async def test_who_cannot_compose_alone_is_published_with_whom_it_waited_for(
    database: Database, clock: TestClock
) -> None:
    """One version has both, although they came to different processes; who has waited too long is forgotten."""
    one, other = make_publisher(database), make_publisher(database)
    waiting = await one.publish(ADMIN, "production", [city(MUTUAL_A)], together=True)
    assert waiting.waiting
    clock.turn(minutes=11)
    assert (await other.publish(ADMIN, "production", [health(MUTUAL_B)], together=True)).waiting
    assert (await one.publish(ADMIN, "staging", [city(MUTUAL_A)], together=True)).waiting
    published = await one.publish(ADMIN, "production", [city(MUTUAL_A)], together=True)
    current = await read_current(database, "production")
    assert current is not None
    assert (published.outcome, current.info.number, current.info.subgraph) == (Outcome.PUBLISHED, 1, "city, healthcare")


async def test_a_token_that_publishes_too_often_is_slowed(database: Database) -> None:
    """The others are not; the refusal says when to come again."""
    publisher = make_publisher(database, per_minute=3)
    for _ in range(3):
        await publisher.publish(CITYS, "production", [city()])
    for _ in range(10_000 - 3):
        with pytest.raises(RateLimitedError, match="3 times a minute") as caught:
            await publisher.publish(CITYS, "production", [city()])
    assert caught.value.extensions["retryAfterSeconds"] == 20
    assert (await publisher.publish(ADMIN, "production", [city()])).outcome is Outcome.UNCHANGED


BAD = {
    "name": (Proposal("a b", CITY_URL, CITY), "no name of a subgraph"),
    "no_url": (Proposal("city", "", CITY), "needs a routing URL"),
    "scheme": (Proposal("city", "file:///etc/passwd", CITY), "no http or https address"),
    "loopback": (Proposal("city", "http://127.0.0.1/", CITY), "inside our network"),
    "link_local": (Proposal("city", "http://169.254.169.254/latest", CITY), "inside our network"),
    "asked_inside": (Proposal("city", "http://localhost:1/", None), "inside our network"),
    "large": (Proposal("city", "http://city.example/", "#" * 20_000_000), "has 20000000 bytes"),
}


@pytest.mark.parametrize("case", sorted(BAD))
async def test_a_bad_proposal_is_refused(case: str, database: Database) -> None:
    """Before anything is composed, asked or stored."""
    proposal, words = BAD[case]
    with pytest.raises(InvalidError, match=words):
        await make_publisher(database, terms=Terms()).publish(ADMIN, "production", [proposal])
    assert await read_head(database, "production") == 0


async def test_a_wrong_environment_is_refused(database: Database) -> None:
    """A name, not a path."""
    for name in ("", "Production", "../x", "a" * 33):
        with pytest.raises(InvalidError, match="no name of an environment"):
            await make_publisher(database).publish(ADMIN, name, [city()])


async def test_any_text_is_no_more_than_an_error(database: Database) -> None:
    """What is no SDL gets composition's errors."""
    refused = await make_publisher(database).publish(ADMIN, "production", [city("type Query {")])
    assert (refused.outcome, refused.assessment.errors[0].code) == (Outcome.REFUSED, "INVALID_GRAPHQL")


def test_a_signature_holds_no_values() -> None:
    """Literals, aliases and unused parts go; enum values, variables and structure stay."""
    schema = build_schema(
        "enum Kind { CITY COUNTY } input Filter { name: String kind: Kind year: Int tags: [String] } "
        "type Query { markets(filter: Filter, first: Float): [Market] } type Market { id: ID name: String kind: Kind }"
    )
    query = """
        query Other { markets { id } }
        query Mine($filter: Filter, $first: Float = 5.5) {
          secret_330100: markets(first: $first, filter: {name: "张三", kind: CITY, year: 1979, tags: ["a"]}) { ...Parts }
          markets(filter: $filter) { kind }
        }
        fragment Parts on Market { name }
        fragment Unused on Market { id }
    """
    signature = make_signature(schema, query.replace("fragment Unused on Market { id }", ""), "Mine")
    assert signature is not None
    assert signature.text == (
        "query Mine($filter:Filter$first:Float=0){"
        'alias_1:markets(filter:{name:"" kind:CITY year:0 tags:[""]}first:$first){...Parts}'
        "markets(filter:$filter){kind}}fragment Parts on Market{name}"
    )
    assert signature.coordinates == (
        "Filter",
        "Kind",
        "Market",
        "Market.kind",
        "Market.name",
        "Query",
        "Query.markets",
        "Query.markets(filter:)",
        "Query.markets(first:)",
    )


@pytest.mark.parametrize("query", ["{", "{ nowhere }", "query A { markets { id } } query B { markets { id } }", ""])
def test_what_could_not_be_executed_has_no_signature(query: str) -> None:
    """Neither what is not GraphQL, nor what is not valid, nor what names no operation."""
    assert make_signature(build_schema("type Query { markets: [Int] }"), query, None) is None
