"""The registry's API over HTTP: what is published is served, and who may not, does not."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.app.markets import CITY as CITY_SCHEMA
from tests.app.markets import subgraph, url_of
from tests.registry.gateways import PUBLISH, admin_token, gateway, registry_settings
from tests.registry.markets import CITY, CONFLICTING, HEALTH, WITHOUT_TITLE

QUERY = '{ achievement(id: "330100-A-000001") { title } }'
ANSWER = {"data": {"achievement": {"title": "人工耳蜗"}}}


def published(name: str, url: str, sdl: str | None = None) -> dict[str, Any]:
    return {"name": name, "url": url, "sdl": sdl}


async def test_what_is_published_is_served(tmp_path: Path, database_url: str) -> None:
    """From nothing: 503, then the first subgraph, told by itself; then it answers."""
    token = await admin_token(database_url)
    async with (
        subgraph(CITY_SCHEMA, sdl=CITY) as city,
        gateway(registry_settings(tmp_path, database_url), token) as running,
    ):
        assert "Nothing was published in production yet" in str(await running.query(QUERY))
        result = await running.publish(published("city", url_of(city)), message="first")
        assert (result["outcome"], result["version"]) == (
            "PUBLISHED",
            {"number": 1, "author": "admin", "message": "first"},
        )
        await running.until(QUERY, ANSWER)


async def test_two_gateways_serve_what_one_was_given(tmp_path: Path, database_url: str) -> None:
    """Every replica of the store swaps it in."""
    token = await admin_token(database_url)
    settings = registry_settings(tmp_path, database_url)
    async with (
        subgraph(CITY_SCHEMA, sdl=CITY) as city,
        gateway(settings, token) as one,
        gateway(settings, token) as other,
    ):
        await one.publish(published("city", url_of(city)))
        await other.until(QUERY, ANSWER)


INVALIDATE = "mutation ($targets: InvalidateInput!) { invalidate(targets: $targets) }"


async def test_what_is_kept_can_be_called_back(tmp_path: Path, database_url: str) -> None:
    """By an administrator anything, by a subgraph's token what was kept of its own answers."""
    token = await admin_token(database_url)
    cache = {"enabled": True, "max_age": "1h"}
    heard: list[dict[str, str]] = []
    async with (
        subgraph(CITY_SCHEMA, sdl=CITY, heard=heard) as city,
        gateway(registry_settings(tmp_path, database_url, cache=cache), token) as running,
    ):
        await running.publish(published("city", url_of(city)))
        await running.until(QUERY, ANSWER)
        made = await running.ask(
            'mutation { createToken(token: {name: "city", rights: [PUBLISH], subgraphs: ["city"]}) { secret } }'
        )
        own = made["createToken"]["secret"]
        entity = {"__typename": "Achievement", "id": "330100-A-000001"}
        for secret, targets in ((token, {"entities": [entity]}), (own, {"types": ["city/Achievement"]})):
            await running.query(QUERY)
            heard.clear()
            await running.query(QUERY)
            assert heard == []
            assert await running.ask(INVALIDATE, secret, targets=targets) == {"invalidate": True}
            await running.query(QUERY)
            assert len(heard) == 1
        assert await running.code(INVALIDATE, own, targets={"tags": ["x"]}) == "FORBIDDEN"
        assert await running.code(INVALIDATE, own, targets={"subgraphs": ["core"]}) == "FORBIDDEN"
        assert await running.code(INVALIDATE, "", targets={"tags": ["x"]}) == "UNAUTHENTICATED"
        assert await running.code(INVALIDATE, targets={"entities": ["x"]}) == "INVALID_INPUT"


async def test_without_a_cache_there_is_nothing_to_call_back(tmp_path: Path, database_url: str) -> None:
    """And it says so."""
    token = await admin_token(database_url)
    async with gateway(registry_settings(tmp_path, database_url), token) as running:
        assert await running.code(INVALIDATE, targets={"tags": ["x"]}) == "INVALID_INPUT"


async def test_a_refusal_says_why(tmp_path: Path, database_url: str) -> None:
    """Code, coordinate, position and mend; what is served stays."""
    token = await admin_token(database_url)
    async with gateway(registry_settings(tmp_path, database_url), token) as running:
        await running.publish(published("city", "http://127.0.0.1:1/", CITY))
        result = await running.publish(published("healthcare", "http://127.0.0.1:1/", CONFLICTING))
        (error,) = result["check"]["errors"]
        assert (result["outcome"], result["version"]["number"]) == ("REFUSED", 1)
        assert (error["code"], error["coordinate"]) == ("INVALID_FIELD_SHARING", "Achievement.title")
        assert {place["subgraph"] for place in error["locations"]} == {"city", "healthcare"}
        assert error["mend"]


async def test_what_the_gateway_has_served_cannot_be_broken(tmp_path: Path, database_url: str) -> None:
    """A client's operation, by its usual headers, stands against the change; a check tells it first."""
    token = await admin_token(database_url)
    async with (
        subgraph(CITY_SCHEMA, sdl=CITY) as city,
        gateway(registry_settings(tmp_path, database_url, registry={"usage": {"flush": "60m"}}), token) as running,
    ):
        url = url_of(city)
        await running.publish(published("city", url))
        await running.until(QUERY, ANSWER)
        named = {"apollographql_client_name": "portal", "apollographql_client_version": "3.0"}
        assert await running.query(QUERY, **named) == ANSWER
        check = "query ($subgraphs: [SubgraphInput!]!) { check(subgraphs: $subgraphs) { ok changes { severity } } }"
        told = await running.ask(check, subgraphs=[published("city", url, WITHOUT_TITLE)])
        assert told["check"]["ok"] is False
        result = await running.publish(published("city", url, WITHOUT_TITLE))
        (broken,) = result["check"]["broken"]
        assert (result["outcome"], broken["operation"]["text"]) == ("REFUSED", '{achievement(id:""){title}}')
        assert {"name": "portal", "version": "3.0", "count": 1} in broken["operation"]["clients"]
        assert await running.query(QUERY) == ANSWER
        uses = await running.ask('{ fieldUses(prefix: "Achievement.title") { coordinate count } }')
        assert uses["fieldUses"][0]["coordinate"] == "Achievement.title"


async def test_history_rollback_and_download(tmp_path: Path, database_url: str) -> None:
    """Each version stays what it was; the old one comes back as a new one."""
    token = await admin_token(database_url)
    async with gateway(registry_settings(tmp_path, database_url), token) as running:
        await running.publish(published("city", "http://127.0.0.1:1/", CITY))
        await running.publish(published("healthcare", "http://127.0.0.1:1/", HEALTH))
        second = await running.ask("{ version { info { number } subgraphs { name } changes { coordinate severity } } }")
        assert second["version"]["changes"] == [{"coordinate": "Achievement.indication", "severity": "SAFE"}]
        back = await running.ask('mutation { rollback(number: 1, message: "back") { number origin } }')
        assert back == {"rollback": {"number": 3, "origin": "production:1"}}
        texts = [
            (await running.ask("query ($n: Int) { version(number: $n) { supergraphSdl } }", n=number))["version"]
            for number in (1, 3)
        ]
        assert texts[0] == texts[1]
        history = await running.ask("{ versions { number kind subgraph author message } }")
        assert [(one["number"], one["kind"]) for one in history["versions"]] == [
            (3, "ROLLBACK"),
            (2, "PUBLISH"),
            (1, "PUBLISH"),
        ]


async def test_members_come_and_go(tmp_path: Path, database_url: str) -> None:
    """Each is a version of its own; the supergraph stays."""
    token = await admin_token(database_url)
    async with gateway(registry_settings(tmp_path, database_url), token) as running:
        await running.publish(published("city", "http://127.0.0.1:1/", CITY))
        put = """mutation ($member: MemberInput!) { publishMember(subgraph: "city", member: $member) {
            outcome version { number kind digest } } }"""
        members = [{"partition": name, "urls": [f"http://127.0.0.1:1/{name}"]} for name in ("3302", "3301")]
        answers = [(await running.ask(put, member=member))["publishMember"] for member in members]
        assert [(one["outcome"], one["version"]["number"], one["version"]["kind"]) for one in answers] == [
            ("PUBLISHED", 2, "MEMBER"),
            ("PUBLISHED", 3, "MEMBER"),
        ]
        assert answers[0]["version"]["digest"] == answers[1]["version"]["digest"]
        again = await running.ask(put, member=members[0])
        assert again["publishMember"]["outcome"] == "UNCHANGED"
        listed = await running.ask("{ subgraphs { members { partition urls } } }")
        assert [one["partition"] for one in listed["subgraphs"][0]["members"]] == ["3301", "3302"]
        take = 'mutation { removeMember(subgraph: "city", partition: "3301") { outcome } }'
        assert await running.ask(take) == {"removeMember": {"outcome": "PUBLISHED"}}
        assert await running.code(take) == "NOT_FOUND"
        assert await running.code(put.replace("city", "nowhere"), member=members[0]) == "NOT_FOUND"
        inside = {"partition": "x", "urls": ["http://169.254.169.254/"]}
        assert await running.code(put, member=inside) == "ADDRESS_FORBIDDEN"


async def test_a_token_may_do_what_it_was_made_for(tmp_path: Path, database_url: str) -> None:
    """Publish its subgraph; nothing of another's, no token, no history; and nothing at all once it is revoked."""
    token = await admin_token(database_url)
    async with gateway(registry_settings(tmp_path, database_url), token) as running:
        create = """mutation { createToken(token: {name: "ningbo", rights: [PUBLISH], subgraphs: ["city"]}) {
            secret token { id name rights } } }"""
        made = (await running.ask(create))["createToken"]
        ningbo = made["secret"]
        assert (await running.ask("{ me }", ningbo)) == {"me": "ningbo"}
        mine, others = (published(name, "http://127.0.0.1:1/", CITY) for name in ("city", "carbon"))
        assert (await running.publish(mine, token=ningbo))["version"]["author"] == "ningbo"
        assert await running.code(PUBLISH, ningbo, subgraphs=[others]) == "FORBIDDEN"
        assert await running.code("{ versions { number } }", ningbo) == "FORBIDDEN"
        assert await running.code(create, ningbo) == "FORBIDDEN"
        await running.ask("mutation ($id: ID!) { revokeToken(id: $id) }", id=made["token"]["id"])
        assert await running.code("{ me }", ningbo) == "UNAUTHENTICATED"
        actions = [entry["action"] for entry in (await running.ask("{ audit { action } }"))["audit"]]
        assert actions == ["token.revoke", "publish", "token.create", "token.create"]
        assert (await running.ask("{ auditReport { entries brokenAt } }"))["auditReport"] == {
            "entries": 4,
            "brokenAt": None,
        }


async def test_nothing_is_open(tmp_path: Path, database_url: str) -> None:
    """Without a token only the schema itself can be read; with a wrong one not even that."""
    async with gateway(registry_settings(tmp_path, database_url)) as running:
        for query in (
            "{ environments { name } }",
            "{ subgraphs { name } }",
            "{ versions { number } }",
            "{ version { supergraphSdl } }",
            "{ operations { id } }",
            "{ fieldUses { count } }",
            "{ health { state } }",
            "{ tokens { id } }",
            "{ audit { number } }",
            "{ auditReport { entries } }",
            "{ webhooks { id } }",
            '{ deliveries(webhook: "x") { id } }',
            '{ check(subgraphs: [{name: "city", sdl: "", url: "http://a/"}]) { ok } }',
            "mutation { rollback(number: 1) { number } }",
            'mutation { promote(source: "a", target: "b") { outcome } }',
            'mutation { removeSubgraph(name: "city") { outcome } }',
            'mutation { removeMember(subgraph: "city", partition: "1") { outcome } }',
            'mutation { publishMember(subgraph: "city", member: {partition: "1", urls: ["http://a/"]}) { outcome } }',
            'mutation { createToken(token: {name: "x", rights: [ADMIN]}) { secret } }',
            'mutation { revokeToken(id: "x") }',
            'mutation { createWebhook(url: "http://a/", events: [PUBLISHED]) { secret } }',
            'mutation { removeWebhook(id: "x") }',
        ):
            assert await running.code(query) == "UNAUTHENTICATED", query
        assert (
            await running.code(PUBLISH, subgraphs=[published("city", "http://127.0.0.1:1/", CITY)]) == "UNAUTHENTICATED"
        )
        assert (await running.ask("{ __schema { queryType { name } } me }"))["me"] == "nobody"
        status, answer = await running.post("{ me }", token="tongfen_000000000000_" + "a" * 43)
        assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_a_demonstration_may_be_open(tmp_path: Path, database_url: str) -> None:
    """Where the settings say so, anybody may do anything."""
    async with gateway(registry_settings(tmp_path, database_url, registry={"open": True})) as running:
        assert (await running.publish(published("city", "http://127.0.0.1:1/", CITY)))["outcome"] == "PUBLISHED"
        assert (await running.ask("{ audit { actor action } }"))["audit"] == [{"actor": "anybody", "action": "publish"}]


@pytest.mark.parametrize("place", ["token=x", "access_token=x", "query={me}&variables=tongfen_0123456789ab_x"])
async def test_a_token_in_an_address_is_refused(place: str, tmp_path: Path, database_url: str) -> None:
    """Whether or not it is good."""
    async with gateway(registry_settings(tmp_path, database_url)) as running:
        for method in (running.client.get, running.client.post):
            async with method(f"/registry?{place}") as response:
                assert response.status == 400
                assert (await response.json())["errors"][0]["extensions"]["code"] == "TOKEN_IN_URL"


async def test_a_long_body_is_refused_before_it_is_read(tmp_path: Path, database_url: str) -> None:
    """An SDL of 20 MB where 5 MB are taken."""
    token = await admin_token(database_url)
    async with gateway(registry_settings(tmp_path, database_url), token) as running:
        status, answer = await running.post(
            PUBLISH, subgraphs=[published("city", "http://127.0.0.1:1/", "#" * 20_000_000)]
        )
        assert (status, answer["errors"][0]["extensions"]["code"]) == (413, "REQUEST_TOO_LARGE")
        assert (
            await running.code(PUBLISH, subgraphs=[published("city", "http://127.0.0.1:1/", "#" * 5_000_001)])
            == "SDL_TOO_LARGE"
        )


async def test_an_sdl_is_not_fetched_through_a_redirect(tmp_path: Path, database_url: str) -> None:
    """Where it leads is never asked."""
    asked: list[str] = []

    async def away(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"location": "/secret"})

    async def secret(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"data": {"_service": {"sdl": CITY}}})

    app = web.Application()
    app.router.add_post("/", away)
    app.router.add_post("/secret", secret)
    server = TestServer(app)
    await server.start_server()
    token = await admin_token(database_url)
    try:
        async with gateway(registry_settings(tmp_path, database_url), token) as running:
            code = await running.code(PUBLISH, subgraphs=[published("city", str(server.make_url("/")))])
    finally:
        await server.close()
    assert (code, asked) == ("SDL_UNAVAILABLE", [])


async def test_a_token_that_publishes_too_often_is_told_when_to_come_again(tmp_path: Path, database_url: str) -> None:
    """RATE_LIMITED, with the seconds."""
    token = await admin_token(database_url)
    settings = registry_settings(tmp_path, database_url, registry={"publishes_per_minute": 1})
    async with gateway(settings, token) as running:
        await running.publish(published("city", "http://127.0.0.1:1/", CITY))
        _, answer = await running.post(PUBLISH, subgraphs=[published("city", "http://127.0.0.1:1/", CITY)])
        extensions = answer["errors"][0]["extensions"]
        assert extensions["code"] == "RATE_LIMITED"
        assert 0 < extensions["retryAfterSeconds"] <= 60


async def test_pages_are_bounded(tmp_path: Path, database_url: str) -> None:
    """A page of no entries, or of all, is refused; so are too many aliases."""
    token = await admin_token(database_url)
    async with gateway(registry_settings(tmp_path, database_url), token) as running:
        assert await running.code("{ versions(first: 0) { number } }") == "INVALID_INPUT"
        assert await running.code("{ audit(first: 1001) { number } }") == "INVALID_INPUT"
        many = " ".join(f"a{number}: me" for number in range(31))
        assert await running.code(f"{{ {many} }}") == "GRAPHQL_VALIDATION_FAILED"


async def test_a_mutation_by_get_is_refused(tmp_path: Path, database_url: str) -> None:
    """As everywhere."""
    async with gateway(registry_settings(tmp_path, database_url)) as running:
        query = {"query": 'mutation { revokeToken(id: "x") }'}
        async with running.client.get("/registry", params=query, headers={"apollo-require-preflight": "1"}) as response:
            assert (response.status, response.headers["allow"]) == (405, "POST")


async def test_the_registry_has_its_own_page(tmp_path: Path, database_url: str) -> None:
    """A browser gets GraphiQL there."""
    async with (
        gateway(registry_settings(tmp_path, database_url)) as running,
        running.client.get("/registry", headers={"accept": "text/html"}) as response,
    ):
        assert response.status == 200
        assert "GraphiQL" in await response.text()


async def test_sub_markets_are_fields_of_the_graph(tmp_path: Path, database_url: str) -> None:
    """Composed like any other subgraph, and answered within the gateway."""
    token = await admin_token(database_url)
    settings = registry_settings(tmp_path, database_url, registry={"sub_markets": True, "health": {"interval": "50ms"}})
    async with subgraph(CITY_SCHEMA, sdl=CITY) as city, gateway(settings, token) as running:
        await running.publish(
            {"name": "city", "url": url_of(city), "kind": "city", "region": "330200"},
            {"name": "healthcare", "url": "http://127.0.0.1:1/", "sdl": HEALTH, "kind": "industry"},
        )
        await running.until(
            "{ subMarkets { name kind region health drift } }",
            {
                "data": {
                    "subMarkets": [
                        {"name": "city", "kind": "city", "region": "330200", "health": "HEALTHY", "drift": False},
                        {"name": "healthcare", "kind": "industry", "region": "", "health": "UNHEALTHY", "drift": False},
                    ]
                }
            },
        )
        one = await running.query("{ subMarkets { name lastSeen version latencyMs } }")
        seen, unseen = one["data"]["subMarkets"]
        assert len(seen["version"]) == 12
        assert (seen["lastSeen"] is None, unseen["lastSeen"]) == (False, None)
        reserved = published("sub_markets", "http://127.0.0.1:1/", CITY)
        assert await running.code(PUBLISH, subgraphs=[reserved]) == "INVALID_INPUT"
